import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import type { TestContext } from 'node:test';

import { createDecider } from '../../../src/cache/decide.ts';
import type { TreeFile } from '../../../src/cache/trees.ts';
import { createVerifier, readVerifier, VERIFIER } from '../../../src/cache/verifier.ts';
import { NO_LEXICON } from '../../../src/cache/evidence.ts';
import type { Risk } from '../../../src/cache/hold.ts';
import { NO_FACTS } from '../../../src/cache/facts.ts';
import { readShippedTrees } from '../../support/verifier.ts';

/** One measure, one tree: likely from half a point of similarity on. */
const FILE: TreeFile = {
  measures: ['similarity'],
  base: 0,
  scale: [2, 1],
  curves: {
    list: [
      [-3, 5000, 4000],
      [3, 5000, 5],
    ],
    figure: [
      [-3, 50, 40],
      [3, 500, 20],
    ],
  },
  trees: [{ feature: [0, -1, -1], value: [0.5, -3, 3], low: [1, 0, 0], high: [2, 0, 0] }],
};

async function modelsDirWith(t: TestContext, trees: string | null): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'askonce-verifier-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  await mkdir(join(dir, VERIFIER));
  await writeFile(join(dir, VERIFIER, 'synonyms.txt'), 'strong film/movie\n');
  if (trees !== null) await writeFile(join(dir, VERIFIER, 'trees.json'), trees);
  return dir;
}

const refused = (message: RegExp) => ({
  code: 'EMBEDDING_FAILED',
  message,
  hint: /Restore the models folder.*MODELS_DIR/u,
});

test('the shipped verifier weighs what this build measures', async () => {
  const file = await readShippedTrees();
  assert.ok(!file.measures.includes('similarity'));
  assert.equal(file.measures.at(-1), 'held');
});

test('a missing file is an error that says what to do and names no folder of the machine', async (t) => {
  const dir = await modelsDirWith(t, null);
  await assert.rejects(readVerifier(dir), refused(/lacks a readable trees\.json/u));
  await assert.rejects(readVerifier(join(dir, 'nowhere')), (error: Error) => {
    assert.doesNotMatch(error.message, /nowhere|tmp/u);
    return true;
  });
});

test('a file that is no JSON, or cut short, is refused', async (t) => {
  const whole = JSON.stringify(await readShippedTrees());
  for (const text of ['', 'trees', 'null', whole.slice(0, -2)]) {
    const dir = await modelsDirWith(t, text);
    await assert.rejects(readVerifier(dir), refused(/corrupt/u));
  }
});

test('trees for other measures, or for the same in another order, are refused', async (t) => {
  const file = await readShippedTrees();
  const [first, second, ...rest] = file.measures;
  for (const measures of [
    [...file.measures, 'one_more'],
    file.measures.slice(0, -1),
    [first, `${second}_renamed`, ...rest],
    [second, first, ...rest],
  ]) {
    const dir = await modelsDirWith(t, JSON.stringify({ ...file, measures }));
    await assert.rejects(readVerifier(dir), refused(/another version of askonce/u));
  }
});

test('one broken tree refuses the whole file', async (t) => {
  const file = await readShippedTrees();
  const [tree, ...rest] = file.trees;
  const looping = { ...tree, low: tree!.low.map(() => 0) };
  const dir = await modelsDirWith(t, JSON.stringify({ ...file, trees: [...rest, looping] }));
  await assert.rejects(readVerifier(dir), refused(/corrupt/u));
});

const of = (similarity: number, risk: Risk = 'list') => ({ measures: [similarity], risk });

test('a pair is sure from the cut on, which the target error rate chooses', () => {
  const verifier = createVerifier({ file: FILE, lexicon: NO_LEXICON, targetErrorRate: 0.01 });
  assert.equal(verifier.weigh(of(0.4)).sure, false);
  assert.equal(verifier.weigh(of(0.6)).sure, true);
  const lax = createVerifier({ file: FILE, lexicon: NO_LEXICON, targetErrorRate: 0.5 });
  assert.equal(lax.weigh(of(0.4)).sure, true);
});

test('a target that no cut can keep makes nothing sure', () => {
  const verifier = createVerifier({ file: FILE, lexicon: NO_LEXICON, targetErrorRate: 0.0001 });
  assert.equal(verifier.weigh(of(1)).sure, false);
});

test('figures have a cut of their own, and a contradiction has none', () => {
  const verifier = createVerifier({ file: FILE, lexicon: NO_LEXICON, targetErrorRate: 0.01 });
  assert.equal(verifier.weigh(of(0.6, 'figure')).sure, false);
  const lax = createVerifier({ file: FILE, lexicon: NO_LEXICON, targetErrorRate: 0.1 });
  assert.equal(lax.weigh(of(0.6, 'figure')).sure, true);
  assert.equal(
    createVerifier({ file: FILE, lexicon: NO_LEXICON, targetErrorRate: 1 }).weigh(of(1, 'never'))
      .sure,
    false,
  );
});

test('the probability follows the scale of the file', () => {
  const verifier = createVerifier({ file: FILE, lexicon: NO_LEXICON, targetErrorRate: 0.01 });
  assert.equal(verifier.weigh(of(0.6)).probability, 1 / (1 + Math.exp(-7)));
  assert.equal(verifier.weigh(of(0.4)).probability, 1 / (1 + Math.exp(5)));
});

test('without a verifier the same text is served, a rephrasing is offered, never served', () => {
  const decider = createDecider(null);
  const question = 'how many customers are in Germany?';
  const facts = { ...NO_FACTS, tables: ['customers'], aggregates: ['count'] };
  const against = (later: string) => decider.about(later)({ question, facts, similarity: 0.99 });
  assert.equal(against('How many customers are in germany').outcome, 'hit');
  for (const later of ['number of customers in Germany', 'count the customers in Germany']) {
    const decision = against(later);
    assert.equal(decision.outcome, 'confirm');
    assert.equal(decision.rule, 'no verifier');
    assert.ok(decision.confidence < 0.6);
  }
  assert.equal(against('how many customers are in France?').outcome, 'miss');
});
