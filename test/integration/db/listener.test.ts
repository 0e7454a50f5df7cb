// Hearing what others tell through a database, as long as it lasts and again when it is back.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createListener } from '../../../src/db/listener.ts';
import { createLogger } from '../../../src/logger.ts';
import { killConnections } from '../../support/backends.ts';
import { admin, freshDatabase } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';

test('notices are heard, and again after the connection was lost, which is told', async (t) => {
  const { url } = await freshDatabase(t);
  const heard: string[] = [];
  let listening = 0;
  const listener = createListener({
    url,
    channel: 'askonce',
    onNotice: (text) => heard.push(text),
    onListening: () => (listening += 1),
    logger: createLogger('silent'),
  });
  t.after(() => listener.close());
  await eventually('it listens', () => listening === 1);
  await admin(url, "notify askonce, 'one'");
  await eventually('it is heard', () => heard.length === 1);
  await killConnections(url);
  await admin(url, "notify askonce, 'lost'");
  await eventually('it listens again', () => listening === 2);
  await admin(url, "notify askonce, 'two'");
  await eventually('it is heard', () => heard.length === 2);
  assert.deepEqual(heard, ['one', 'two']);
});

test('a listener that is closed, or whose database is not there, ends no process and comes to rest', async (t) => {
  const { url } = await freshDatabase(t);
  const away = new URL(url);
  away.port = '1';
  for (const at of [url, away.href]) {
    const listener = createListener({
      url: at,
      channel: 'askonce',
      onNotice: () => assert.fail('nobody tells'),
      onListening: () => undefined,
      logger: createLogger('silent'),
    });
    await listener.close();
  }
  await eventually('nobody is connected', async () => {
    const [row] = await admin(
      url,
      "select count(*)::int as n from pg_stat_activity where datname = current_database() and query like 'LISTEN%'",
    );
    return row!['n'] === 0;
  });
});
