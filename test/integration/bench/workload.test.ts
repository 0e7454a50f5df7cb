import { MODELS_DIR } from '../embedding/shipped-model.ts';
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { createProduct } from '../../../bench/decisions-product.ts';
import { openVectors } from '../../../bench/decisions-vectors.ts';
import type { Vectors } from '../../../bench/decisions-vectors.ts';
import { createPlayer, scopeOf } from '../../../bench/workload-play.ts';
import type { Question, Step } from '../../../bench/workload-play.ts';
import { runWorkload } from '../../../bench/workload.ts';
import { isAppError } from '../../../src/errors.ts';
import { COUNT, LIST, ROOT, createScratch } from './pairs.ts';
import type { Scratch } from './pairs.ts';

const silent = { progress: () => undefined, root: ROOT };

function asked(question: string, given: Partial<Question> = {}): Question {
  return { tenant: 'a', domain: 'shop', question, sql: LIST, sql_id: 'list', ...given };
}

/** One statement in two wordings that mean the same to the product. */
const SHOW = asked('Show customer data');
const DISPLAY = asked('Display customer information');

let scratch: Scratch;
let vectors: Vectors;
before(async () => {
  scratch = await createScratch();
  vectors = await openVectors({ ...silent, model: 'askonce-mini-v1' });
});
after(() => Promise.all([vectors.close(), scratch.remove()]));

async function play(...questions: Question[]): Promise<Step[]> {
  const player = createPlayer(
    await createProduct({ embedder: vectors, modelsDir: MODELS_DIR, targetErrorRate: 0.01 }),
  );
  const steps: Step[] = [];
  for (const question of questions) steps.push(await player.play(question));
  return steps;
}

const MISS = { kind: 'miss' };
const right = (tier: string) => ({ kind: 'served', tier, right: true });

test('equal text is answered exactly, a rephrasing by its meaning, and its repeat again', async () => {
  assert.deepEqual(await play(SHOW, asked('show customer data'), DISPLAY, DISPLAY), [
    MISS,
    right('exact'),
    right('semantic'),
    right('again'),
  ]);
});

test('an exchanged value is right where it gives the statement of the question itself', async () => {
  const inRoom = (room: number, sql: string): Question =>
    asked(`Find the first names of students in room ${room}.`, { sql, sql_id: sql });
  const sqlOf = (room: number): string => `SELECT firstname FROM list WHERE classroom = ${room}`;
  const [known, same] = [inRoom(107, sqlOf(107)), inRoom(108, `${sqlOf(108)};`)];
  const other = inRoom(109, 'SELECT DISTINCT firstname FROM list WHERE classroom = 109');
  assert.deepEqual(await play(known, same, same, other), [
    MISS,
    right('template'),
    right('again'),
    { kind: 'served', tier: 'template', right: false },
  ]);
});

test('an answer never reaches another tenant or another domain', async () => {
  const others = [{ tenant: 'b' }, { domain: 'bank' }].map((other) => ({ ...SHOW, ...other }));
  assert.deepEqual(await play(SHOW, ...others), [MISS, MISS, MISS]);
  assert.notEqual(
    scopeOf({ ...SHOW, tenant: 'a', domain: 'b c' }),
    scopeOf({ ...SHOW, tenant: 'a b', domain: 'c' }),
  );
});

test('the same words with another statement are answered and counted as wrong', async () => {
  const [, second] = await play(SHOW, { ...SHOW, sql: COUNT, sql_id: 'count' });
  assert.deepEqual(second, { kind: 'served', tier: 'exact', right: false });
});

test('a wording that was not answered is learnt as one more of its plan', async () => {
  const steps = await play(
    asked('How many customers are in Germany?', { sql: COUNT, sql_id: 'count' }),
    asked('Germans on our books, in total?', { sql: COUNT, sql_id: 'count' }),
    asked('germans on our books, in total', { sql: COUNT, sql_id: 'count' }),
  );
  assert.notEqual(steps[1]?.kind, 'served');
  assert.deepEqual(steps[2], right('exact'));
});

test('questions that lean on their conversation, or are none, are never remembered', async () => {
  const steps = await play(...['continue', 'continue', '', ''].map((text) => asked(text)));
  assert.deepEqual(steps, [MISS, MISS, MISS, MISS]);
});

test('a statement that cannot be read is still answered in the same words', async () => {
  const broken = asked('Which customers are new?', { sql: 'SELEC', sql_id: 'broken' });
  assert.deepEqual(await play(broken, broken), [MISS, right('exact')]);
});

test('a file gives the cache and its baselines, which differ in the decision alone', async () => {
  const file = await scratch.write('workload.jsonl', [SHOW, DISPLAY, SHOW, asked('')]);
  const figures = await runWorkload(silent, ['--file', file]);
  const { askonce, baselines, ceiling } = figures;
  assert.deepEqual([askonce.questions, askonce.right, askonce.wrong], [4, 2, 0]);
  assert.equal(ceiling, 0.75);
  assert.deepEqual(Object.keys(baselines), [
    'equal text',
    'cosine 0.8',
    'cosine 0.9',
    'best cosine',
  ]);
  assert.equal(baselines['equal text']?.right, 1);
  assert.equal(baselines['cosine 0.8']?.right, 2);
  assert.equal(baselines['best cosine']?.right, 2);
  assert.doesNotMatch(JSON.stringify(figures), /Infinity|NaN/);
});

test('a broken line and a missing file name are refused', async () => {
  const file = await scratch.write('broken.jsonl', [SHOW, { ...SHOW, sql_id: 7 }]);
  for (const [args, pattern] of [
    [['--file', file], /line 2: sql_id/],
    [[], /--file is missing/],
  ] as const) {
    await assert.rejects(
      runWorkload(silent, args),
      (error: unknown) => isAppError(error, 'INPUT_INVALID') && pattern.test(error.message),
    );
  }
});
