import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import { idOf } from '../../../src/cache/key.ts';
import { createPlanStore } from '../../../src/cache/plan-store.ts';
import { createEmbedder } from '../../../src/embedding/embedder.ts';
import { createLogger } from '../../../src/logger.ts';
import { createMetrics } from '../../../src/metrics.ts';
import { createJudging } from '../../../src/query/judging.ts';
import { createRecall } from '../../../src/query/recall.ts';
import { createScoping } from '../../../src/query/scope.ts';
import { planOf } from '../../support/cache-samples.ts';
import { admin } from '../../support/database.ts';
import { cacheDatabase, cacheOver } from '../cache/stores.ts';
import { verifierAt } from '../../support/verifier.ts';
import { createDecider } from '../../../src/cache/decide.ts';
import { MODEL, MODELS_DIR } from '../embedding/shipped-model.ts';
import { contextOf } from './pipelines.ts';
import { createScopeKeys } from '../../../src/cache/key.ts';
import { createSeal } from '../../../src/cache/seal.ts';

const logger = createLogger('silent');
const ALICE = contextOf('alice');
const ASKED = 'number of customers located in Germany';
const KNOWN = 'how many customers are in Germany?';
const COUNTRIES = (
  'France Spain Italy Poland Sweden Norway Austria Belgium Portugal Greece Hungary Ireland Denmark ' +
  'Finland Iceland Estonia Latvia Malta Cyprus Croatia'
).split(' ');

async function recallOf(t: TestContext) {
  const { url, pool } = await cacheDatabase(t);
  const metrics = createMetrics();
  const cache = cacheOver(t, pool, { metrics });
  const embedder = await createEmbedder({ modelsDir: MODELS_DIR, model: MODEL, logger });
  t.after(() => embedder.close());
  const decider = createDecider(await verifierAt());
  const recall = createRecall({
    cache,
    embedder,
    metrics,
    decider,
    judging: createJudging({ enter: async () => () => undefined }),
  });
  const scoping = createScoping({
    keys: createScopeKeys(Buffer.alloc(32)),
    sharing: 'identity',
    databaseId: 'test',
    role: 'reader',
    modelId: embedder.modelId,
    tableRules: { allowed: [], denied: [], masked: [] },
    schemaVersion: async () => '1',
  });
  const store = createPlanStore(pool, { seal: createSeal(Buffer.alloc(32)) });
  const ask = (question: string) => scoping.ask(question, ALICE.principal);

  /** @param placedAt the text whose vector it gets: its own, unless it is to stand nearer than it does. */
  async function know(question: string, value: string, placedAt = question): Promise<void> {
    const { scope, questionKey } = await ask(question);
    const sql = `select count(*) from customers where country = '${value}'`;
    const plain = planOf(sql, scope.planScope, scope.schemaVersion);
    const literal = { value, kind: 'text', column: 'country', op: '=', role: 'filter' } as const;
    const facts = { ...plain.facts, literals: [literal], aggregates: ['count'] };
    const embedding = await embedder.embed(placedAt);
    const plan = { ...plain, facts };
    const id = idOf(questionKey);
    await store.save(scope, {
      id,
      question,
      questionKey,
      plan,
      origin: 'asked',
      madeBy: 'alice',
      isByAdmin: false,
      embedding,
    });
  }

  return { recall, ask, know, embedder, metrics, url };
}

test('a rephrasing is found behind nineteen nearer questions that mean something else', async (t) => {
  const { recall, ask, know } = await recallOf(t);
  await know(KNOWN, 'Germany');
  for (const country of COUNTRIES.slice(0, 19)) {
    await know(`number of customers located in ${country}`, country, ASKED);
  }
  const { hit, outcome, nearest } = await recall.find(await ask(ASKED), ALICE);
  assert.equal(nearest.length, 20);
  assert.deepEqual([outcome, hit?.neighbour.question], ['hit', KNOWN]);
});

test('no more than twenty known questions are judged', async (t) => {
  const { recall, ask, know } = await recallOf(t);
  await know(KNOWN, 'Germany');
  for (const country of COUNTRIES) {
    await know(`number of customers located in ${country}`, country, ASKED);
  }
  const { hit, nearest } = await recall.find(await ask(ASKED), ALICE);
  assert.deepEqual([hit, nearest.length], [null, 20]);
});

test('two plans that both seem sure are offered, not served', async (t) => {
  const { recall, ask, know } = await recallOf(t);
  await know('count of customers in Germany', 'Germany');
  await know(KNOWN, 'germany');
  const { hit, candidates } = await recall.find(await ask(ASKED), ALICE);
  assert.equal(hit, null);
  assert.equal(candidates.length, 2);
});

test('a vector made beforehand is used, and one for a question that leans on others is not made', async (t) => {
  const { recall, ask, know, embedder } = await recallOf(t);
  await know(KNOWN, 'Germany');
  const leaning = await ask('same for last year');
  assert.equal(await recall.embed(leaning, ALICE), null);
  const asked = await ask(ASKED);
  const embedding = recall.embed(asked, ALICE);
  await embedding;
  await embedder.close();
  assert.equal((await recall.find(asked, ALICE, embedding)).outcome, 'hit');
});

test('a search that could not be made is counted as an error and is a miss', async (t) => {
  const { recall, ask, know, embedder, metrics, url } = await recallOf(t);
  await know(KNOWN, 'Germany');
  const asked = await ask(ASKED);
  const errors = async (): Promise<string | undefined> =>
    /lookups_total\{tier="semantic",outcome="error"\} (\d+)/.exec(
      (await metrics.render()).text,
    )?.[1];
  await admin(url, 'alter table askonce.phrasings rename to gone');
  assert.equal((await recall.find(asked, ALICE)).outcome, 'miss');
  assert.equal(await errors(), '1');
  await embedder.close();
  assert.equal((await recall.find(asked, ALICE)).outcome, 'miss');
  assert.equal(await errors(), '2');
});
