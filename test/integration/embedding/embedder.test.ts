import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { createEmbedder } from '../../../src/embedding/embedder.ts';
import type { Embedder } from '../../../src/embedding/embedder.ts';
import { createLogger } from '../../../src/logger.ts';
import { MODEL, MODELS_DIR } from './shipped-model.ts';

const SHIPPED = { modelsDir: MODELS_DIR, model: MODEL, logger: createLogger('silent') };
const OTHERS = [
  'Show product data',
  'Display order information',
  'How many customers are in Germany?',
  'Total revenue of last month',
  'List the ten best selling products',
  'Which invoices are overdue?',
  'Average delivery time by carrier',
  'Show employee data',
  'Delete the oldest log entries',
];

let embedder: Embedder;
before(async () => {
  embedder = await createEmbedder(SHIPPED);
});
after(() => embedder.close());

function similarity(one: Float32Array, other: Float32Array): number {
  return one.reduce((sum, value, index) => sum + value * (other[index] ?? 0), 0);
}

function largestDifference(one: Float32Array, other: Float32Array): number {
  return Math.max(...one.map((value, index) => Math.abs(value - (other[index] ?? Number.NaN))));
}

test('the model names itself with a hash and embeds to unit length', async () => {
  assert.match(embedder.modelId, new RegExp(`^${MODEL}@[0-9a-f]{12}$`));
  const vector = await embedder.embed('Show customer data');
  assert.equal(vector.length, embedder.dimensions);
  assert.ok(Math.abs(Math.hypot(...vector) - 1) < 1e-4);
});

test('"Display customer information" is nearest to "Show customer data" among other questions', async () => {
  const asked = await embedder.embed('Display customer information');
  const meant = similarity(asked, await embedder.embed('Show customer data'));
  for (const other of OTHERS) {
    const found = similarity(asked, await embedder.embed(other));
    assert.ok(found < meant, `${other} is at ${found}, the question meant at ${meant}`);
  }
});

test('a vector does not depend on what was asked at the same time', async () => {
  const alone = await embedder.embed('Show customer data');
  const company = [...OTHERS, 'word '.repeat(300), 'x'];
  const [together] = await Promise.all(
    ['Show customer data', ...company].map((text) => embedder.embed(text)),
  );
  assert.ok(together && largestDifference(alone, together) < 1e-6);
});

const ODD_TEXTS = {
  'nothing at all': '',
  'a blank': ' ',
  'control characters': '\u0000\u0007\n\t',
  '5,000 characters': 'How many orders did each customer place? '.repeat(125).slice(0, 5000),
  'a word of 5,000 letters': 'a'.repeat(5000),
  'a megabyte': 'customers and orders '.repeat(50_000),
  emoji: '🛒📦 how many 🧾 today? 👩‍👩‍👧‍👦',
  'half of an emoji': '\ud83d orders \ude00',
  Chinese: '显示所有德国客户的订单数量',
  Arabic: 'كم عدد العملاء في ألمانيا؟',
  markup: '[CLS] [SEP] [MASK] <s></s> {{x}} %s \\',
};

for (const [what, text] of Object.entries(ODD_TEXTS)) {
  test(`${what} has a finite vector of unit length`, async () => {
    const vector = await embedder.embed(text);
    assert.equal(vector.length, embedder.dimensions);
    assert.ok(vector.every(Number.isFinite));
    assert.ok(Math.abs(Math.hypot(...vector) - 1) < 1e-4);
  });
}

test('what lies beyond the limit of the model changes nothing', async () => {
  const long = 'orders of the customers '.repeat(2000);
  assert.deepEqual(await embedder.embed(long), await embedder.embed(`${long} in Germany`));
});

test('200 calls at once are each answered with the vector of their own text', async () => {
  const texts = Array.from(
    { length: 200 },
    (_, index) => `orders of customer number ${index % 50}`,
  );
  const vectors = await Promise.all(texts.map((text) => embedder.embed(text)));
  for (const index of [0, 49, 50, 199]) {
    const alone = await embedder.embed(texts[index] ?? '');
    const found = vectors[index];
    assert.ok(found && largestDifference(alone, found) < 1e-6);
  }
});

test('an aborted call rejects at once while the others are answered', async () => {
  const controller = new AbortController();
  const aborted = embedder.embed('asked and dropped', controller.signal);
  const kept = embedder.embed('asked and kept');
  controller.abort();
  await assert.rejects(aborted, { code: 'QUERY_CANCELLED' });
  assert.equal((await kept).length, embedder.dimensions);
});

test('a full queue refuses what is too much and answers the rest', async () => {
  const small = await createEmbedder({ ...SHIPPED, maxQueue: 10, maxBatch: 4 });
  const calls = Array.from({ length: 30 }, (_, index) => small.embed(`question ${index}`));
  const outcomes = await Promise.allSettled(calls);
  const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
  assert.equal(refused.length, 20);
  for (const { reason } of refused) assert.equal(reason.code, 'EMBEDDING_FAILED');
  await small.embed('after the rush');
  await small.close();
});

test('close answers what is pending, may be repeated, and leaves an embedder that refuses', async () => {
  const closing = await createEmbedder(SHIPPED);
  const pending = closing.embed('too late');
  const outcome = assert.rejects(pending, { code: 'EMBEDDING_FAILED' });
  await Promise.all([closing.close(), closing.close()]);
  await outcome;
  await closing.close();
  await assert.rejects(closing.embed('later'), { code: 'EMBEDDING_FAILED' });
});
