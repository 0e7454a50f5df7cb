// The stream of changes where there are several servers: what one tells is not believed of another.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { admin } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import { relayTo } from '../../support/relay.ts';
import { poolOf } from '../db/pools.ts';
import { runOver } from './stamps.ts';
import { ended, skip, streamed } from './streams.ts';

const ORDERS = 'select * from orders';

test('a standby that is promoted is not what its primary tells of', { skip }, async (t) => {
  const { cluster, url, readerUrl, replica } = await streamed(t);
  const standby = await cluster.standby();
  const dataUrl = standby.at(readerUrl);
  const one = replica(url, dataUrl);
  await eventually('the stream is read', () => one.stream.leads);
  await standby.promote();
  const reader = poolOf(t, dataUrl);
  await eventually('it is seen', async () => {
    await runOver(one.freshness, reader, ORDERS);
    return /another database/.test((await one.freshness.status()).fault ?? '');
  });
  assert.equal((await one.freshness.status()).source, 'statistics');
  const stamped = await runOver(one.freshness, reader, ORDERS);
  const contents = Object.values(stamped?.stamp?.relations ?? {}).map(({ content }) => content);
  assert.ok(contents.length > 0 && contents.every((content) => !content.startsWith('stream')));
});

test('the stream follows its address to a standby that was promoted', { skip }, async (t) => {
  const { cluster, url, readerUrl, replica, isLogical } = await streamed(t);
  const standby = await cluster.standby();
  const relay = await relayTo(t, url);
  const one = replica(relay.url, standby.at(readerUrl));
  await eventually('the stream is read', () => one.stream.leads);
  const { id } = (await one.stream.state())!;
  await standby.promote();
  relay.cut();
  await relay.mend(standby.at(url));
  await isLogical(one);
  assert.notEqual((await one.stream.state())!.id, id);
  assert.equal((await one.freshness.status()).fault, null);
  const stamped = await runOver(one.freshness, poolOf(t, standby.at(readerUrl)), ORDERS);
  assert.ok(stamped && (await one.freshness.holds(stamped.stamp)));
  await admin(standby.at(url), 'delete from orders where id = 1');
  await ended(one, stamped);
});

test('a standby is not read, and no slot is made on it', { skip }, async (t) => {
  const { cluster, url, replica } = await streamed(t);
  const standby = await cluster.standby();
  const one = replica(standby.at(url));
  await eventually('it says why', () => /names a standby/.test(one.stream.fault ?? ''));
  const slots = 'select slot_name from pg_replication_slots';
  assert.deepEqual(await admin(standby.at(url), slots), []);
});

test('a stream that is closed while it begins ends', { skip }, async (t) => {
  const { replica } = await streamed(t);
  for (let afterMs = 0; afterMs < 150; afterMs += 10) {
    const { stream } = replica();
    await sleep(afterMs);
    assert.notEqual(await Promise.race([stream.close(), sleep(5000, 'late')]), 'late');
  }
});

test('what was lost of the slots of other cache databases is cleared away', { skip }, async (t) => {
  const { url, replica, isLogical } = await streamed(t);
  await admin(url, "select pg_create_logical_replication_slot('askonce_lost', 'pgoutput')");
  await eventually('one is lost', async () => {
    await admin(
      url,
      "select pg_logical_emit_message(false, 'x', repeat('x', 8000000)), pg_switch_wal() from generate_series(1, 12)",
    );
    await admin(url, 'checkpoint');
    const [slot] = await admin(
      url,
      "select wal_status from pg_replication_slots where slot_name = 'askonce_lost'",
    );
    return slot!['wal_status'] === 'lost';
  });
  await admin(url, "select pg_create_logical_replication_slot('askonce_kept', 'pgoutput')");
  await isLogical(replica());
  const left = await admin(
    url,
    "select slot_name from pg_replication_slots where slot_name in ('askonce_kept', 'askonce_lost')",
  );
  assert.deepEqual(left, [{ slot_name: 'askonce_kept' }]);
});
