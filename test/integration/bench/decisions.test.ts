import { MODELS_DIR } from '../embedding/shipped-model.ts';
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { lineOf, runDecisions } from '../../../bench/decisions.ts';
import { createJudge } from '../../../bench/decisions-judge.ts';
import type { Judge } from '../../../bench/decisions-judge.ts';
import { createProduct } from '../../../bench/decisions-product.ts';
import type { Product } from '../../../bench/decisions-product.ts';
import { openVectors } from '../../../bench/decisions-vectors.ts';
import type { Vectors } from '../../../bench/decisions-vectors.ts';
import { isAppError } from '../../../src/errors.ts';
import { COUNT, LIST, ROOT, createScratch } from './pairs.ts';
import type { Scratch } from './pairs.ts';

const silent = { progress: () => undefined, root: ROOT };
const PAIR = {
  cached_question: 'How many customers are in Germany?',
  cached_sql: COUNT,
  new_question: 'how many customers are in germany',
};

let scratch: Scratch;
let vectors: Vectors;
let product: Product;
let judge: Judge;
before(async () => {
  scratch = await createScratch();
  vectors = await openVectors({ ...silent, model: 'askonce-mini-v1' });
  product = await createProduct({
    embedder: vectors,
    modelsDir: MODELS_DIR,
    targetErrorRate: 0.01,
  });
  judge = createJudge(product);
});
after(() => Promise.all([vectors.close(), scratch.remove()]));

test('a question in the same words is a hit and another value is not', async () => {
  const same = await judge(PAIR);
  assert.deepEqual([same.outcome, same.probability], ['hit', 1]);
  assert.ok(same.similarity > 0.8 && same.milliseconds > 0 && same.rule !== '');
  const other = await judge({ ...PAIR, new_question: 'How many customers are in France?' });
  assert.notEqual(other.outcome, 'hit');
  assert.ok(other.differences.length > 0);
});

test('what the product never remembers is never served', async () => {
  for (const question of ['continue', 'same for last year']) {
    const { outcome } = await judge({ ...PAIR, cached_question: question, new_question: question });
    assert.equal(outcome, 'miss');
  }
});

test('an empty, an endless and a hostile question are judged, not thrown', async () => {
  const questions = [
    '',
    ' \u0000 ',
    'x '.repeat(50_000),
    '\u202e🙂',
    '; DROP TABLE customers',
    '客户',
  ];
  for (const new_question of questions) {
    assert.equal(
      (await judge({ ...PAIR, new_question })).outcome,
      'miss',
      new_question.slice(0, 20),
    );
  }
});

test('a question that cannot be embedded is a miss', async () => {
  const mute = { ...vectors, embed: () => Promise.reject(new Error('no vector')) };
  const deaf = await createProduct({
    embedder: mute,
    modelsDir: MODELS_DIR,
    targetErrorRate: 0.01,
  });
  const { outcome, rule } = await createJudge(deaf)(PAIR);
  assert.deepEqual([outcome, rule], ['miss', 'embedding']);
});

test('a statement that cannot be read has no facts and is counted once', async () => {
  const counting = await createProduct({
    embedder: vectors,
    modelsDir: MODELS_DIR,
    targetErrorRate: 0.01,
  });
  const counted = createJudge(counting);
  for (const cached_sql of ['SELEC 1', 'SELEC 1', '', 'DELETE FROM customers', COUNT]) {
    assert.equal((await counted({ ...PAIR, cached_sql })).outcome, 'hit');
  }
  assert.deepEqual(counting.unread(), { QUERY_INVALID: 1, INPUT_INVALID: 1, QUERY_REJECTED: 1 });
});

test('texts to embed are cleaned as the product does and refused ones left out', async () => {
  const scoping = product.scopingOf('a database');
  assert.deepEqual(await product.textsOf([' a b ', '', 'c\u0000d']), ['a b', 'c d']);
  assert.equal(await product.ask('?'.repeat(5000), scoping), null);
  assert.equal(await product.vectorOf(null), null);
});

test('plans of one statement are one plan within a database and two across', async () => {
  const [one, other] = [product.scopingOf('one'), product.scopingOf('other')];
  const asked = (await product.ask('a question', one))!;
  const elsewhere = (await product.ask('a question', other))!;
  const plan = product.planOf(COUNT, asked, one);
  assert.equal(product.planOf(`${COUNT} ;`, asked, one).id, plan.id);
  assert.notEqual(product.planOf(COUNT, elsewhere, other).id, plan.id);
  assert.notEqual(asked.questionKey, elsewhere.questionKey);
  assert.deepEqual(plan.facts.aggregates, ['count']);
});

test('a line of the output holds the four fields in their order', async () => {
  assert.deepEqual(Object.keys(JSON.parse(lineOf(await judge(PAIR))) as object), [
    'outcome',
    'probability',
    'similarity',
    'differences',
  ]);
});

test('a labelled file gives figures, an output in its order, and recall on request', async () => {
  const pairs = await scratch.write('pairs.jsonl', [
    { ...PAIR, same: true, kind: 'case', domain: 'shop', dataset: 'own' },
    { ...PAIR, new_question: 'continue', same: false, domain: 'shop' },
    { cached_question: 'Show customer data', cached_sql: LIST, new_question: 'a', domain: null },
  ]);
  const out = scratch.path('out.jsonl');
  const figures = await runDecisions(silent, ['--pairs', pairs, '--out', out, '--recall']);
  const lines = (await scratch.read('out.jsonl')) as { outcome: string }[];
  assert.deepEqual(
    lines.map(({ outcome }) => outcome),
    ['hit', 'miss', 'miss'],
  );
  assert.deepEqual([figures.outcomes.pairs, figures.labelled?.served.served], [3, 1]);
  assert.equal(figures.labelled?.baselines['cosine 0.8']?.same_served, 1);
  assert.equal(figures.strict_recall?.['own']?.first, 1);
  assert.equal(figures.recall?.['own']?.rephrasings, 0, 'the same text is for the exact tier');
  assert.equal(figures.embedding.distinct, 5);
  assert.doesNotThrow(() => JSON.stringify(figures));
});

test('a file without labels is judged without figures of right and wrong', async () => {
  const pairs = await scratch.write('plain.jsonl', [PAIR]);
  const figures = await runDecisions(silent, ['--pairs', pairs, '--json']);
  assert.equal(figures.labelled, null);
  assert.equal(figures.recall, undefined);
});

test('a broken line ends the run before anything is written', async () => {
  const pairs = await scratch.write('broken.jsonl', [PAIR, { ...PAIR, same: 'yes' }]);
  const out = scratch.path('untouched.jsonl');
  await assert.rejects(
    runDecisions(silent, ['--pairs', pairs, '--out', out]),
    (error: unknown) => isAppError(error, 'INPUT_INVALID') && /line 2: same/.test(error.message),
  );
  await assert.rejects(scratch.read('untouched.jsonl'), { code: 'ENOENT' });
});

test('the pairs are never overwritten and an unwritable output is refused', async () => {
  const pairs = await scratch.write('kept.jsonl', [PAIR]);
  for (const out of [pairs, scratch.path('no/such/folder')]) {
    await assert.rejects(runDecisions(silent, ['--pairs', pairs, '--out', out]), (error: unknown) =>
      isAppError(error, 'INPUT_INVALID'),
    );
  }
  assert.deepEqual(await scratch.read('kept.jsonl'), [PAIR]);
});
