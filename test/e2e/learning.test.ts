// What the cache learns from agents: decisions are logged, statements and reports label them, the cut moves.
import assert from 'node:assert/strict';
import test from 'node:test';
import type { TestContext } from 'node:test';

import type { Client } from '@modelcontextprotocol/client';

import { call, connect, startAskonce } from '../support/askonce.ts';
import type { Environment } from '../support/askonce.ts';
import { admin } from '../support/database.ts';
import { eventually as until } from '../support/eventually.ts';
import { startSmallShop } from '../support/small-shop.ts';

async function shop(t: TestContext, env: Environment = {}) {
  const started = await startSmallShop(t, env);
  const decisions = async (): Promise<readonly Logged[]> =>
    (await admin(
      started.cacheUrl,
      'SELECT * FROM askonce.decisions ORDER BY id',
    )) as unknown as Logged[];
  return { ...started, decisions };
}

interface Logged {
  readonly question: string;
  readonly earlier_question: string;
  readonly outcome: string;
  readonly rule: string;
  readonly margin: number | null;
  readonly label: string | null;
  readonly label_source: string | null;
  readonly frames: { readonly later: { readonly words: readonly string[] } };
  readonly microseconds: number;
  readonly is_checked: boolean;
}

/** Labels come after the answer: until `isThere` finds one. */
async function eventually<T>(read: () => Promise<readonly T[]>, isThere: (row: T) => boolean) {
  for (let tries = 0; ; tries += 1) {
    const rows = await read();
    const found = rows.find(isThere);
    if (found) return found;
    assert.ok(tries < 100, `not found in ${JSON.stringify(rows)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const SPANISH = 'list the customers of Spain';
const SQL = "SELECT id, name FROM customers WHERE country = 'Spain' ORDER BY id";
const SPLENDID = 'list the splendid customers of Spain';

test('every decision is logged with its frames, rule, probability and time', async (t) => {
  const { client, decisions } = await shop(t);
  await call(client, 'query', { question: SPANISH, sql: SQL });
  await call(client, 'ask', { question: SPLENDID });
  await call(client, 'ask', { question: 'show the customers of Spain' });
  const hit = await eventually(decisions, ({ outcome }) => outcome === 'hit');
  assert.equal(hit.rule, 'verified');
  assert.ok(hit.margin !== null && hit.microseconds > 0);
  const offered = await eventually(decisions, ({ outcome }) => outcome === 'confirm');
  assert.equal(offered.earlier_question, SPANISH);
  assert.ok(offered.frames.later.words.includes('splendid'));
  assert.equal(offered.label, null);
});

test('a statement that means the same labels the candidate and makes the wording its alias', async (t) => {
  const { client, decisions } = await shop(t);
  await call(client, 'query', { question: SPANISH, sql: SQL });
  assert.equal((await call(client, 'ask', { question: SPLENDID })).status, 'confirm');
  const mine = "SELECT c.name, c.id FROM customers AS c WHERE 'Spain' = c.country ORDER BY 2";
  await call(client, 'query', { question: SPLENDID, sql: mine });
  const labelled = await eventually(decisions, ({ label }) => label !== null);
  assert.equal(labelled.label, 'same');
  assert.equal(labelled.label_source, 'sql');
  const again = await call(client, 'ask', { question: SPLENDID });
  assert.equal(again.sql, SQL);
});

test('a statement labels the candidate that another replica has offered', async (t) => {
  const { client, decisions, settings } = await shop(t);
  await call(client, 'query', { question: SPANISH, sql: SQL });
  assert.equal((await call(client, 'ask', { question: SPLENDID })).status, 'confirm');
  await eventually(decisions, ({ question }) => question === SPLENDID);
  const replica = await startAskonce(t, settings);
  const other = await connect(t, replica.url);
  await call(other, 'query', { question: SPLENDID, sql: SQL });
  const labelled = await eventually(decisions, ({ label }) => label !== null);
  assert.deepEqual([labelled.question, labelled.label], [SPLENDID, 'same']);
});

test('other rows label the candidate as different, equal rows as the same', async (t) => {
  const { client, decisions } = await shop(t);
  await call(client, 'query', { question: SPANISH, sql: SQL });
  await call(client, 'ask', { question: SPLENDID });
  const few = "SELECT id, name FROM customers WHERE country = 'Spain' AND id < 50";
  await call(client, 'query', { question: SPLENDID, sql: few });
  const other = await eventually(decisions, ({ label }) => label !== null);
  assert.deepEqual([other.label, other.label_source], ['different', 'rows']);

  const grand = 'list the grand customers of Spain';
  assert.equal((await call(client, 'ask', { question: grand })).status, 'confirm');
  const odd = "SELECT name, id FROM customers WHERE country LIKE 'Spa%' AND id > 0";
  await call(client, 'query', { question: grand, sql: odd });
  const same = await eventually(
    decisions,
    (row) => row.question === grand && row.earlier_question === SPANISH && row.label !== null,
  );
  assert.deepEqual([same.label, same.label_source], ['same', 'rows']);
});

test('an accepted candidate and a reported answer are labels too', async (t) => {
  const { client, decisions } = await shop(t);
  await call(client, 'query', { question: SPANISH, sql: SQL });
  const offered = await call(client, 'ask', { question: SPLENDID });
  await call(client, 'ask', { question: SPLENDID, accept: offered.candidates[0]!.id });
  const accepted = await eventually(decisions, ({ label }) => label !== null);
  assert.deepEqual([accepted.label, accepted.label_source], ['same', 'accept']);

  const served = await call(client, 'ask', { question: 'show the customers of Spain' });
  await call(client, 'report', { answer_id: served.answer_id, verdict: 'wrong' });
  const reported = await eventually(
    decisions,
    ({ outcome, label }) => outcome === 'hit' && !!label,
  );
  assert.deepEqual([reported.label, reported.label_source], ['different', 'report']);
});

test('answers that were reported wrong raise the cut, and the server says so', async (t) => {
  const { client, server } = await shop(t);
  await call(client, 'query', { question: SPANISH, sql: SQL });
  const before = await cutOf(server.origin);
  await reportWrong(client, 'show customers of Spain');
  assert.equal(await cutOf(server.origin), before, 'one alone is put right by its report');
  await reportWrong(client, 'show the customers of Spain');
  assert.ok((await cutOf(server.origin)) > before);
  await until('the log says so', () => /the cut has moved/.test(server.log()));
  const after = await call(client, 'ask', { question: 'show me the customers of Spain' });
  assert.notEqual(after.status, 'answered');
});

async function reportWrong(client: Client, question: string): Promise<void> {
  const served = await call(client, 'ask', { question });
  assert.equal(served.source, 'semantic');
  await call(client, 'report', { answer_id: served.answer_id, verdict: 'wrong' });
}

test('a server that is started again knows what was reported wrong before', async (t) => {
  const { client, server, settings } = await shop(t);
  await call(client, 'query', { question: SPANISH, sql: SQL });
  const before = await cutOf(server.origin);
  await reportWrong(client, 'show customers of Spain');
  await reportWrong(client, 'show the customers of Spain');
  const again = await startAskonce(t, settings);
  const raised = async () => [await cutOf(again.origin)];
  await eventually(raised, (cut) => cut > before);
});

async function cutOf(origin: string): Promise<number> {
  const text = await (await fetch(`${origin}/metrics`)).text();
  const value = /askonce_cache_cut\{risk="list"\} (\S+)/.exec(text)?.[1];
  return value === '+Inf' ? Infinity : Number(value);
}

test('a hit that is picked for a check asks the agent for its verdict', async (t) => {
  const { client, decisions } = await shop(t, { SHADOW_CHECK_RATE: '1' });
  const asked = await call(client, 'query', { question: SPANISH, sql: SQL });
  assert.doesNotMatch(String(asked['notice']), /verdict/);
  const served = await call(client, 'ask', { question: 'show the customers of Spain' });
  assert.equal(served.source, 'semantic');
  assert.match(
    String(served['notice']),
    /call report with its answer_id and verdict right or wrong/,
  );
  assert.equal((await eventually(decisions, ({ outcome }) => outcome === 'hit')).is_checked, true);
  await call(client, 'report', { answer_id: served.answer_id, verdict: 'right' });
  const labelled = await eventually(decisions, ({ label }) => label !== null);
  assert.equal(labelled.label, 'same');
});

test('a decision log that cannot be written costs no answer', async (t) => {
  const { client, cacheUrl } = await shop(t);
  await call(client, 'query', { question: SPANISH, sql: SQL });
  await admin(cacheUrl, 'DROP TABLE askonce.decisions');
  const served = await call(client, 'ask', { question: 'show the customers of Spain' });
  assert.equal(served.source, 'semantic');
  const report = { answer_id: served.answer_id, verdict: 'wrong' };
  assert.equal((await call(client, 'report', report)).status, 'recorded');
});
