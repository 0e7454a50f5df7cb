// Every subcommand of `askonce cache` at a real server, as people read it and as programs do; and what is said when it
// cannot be done.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import test from 'node:test';

import { z } from 'zod';

import { ROOT, call, runAskonce, startAskonce } from '../support/askonce.ts';
import { startBareEndpoint } from '../support/bare-endpoint.ts';
import {
  COUNT,
  COUNT_SQL,
  REPHRASED,
  cacheCommand,
  shopThatServes,
} from '../support/cache-command.ts';
import { freshDatabase } from '../support/database.ts';
import { startSmallShop } from '../support/small-shop.ts';

const USER = 'u'.repeat(20);
const ADMIN = 'a'.repeat(20);

type Document = Record<string, unknown>;

test('stats, search, inspect, why, decide, tune, policy and status say what the server knows', async (t) => {
  const { command, answerId } = await shopThatServes(t);

  const stats = await command.json('stats', '--hours', '1');
  assert.deepEqual([stats['status'], stats['answers'], stats['hit_rate']], ['stats', 2, 0.5]);
  assert.match(await command.text('stats'), /\nhit rate +50 % █{10}\n[^]*\nsemantic +1 +50 %/);

  const found = await command.json('search', 'customers', 'Germany', '--table', 'customers');
  const [entry] = found['entries'] as [{ id: string; question: string }];
  assert.equal(entry.question, COUNT);
  const listed = await command.text('search', 'people', 'in', 'Germany', '--sort', 'used');
  assert.ok(listed.includes(`${COUNT}\n  ${COUNT_SQL}\n  ${entry.id} · customers · `), listed);
  assert.equal(await command.text('search', '--table', 'orders'), 'Nothing like it is known.\n');

  const inspected = await command.json('inspect', entry.id);
  assert.equal((inspected['entry'] as Document)['sql'], COUNT_SQL);
  const sides = await command.text('inspect', entry.id);
  assert.match(
    sides,
    /^Entry\nquestion +how many[^]*\nWordings\n[^]*\nRows kept\n[^]*\nDecisions\n/,
  );
  const why = await command.json('why', answerId);
  assert.equal((why['answer'] as Document)['matched'], COUNT);
  assert.match(
    await command.text('why', answerId),
    /^This answer\nwhy +It was taken for an earlier/,
  );

  const decided = await command.json('decide', REPHRASED, COUNT);
  assert.deepEqual([decided['outcome'], (decided['candidates'] as []).length], ['hit', 1]);
  const tried = await command.text('decide', 'how many customers are in France?');
  assert.match(tried, /\noutcome +rebound\n[^]*\nwith +France instead of Germany\n/i);

  const tuned = await command.json('tune', '--target', '0.02', '--days', '3');
  assert.deepEqual([tuned['status'], tuned['decisions']], ['tuned', 1]);
  const curve = await command.text('tune');
  assert.match(curve, /^1 decision, 0 of them judged; the target is 1 %\.\n/);
  assert.match(curve, /\n +1 % +█{24} +100 % +.*← now, kept\n/);

  const policy = await command.json('policy', '--scope', scopeIn(stats));
  assert.deepEqual([policy['status'], policy['version']], ['policy', 0]);
  assert.match(
    await command.text('policy', '--history'),
    /\nttl_seconds +300 {2}setting[^]*Nothing was ever set/,
  );

  assert.equal((await command.json('status'))['status'], 'ready');
  assert.match(
    await command.text('status'),
    /^status +ready\nversion +\d[^]*\nsessions +\d+ leased of 200/,
  );
});

function scopeIn(stats: Document): string {
  const [{ scope }] = stats['by_scope'] as [{ scope: { id: string } }];
  return scope.id.slice(0, 8);
}

test('review, wrong, forget, warm and export change and carry what the server knows', async (t) => {
  const { command, client, answerId } = await shopThatServes(t);
  await call(client, 'report', { answer_id: answerId, verdict: 'wrong', note: 'it is of 2023' });

  const queue = await command.json('review');
  const [item] = queue['items'] as [{ id: string; kind: string }];
  assert.deepEqual([queue['open'], item.kind], [1, 'report']);
  assert.match(await command.text('review'), /^1 open\n[^]* report +number of[^]* it is of 2023 /);
  assert.match(await command.text('review', item.id, 'same'), /^same: this wording is now known/);
  const undone = await command.json('review', item.id, 'undo');
  assert.deepEqual([undone['status'], undone['verdict']], ['reviewed', 'undo']);
  assert.match(
    await command.text('wrong', answerId),
    /^different: this question is not answered by/,
  );
  assert.equal((await command.json('wrong', answerId))['verdict'], 'different');
  assert.equal(await command.text('review'), 'Nothing is open.\n');

  const dry = await command.run(['forget', '--question', COUNT]);
  assert.deepEqual(
    [dry.code, dry.stdout.split('\n')[0]],
    [1, 'Would go: 1 statement, 1 question, 1 result (6 B)'],
  );
  assert.match(dry.stderr, /Nothing has gone\.\nAdd --yes/);
  const exported = await command.run(['export']);
  assert.deepEqual([exported.code, exported.stderr], [0, '1 question\n']);
  const gone = await command.json('forget', '--question', COUNT, '--yes');
  assert.deepEqual([gone['status'], gone['plans']], ['forgotten', 1]);
  assert.equal(await command.text('forget', '--all', '--yes'), 'Nothing of that is known.\n');

  const warmed = await command.run(['warm', '--run'], exported.stdout);
  assert.deepEqual([warmed.code, warmed.stdout], [0, '']);
  assert.equal(warmed.stderr, 'done: 1 learned, 0 known already, 1 run, 0 refused\n');
  const questions = [
    ...(JSON.parse(exported.stdout) as object[]),
    { question: 'x', sql: 'DROP TABLE x' },
    7,
  ];
  const again = await command.run(['warm', '--json'], JSON.stringify(questions));
  const { faults, ...total } = JSON.parse(again.stdout) as { faults: { number: number }[] };
  assert.deepEqual(total, { status: 'warmed', learned: 0, known: 1, ran: 0, refused: 2 });
  assert.deepEqual(new Set(faults.map(({ number }) => number)), new Set([2, 3]));
  assert.deepEqual([again.code, again.stderr], [1, '']);
  assert.equal(
    await command.text('forget', '--table', 'customers', '--yes'),
    'Forgotten: 1 statement, 1 question, 1 result (6 B).\n',
  );
});

test('questions that would steer a terminal are shown, and do not', async (t) => {
  const { client, server } = await startSmallShop(t);
  const question = 'how many orders \u001b[2J\u0007\u202eare there';
  await call(client, 'query', { question, sql: 'SELECT count(*) /*\u009b31m*/ FROM orders' });
  const command = cacheCommand(server.url);
  for (const shown of [
    await command.text('search'),
    JSON.stringify(await command.json('search')).replaceAll(/[^ -~]/g, ''),
    await command.text('decide', 'how many orders\u001b[31m are there?'),
    (await command.run(['forget', '--all'])).stdout,
    (await command.run(['export'])).stdout,
  ]) {
    assert.match(shown, /orders/);
    // oxlint-disable-next-line no-control-regex -- they are what must not be there
    assert.doesNotMatch(shown, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
  }
});

test('what fails is told on stderr, as JSON where that was asked for, and stdout holds data alone', async (t) => {
  const { server } = await startSmallShop(t);
  const { run } = cacheCommand(server.url);
  const unknown = await run(['why', 'a_nobody_knows']);
  assert.deepEqual([unknown.code, unknown.stdout], [1, '']);
  assert.match(
    unknown.stderr,
    /^askonce: No entry, wording or answer has this id\.\naskonce cache search lists/,
  );
  const document = await run(['why', 'a_nobody_knows', '--json']);
  const { error } = JSON.parse(document.stderr) as { error: Document };
  assert.deepEqual([document.code, document.stdout, error['code']], [1, '', 'NOT_FOUND']);
  const two = await run(['policy', '--set', 'max_rows=5', '--undo', '--json']);
  assert.match(two.stderr, /"message": "Give one of propose, set and undo\."/);
  for (const [args, message] of [
    [['policy', '--set', 'rows=5'], /There is no rows to set: target_error_rate, /],
    [['policy', '--set', 'max_rows'], /set as name=value/],
    [['review', '42'], /A verdict on 42 is missing/],
    [['warm', '--limit', '5'], /--limit belongs to --from/],
    [['sats'], /unknown command 'sats' \(Did you mean stats\?\)/],
  ] as const) {
    const { code, stdout, stderr } = await run(args);
    assert.deepEqual([code, stdout], [2, ''], args.join(' '));
    assert.match(stderr, message);
    assert.equal(stderr.trimEnd().split('\n').length, 1);
  }
  const misused = await run(['stats', '--json', '--hour', '5']);
  assert.match(
    (JSON.parse(misused.stderr) as { error: { message: string } }).error.message,
    /--hours/,
  );
});

test('a server that is not there, a token that is no admin’s and a server that is older are told apart', async (t) => {
  const [database, cache] = [await freshDatabase(t), await freshDatabase(t)];
  const server = await startAskonce(t, {
    DATABASE_URL: database.readerUrl,
    CACHE_DATABASE_URL: cache.url,
    AUTH_TOKENS: `ann:${USER},bob:${ADMIN}:admin`,
  });
  const asked = async (token?: string): Promise<string> => {
    const { run } = cacheCommand(server.url, token === undefined ? {} : { MCP_AUTH_TOKEN: token });
    const { code, stderr } = await run(['stats']);
    return `${code} ${stderr}`;
  };
  assert.equal(await asked(ADMIN), '0 ');
  assert.match(await asked(USER), /^1 askonce: The token is not that of an admin\.\n/);
  assert.match(await asked('x'.repeat(20)), /^1 askonce: The server at .* refuses the token\.\n/);
  assert.match(await asked(), /^1 askonce: The server at .* refuses the token\.\n/);
  const nobody = await runAskonce(['cache', 'stats', 'http://127.0.0.1:9999/mcp']);
  assert.match(nobody.stderr, /^askonce: No server answers at .*: .*ECONNREFUSED.*\nStart one/);
  const older = await startBareEndpoint(t, {
    offer: (session) =>
      void session.registerTool('server_status', { inputSchema: z.object({}) }, () => ({
        content: [],
      })),
  });
  const { stderr } = await cacheCommand(older.url).run(['tune']);
  assert.match(stderr, /^askonce: The server has no cache_tune: it is an older askonce\.\n/);
});

test('whoever reads an export may stop reading, and that is no fault', async (t) => {
  const { client, server } = await startSmallShop(t);
  const questions = Array.from({ length: 200 }, (_, n) => ({
    question: `customers with a number below ${n}${' and so on'.repeat(40)}`,
    sql: `SELECT count(*) FROM customers WHERE id < ${n} ${' '.repeat(2000)}`,
  }));
  await call(client, 'cache_warm', { questions });
  const main = join(ROOT, 'dist/src/main.js');
  const child = spawn(process.execPath, [main, 'cache', 'export', server.url], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const told = text(child.stderr);
  child.stdout.once('data', () => child.stdout.destroy());
  const [code] = (await once(child, 'close')) as [number];
  assert.equal(code, 0);
  assert.doesNotMatch(await told, /EPIPE|Error/);
});

test('completion is printed for a shell, and the names of before are still there', async (t) => {
  const { server } = await startSmallShop(t);
  const { code, stdout } = await runAskonce(['completion', 'bash']);
  assert.equal(code, 0);
  assert.match(stdout, /complete -o default -F _askonce askonce\n$/);
  const before = await runAskonce(['cache-export', server.url]);
  assert.deepEqual([before.code, before.stdout], [0, '[]\n']);
  const after = await runAskonce(['cache-warm', server.url], {}, '[]');
  assert.deepEqual(
    [after.code, after.stderr],
    [0, 'done: 0 learned, 0 known already, 0 run, 0 refused\n'],
  );
});
