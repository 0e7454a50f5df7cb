import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createLogger } from '../../../src/logger.ts';
import { createMeaningIndex } from '../../../src/schema/meaning-index.ts';
import { chooseTables, indexCatalog } from '../../../src/schema/relevance.ts';
import { wordsOf } from '../../../src/schema/words.ts';
import { catalog, column, shopTables, table } from './shop-catalog.ts';

const logger = createLogger('silent');
const CONCEPTS = [
  ['customer', 'patron'],
  ['product', 'ware'],
  ['order', 'deal'],
  ['log', 'audit', 'trace'],
  ['category', 'kind'],
].map((words) => new Set(words.flatMap((word) => wordsOf(word))));

/** Counts a text's words by concept: a tiny, exact stand-in for a model's sense of synonyms. */
function embedConcepts(text: string): Promise<Float32Array> {
  const words = wordsOf(text);
  const counts = CONCEPTS.map((concept) => words.filter((word) => concept.has(word)).length);
  return Promise.resolve(Float32Array.from([...counts, 0.1]));
}

test('meaning finds a table where no name and no known synonym does', async () => {
  const shop = catalog(shopTables());
  const meaning = createMeaningIndex({ embed: embedConcepts, logger });
  meaning.follow(shop);
  const indexed = await indexCatalog(shop);
  for (const [question, expected] of [
    ['our best patrons', 'customers'],
    ['wares', 'products'],
  ] as const) {
    const choice = await chooseTables(indexed, meaning, { question, maxTables: 3 });
    assert.equal(choice.tables[0]?.name, expected, question);
  }
});

test('vectors are kept by text: a new catalog costs only what changed', async () => {
  const embedded: string[] = [];
  const meaning = createMeaningIndex({
    embed: (text) => {
      embedded.push(text);
      return embedConcepts(text);
    },
    logger,
  });
  meaning.follow(catalog(shopTables()));
  await meaning.score('anything');
  const first = embedded.length;
  assert.equal(new Set(embedded).size, first);
  meaning.follow(catalog([...shopTables(), table('refunds', [column('id')])]));
  await meaning.score('anything');
  assert.deepEqual(embedded.slice(first), ['refunds', 'refunds id', 'anything']);
});

test('a table with many columns has one text per few of them, bounded', async () => {
  const embedded: string[] = [];
  const meaning = createMeaningIndex({
    embed: (text) => {
      embedded.push(text);
      return embedConcepts(text);
    },
    logger,
  });
  const columns = Array.from({ length: 1_600 }, (_, index) => column(`c${index}`));
  meaning.follow(catalog([table('wide', columns)]));
  await meaning.score('anything');
  assert.equal(embedded.length, 5 + 1);
});

test('without an embedder, or with one that fails, there is no score and no error', async () => {
  const failing = () => Promise.reject(new Error('no model'));
  for (const embed of [null, failing]) {
    const meaning = createMeaningIndex({ embed, logger });
    meaning.follow(catalog(shopTables()));
    assert.equal((await meaning.score('customers')).size, 0);
  }
});

test('an embedder that recovers is used again at the next refresh', async () => {
  let broken = true;
  const meaning = createMeaningIndex({
    embed: (text) => (broken ? Promise.reject(new Error('busy')) : embedConcepts(text)),
    logger,
  });
  const shop = catalog(shopTables());
  meaning.follow(shop);
  assert.equal((await meaning.score('patrons')).size, 0);
  broken = false;
  meaning.follow(shop);
  assert.ok(((await meaning.score('patrons')).get('customers') ?? 0) > 0.9);
});
