// Secrets do not get into the log, in whatever form they come along; what is none stays readable.
import assert from 'node:assert/strict';
import { openSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import { createLogger, logDestination } from '../../src/logger.ts';
import { withoutSecrets } from '../../src/redact.ts';
import { eventually } from '../support/eventually.ts';

const SECRET = 'hunter2-and-more';
const JWT = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl';

const HIDDEN: ReadonlyArray<readonly [what: string, written: unknown]> = [
  ['a URL', `connect to postgres://reader:${SECRET}@db.example:5432/shop failed`],
  ['a password that was not encoded', `postgresql://reader:p@ss/${SECRET}@db.example/shop`],
  ["another scheme's URL", `fetch https://user:${SECRET}@keys.example/jwks failed`],
  ['a parameter of a URL', `postgres://db.example/shop?user=reader&password=${SECRET}&ssl=on`],
  ['a connection string', `host=db.example user=reader password=${SECRET} dbname=shop`],
  ['a quoted word of one', `host=db.example password='a ${SECRET}' dbname=shop`],
  ['a header', `authorization: Bearer ${SECRET}`],
  ['a header of another scheme', `Basic ${Buffer.from(`alice:${SECRET}`).toString('base64')}`],
  ['a JSON Web Token', `token ${JWT} has expired`],
  ['a field', { password: SECRET }],
  ['a field with quotes in it', { password: `"${SECRET}"\\` }],
  ['a field deep inside', { a: { b: [{ access_token: SECRET }] } }],
  ['headers', { headers: { Authorization: SECRET, cookie: SECRET } }],
  ['JSON inside of a text', `body ${JSON.stringify({ client_secret: SECRET, ok: true })}`],
  ['an error', { err: new Error(`no: postgres://u:${SECRET}@h/db`) }],
  [
    'the cause of an error',
    { err: new Error('no', { cause: new Error(`password=${SECRET} is wrong`) }) },
  ],
];

/** A file to log into, and what stands in it. */
async function logOf(t: TestContext, isTTY: boolean) {
  const folder = await mkdtemp(join(tmpdir(), 'askonce-log-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'log');
  // Left open: a logger writes as long as the process lives.
  const fd = openSync(file, 'w');
  const destination = await logDestination({ fd, isTTY });
  const logger = createLogger('info', destination);
  const read = async (): Promise<string> => {
    await new Promise<void>((resolve) => logger.flush(() => resolve()));
    return await readFile(file, 'utf8');
  };
  return { logger, read, file };
}

for (const isTTY of [false, true]) {
  test(`no secret is logged, ${isTTY ? 'readably' : 'as JSON'}`, async (t) => {
    const { logger, read } = await logOf(t, isTTY);
    for (const [what, written] of HIDDEN) {
      if (typeof written === 'string') logger.info({ error: written, what }, written);
      else logger.info(written as object, what);
    }
    const text = await read();
    for (const secret of [SECRET, 'ZTpodW50ZXIy', 'c2lnbmF0dXJl', 'p@ss'])
      assert.ok(!text.includes(secret), text);
    for (const [what] of HIDDEN) assert.ok(text.includes(what), what);
    assert.ok(text.includes('reader') && text.includes('db.example'), 'the rest is there');
  });
}

test('a line that holds no secret stays as it is', () => {
  for (const line of [
    '{"level":30,"principal":"alice","tool":"ask","ms":0.2}',
    '{"msg":"listening at http://127.0.0.1:3000/mcp"}',
    '{"msg":"see https://example.org/a/b@2x.png","progressToken":7}',
    '{"msg":"the token has expired: ask for another"}',
    '{"msg":"password authentication failed for user reader"}',
  ])
    assert.equal(withoutSecrets(line), line);
});

test('a warning is written at once, with what stands before it', async (t) => {
  const { logger, file } = await logOf(t, false);
  logger.info('first');
  logger.warn('second');
  await eventually('it is there', async () => /first[^]*second/.test(await readFile(file, 'utf8')));
});

test('lines are JSON for programs, and words where somebody looks', async (t) => {
  const [forPrograms, forPeople] = [await logOf(t, false), await logOf(t, true)];
  for (const { logger } of [forPrograms, forPeople]) logger.info({ tool: 'ask' }, 'request');
  const { time, ...rest } = JSON.parse(await forPrograms.read()) as Record<string, unknown>;
  assert.deepEqual(rest, { level: 30, tool: 'ask', msg: 'request' });
  assert.equal(typeof time, 'number');
  const shown = await forPeople.read();
  assert.match(shown, /INFO.*request.*"tool":"ask"/);
  assert.throws(() => JSON.parse(shown));
});
