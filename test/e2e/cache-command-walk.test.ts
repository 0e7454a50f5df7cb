// The tasks of an operator from a shell, each in at most three commands: why an answer was served, undoing it,
// tightening the cut, warming from history, forgetting a table.
import assert from 'node:assert/strict';
import test from 'node:test';

import { call } from '../support/askonce.ts';
import { COUNT, REPHRASED, cacheCommand, shopThatServes } from '../support/cache-command.ts';
import { admin } from '../support/database.ts';
import { noOwnCluster, ownCluster } from '../support/own-cluster.ts';
import { startSmallShop } from '../support/small-shop.ts';

test('why an answer was served is seen, and it is undone and redone, with a command each', async (t) => {
  const { client, command, answerId } = await shopThatServes(t);
  const why = await command.text('why', answerId);
  assert.match(why, /why +It was taken for an earlier question in other words.*probability/);
  assert.match(why, new RegExp(`served for +${COUNT.replace('?', '\\?')}`));
  const listed = await command.text('answers', ...REPHRASED.split(' ').slice(0, 3));
  assert.match(listed, new RegExp(`${answerId} .*semantic`));
  await command.text('wrong', answerId);
  assert.equal((await call(client, 'ask', { question: REPHRASED })).status, 'needs_sql');
  await command.text('review', answerId, 'undo');
  assert.equal((await call(client, 'ask', { question: REPHRASED })).source, 'semantic');
});

test('the cut is tightened: seen, tried, set; and taken back by one more', async (t) => {
  const { client, command } = await shopThatServes(t);
  assert.match(await command.text('tune'), /← now, kept/);
  const tried = await command.text('policy', '--propose', 'target_error_rate=0');
  assert.match(tried, /Of 1 decision.* it would serve 0 instead of 1/);
  const set = await command.text(
    'policy',
    '--set',
    'target_error_rate=0',
    '--note',
    'until reviewed',
  );
  assert.match(set, /^Set, on every replica \(for all scopes, version 1\)\n/);
  assert.match(set, /\ntarget_error_rate +0 {2}all \(setting 0\.01\)/);
  const question = 'the number of customers in Germany';
  assert.equal((await call(client, 'ask', { question })).status, 'confirm');
  const undone = await command.text('policy', '--undo', '--history');
  assert.match(undone, /^The last change is taken back/);
  assert.match(undone, /\n +1 {2}local {2}just now {2}target_error_rate=0 +until reviewed\n/);
  assert.equal((await call(client, 'ask', { question })).source, 'semantic');
});

test(
  'what ran before is warmed: listed, given its questions, taught',
  { skip: noOwnCluster },
  async (t) => {
    const cluster = await ownCluster(t, ["shared_preload_libraries = 'pg_stat_statements'"]);
    const shop = await startSmallShop(t, {}, ['CREATE EXTENSION pg_stat_statements'], cluster.url);
    await admin(shop.databaseUrl, 'SELECT pg_stat_statements_reset()');
    const { readerUrl } = { readerUrl: shop.settings.DATABASE_URL };
    await admin(readerUrl, "SELECT count(*) FROM customers WHERE country = 'Spain'");
    const { run, json } = cacheCommand(shop.server.url);
    const suggested = await run(['warm', '--from', 'pg_stat_statements', '--limit', '50']);
    assert.equal(suggested.code, 0, suggested.stderr);
    assert.match(suggested.stderr, /Give each a question that names its values/);
    const entries = JSON.parse(suggested.stdout) as {
      cost: string;
      question: string;
      sql: string;
      params: unknown[];
    }[];
    const entry = entries.find(({ sql }) => sql.includes('customers WHERE country = $1'))!;
    assert.deepEqual([entry.question, entry.params], ['', [null]]);
    assert.match(entry.cost, /^\d+ calls?, .* in all, .* each$/);
    const untouched = await run(['warm'], JSON.stringify([entry]));
    assert.match(
      untouched.stderr,
      /question: is still empty; params: the value of \$1 is still null/,
    );
    const question = 'how many customers are in Spain';
    const edited = [{ ...entry, question, params: ['Spain'] }];
    const warmed = await run(['warm', '--run'], JSON.stringify(edited));
    assert.equal(warmed.stderr, 'done: 1 learned, 0 known already, 1 run, 0 refused\n');
    const answer = await call(shop.client, 'ask', { question });
    assert.deepEqual([answer.source, answer.rows], ['memory', [[40]]]);
    const documents = await json('warm', '--from', 'pg_stat_statements', '--limit', '1');
    assert.equal(documents['status'], 'suggested');
  },
);

test('a table is forgotten in two commands, or in one by whoever is sure', async (t) => {
  const { client, command } = await shopThatServes(t);
  const seen = await command.run(['forget', '--table', 'customers']);
  assert.match(seen.stdout, /^Would go: 1 statement/);
  assert.equal((await call(client, 'ask', { question: COUNT })).status, 'answered');
  assert.match(
    await command.text('forget', '--table', 'customers', '--yes'),
    /^Forgotten: 1 statement/,
  );
  assert.equal((await call(client, 'ask', { question: COUNT })).status, 'needs_sql');
});
