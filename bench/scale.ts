// `npm run bench -- scale`: the store with ten thousand plans, a hundred thousand, a million, in many scopes of very
// different size: how long a look-up takes and whether it finds the true neighbour, what a plan costs to keep.
import { createHash, randomUUID } from 'node:crypto';
import { join } from 'node:path';

import { pino } from 'pino';

import { createPlanStore } from '../src/cache/plan-store.ts';
import type { NearestSearch, PlanScope, PlanStore } from '../src/cache/plan-store.ts';
import { idOf } from '../src/cache/key.ts';
import { sealed } from '../src/cache/plan-rows.ts';
import type { SealedRow, StoredRow } from '../src/cache/plan-rows.ts';
import { createSeal } from '../src/cache/seal.ts';
import { createSearchIndexes } from '../src/cache/search-indexes.ts';
import { NO_FACTS } from '../src/cache/facts.ts';
import { migrate } from '../src/db/migrate.ts';
import { createPool } from '../src/db/pool.ts';
import type { Pool } from '../src/db/pool.ts';
import { ReleaseStack } from '../src/lib/release-stack.ts';
import type { BenchContext } from './context.ts';
import { countOption, parseOptions, requireOption } from './decisions-options.ts';
import { createRandom, createZipf } from '../src/lib/random.ts';
import type { Random } from '../src/lib/random.ts';
import { round, summary } from './statistics.ts';
import type { Summary } from './statistics.ts';

export const SCALE_USAGE = `scale --cache-url URL [--plans N] [--scopes N] [--lookups N]
    Fills a database made for it (the user may create one) with 10,000 plans, then 100,000, up to --plans
    (1000000), in --scopes (200) scopes, the n-th an n-th as large as the first. At each size --lookups (300) look-ups
    of the product, of a phrasing near one that is there, against comparing the whole scope: latency, recall of
    the true neighbour; plans stored one by one per second; bytes on disk. Vectors are synthetic: 400 subjects,
    phrasings around them. Takes a quarter of an hour.`;

export interface ScaleSize {
  readonly plans: number;
  readonly largest_scope: number;
  readonly indexed_scopes: number;
  readonly lookup: Summary;
  readonly exact: Summary;
  /** Share of look-ups whose nearest is the one that comparing all finds. */
  readonly recall: number;
  readonly inserts_per_second: number;
  readonly mb: {
    readonly plans: number;
    readonly phrasings: number;
    readonly vector_indexes: number;
  };
  readonly index_seconds: number;
}

export interface ScaleFigures extends Record<string, unknown> {
  readonly round_trip: Summary;
  readonly sizes: readonly ScaleSize[];
  readonly lookup_ratio: number;
}

const DIMENSIONS = 256;
const SUBJECTS = 400;
/** Cosine of two phrasings of one subject about 0.75, of a phrasing and its rewording about 0.95. */
const AROUND_SUBJECT = 0.58;
const REWORDED = 0.32;
const SEED = 7;
const BATCH = 2000;
const INSERTS = 300;
const LIMIT = 10;
const FIRST_SIZE = 10_000;
const MODEL = 'bench';
const MAKER = 'bench';
const SEAL = createSeal(Buffer.alloc(32));
const FACTS = JSON.stringify(NO_FACTS);

interface Filled {
  readonly scope: number;
  readonly vector: Float32Array;
}

export async function runScale(
  { progress, root }: BenchContext,
  args: readonly string[],
): Promise<ScaleFigures> {
  const options = parseOptions(args, {
    json: { type: 'boolean' },
    'cache-url': { type: 'string' },
    plans: { type: 'string' },
    scopes: { type: 'string' },
    lookups: { type: 'string' },
  });
  const server = requireOption(options['cache-url'], 'cache-url');
  const plans = countOption(options.plans, 'plans', { otherwise: 1_000_000, least: FIRST_SIZE });
  const scopes = countOption(options.scopes, 'scopes', { otherwise: 200, least: 1 });
  const lookups = countOption(options.lookups, 'lookups', { otherwise: 300, least: 1 });
  const releases = new ReleaseStack();
  try {
    const pool = await freshDatabase(server, releases);
    await migrate(pool, join(root, 'migrations'));
    const indexes = createSearchIndexes(pool);
    const fill = createFill(pool, scopes);
    const sizes: ScaleSize[] = [];
    for (const size of sizesUpTo(plans)) {
      progress(`${size} plans in ${scopes} scopes`);
      await fill.upTo(size, (count) => progress(`  ${count} stored`));
      progress('  indexes of the large scopes');
      const begun = performance.now();
      await indexes.maintain(pool);
      const indexSeconds = (performance.now() - begun) / 1000;
      await pool.withClient((client) =>
        client.query('VACUUM ANALYZE askonce.phrasings, askonce.plans'),
      );
      progress('  look-ups');
      const measured = await measure({
        pool,
        store: createPlanStore(pool, { seal: SEAL, indexes }),
        fill,
        lookups,
      });
      sizes.push({ plans: size, ...measured, index_seconds: round(indexSeconds) });
    }
    const first = sizes[0]!.lookup.median_ms;
    return {
      round_trip: await roundTrip(pool, lookups),
      sizes,
      lookup_ratio: round(sizes.at(-1)!.lookup.median_ms / first),
    };
  } finally {
    await releases.unwind(0);
  }
}

function sizesUpTo(plans: number): number[] {
  const sizes: number[] = [];
  for (let size = FIRST_SIZE; size < plans; size *= 10) sizes.push(size);
  return [...sizes, plans];
}

async function freshDatabase(server: string, releases: ReleaseStack): Promise<Pool> {
  const name = `askonce_bench_${randomUUID().slice(0, 8)}`;
  const owner = poolOf(server);
  releases.push('server pool', () => owner.close());
  await owner.query(`CREATE DATABASE ${name}`);
  releases.push('database', async () => {
    await owner.query(`DROP DATABASE ${name} WITH (FORCE)`);
  });
  const url = new URL(server);
  url.pathname = `/${name}`;
  const pool = poolOf(url.href);
  releases.push('pool', () => pool.close());
  return pool;
}

const poolOf = (url: string): Pool =>
  createPool({ url, min: 0, max: 2, acquireTimeoutMs: 10_000, logger: pino({ level: 'silent' }) });

interface Fill {
  upTo(size: number, onProgress: (count: number) => void): Promise<void>;
  /** One that is there. */
  draw(): Filled;
  scopeOf(scope: number): PlanScope;
  /** In other words. */
  reworded(vector: Float32Array): Float32Array;
  readonly largest: () => number;
}

function createFill(pool: Pool, scopes: number): Fill {
  const random = createRandom(SEED);
  const gauss = createGauss(random);
  const around = (centre: Float32Array, distance: number): Float32Array =>
    unit(centre.map((value) => value + (gauss() * distance * 1.6) / Math.sqrt(DIMENSIONS)));
  const subjects = Array.from({ length: SUBJECTS }, () =>
    unit(Float32Array.from({ length: DIMENSIONS }, gauss)),
  );
  const zipf = createZipf(scopes, random);
  const counts = new Map<number, number>();
  /** To be asked for. */
  const known: Filled[] = [];
  let count = 0;

  async function batch(size: number): Promise<void> {
    const rows = Array.from({ length: size }, (_, at) => {
      const scope = zipf();
      const vector = around(subjects[Math.floor(random() * SUBJECTS)]!, AROUND_SUBJECT);
      counts.set(scope, (counts.get(scope) ?? 0) + 1);
      if ((count + at) % 50 === 0) known.push({ scope, vector });
      return { scope, row: sealed(rowOf(scope, count + at), SEAL), text: textOf(vector) };
    });
    const column = (name: keyof SealedRow): unknown[] => rows.map(({ row }) => row[name]);
    await pool.query(
      `WITH given AS (
         SELECT * FROM unnest($1::text[], $2::uuid[], $3::text[], $4::bytea[], $5::text[], $6::text[], $7::bytea[],
           $8::bytea[]) AS g (scope, id, question, key, embedding, sql, plan_seal, phrasing_seal)),
       plan AS (
         INSERT INTO askonce.plans
           (id, plan_scope, statement_key, schema_version, sql, params, tables, facts, volatility, seal)
         SELECT id, scope, key, '1', sql, '[]', '{orders}', $9, 'stable', plan_seal FROM given)
       INSERT INTO askonce.phrasings
         (id, plan_id, plan_scope, model_id, schema_version, question, question_key, origin, embedding, made_by, seal)
       SELECT id, id, scope, '${MODEL}', '1', question, key, 'asked', embedding::halfvec, '${MAKER}', phrasing_seal
       FROM given`,
      [
        column('plan_scope'),
        column('plan_id'),
        column('question'),
        column('question_key'),
        rows.map(({ text }) => text),
        column('sql'),
        column('plan_seal'),
        column('phrasing_seal'),
        FACTS,
      ],
    );
    count += size;
  }

  return {
    async upTo(size, onProgress) {
      while (count < size) {
        await batch(Math.min(BATCH, size - count));
        if (count % 100_000 === 0) onProgress(count);
      }
    },
    draw: () => known[Math.floor(random() * known.length)]!,
    scopeOf: (scope) => ({ planScope: `scope ${scope}`, modelId: MODEL, schemaVersion: '1' }),
    reworded: (vector) => around(vector, REWORDED),
    largest: () => Math.max(...counts.values()),
  };
}

function rowOf(scope: number, at: number): StoredRow {
  const question = `which ${at} of those?`;
  const key = keyOf(question);
  const id = idOf(key);
  return {
    plan_scope: `scope ${scope}`,
    schema_version: '1',
    model_id: MODEL,
    phrasing_id: id,
    question,
    question_key: Buffer.from(key, 'hex'),
    origin: 'asked',
    made_by: MAKER,
    plan_id: id,
    statement_key: Buffer.from(key, 'hex'),
    sql: `select count(*) from orders where note = '${question}'`,
    params: '[]',
    tables: ['orders'],
    facts: FACTS,
    volatility: 'stable',
  };
}

interface MeasureParts {
  readonly pool: Pool;
  readonly store: PlanStore;
  readonly fill: Fill;
  readonly lookups: number;
}

async function measure({
  pool,
  store,
  fill,
  lookups,
}: MeasureParts): Promise<Omit<ScaleSize, 'plans' | 'index_seconds'>> {
  const exact = createPlanStore(pool, { seal: SEAL });
  const [taken, takenExactly]: [number[], number[]] = [[], []];
  const asked: Array<{
    readonly scope: number;
    readonly search: NearestSearch;
    readonly id?: string;
  }> = [];
  // Apart from comparing all, which would leave nothing else in the caches of the processor.
  for (let at = 0; at < lookups; at += 1) {
    const { scope, vector } = fill.draw();
    const search = searchOf(fill.reworded(vector));
    const [found] = await timed(taken, () => store.nearest(fill.scopeOf(scope), search));
    asked.push({ scope, search, ...(found && { id: found.id }) });
  }
  let same = 0;
  for (const { scope, search, id } of asked) {
    const [truth] = await timed(takenExactly, () => exact.nearest(fill.scopeOf(scope), search));
    if (truth?.id === id) same += 1;
  }
  const [sizes] = await pool.query<{
    plans: number;
    phrasings: number;
    vectors: number;
    indexes: number;
  }>(
    `SELECT pg_total_relation_size('askonce.plans')::float8 AS plans,
       pg_total_relation_size('askonce.phrasings')::float8 AS phrasings,
       (SELECT coalesce(sum(pg_relation_size(c.oid)), 0)::float8 FROM pg_class c WHERE c.relname LIKE 'phrasings\\_near\\_%') AS vectors,
       (SELECT count(*)::int FROM pg_class c WHERE c.relname LIKE 'phrasings\\_near\\_%') AS indexes`,
  );
  const mb = (size: number): number => round(size / 1e6);
  return {
    largest_scope: fill.largest(),
    indexed_scopes: sizes!.indexes,
    lookup: summary(taken),
    exact: summary(takenExactly),
    recall: round(same / lookups),
    inserts_per_second: await insertRate(store, fill),
    mb: {
      plans: mb(sizes!.plans),
      phrasings: mb(sizes!.phrasings - sizes!.vectors),
      vector_indexes: mb(sizes!.vectors),
    },
  };
}

/** As the product stores what an agent brought, one after another. */
async function insertRate(store: PlanStore, fill: Fill): Promise<number> {
  const begun = performance.now();
  for (let at = 0; at < INSERTS; at += 1) {
    const { scope, vector } = fill.draw();
    const planScope = fill.scopeOf(scope);
    const question = randomUUID();
    const key = keyOf(question);
    await store.save(planScope, {
      id: randomUUID(),
      question,
      questionKey: key,
      origin: 'asked',
      madeBy: MAKER,
      isByAdmin: false,
      embedding: fill.reworded(vector),
      plan: {
        id: randomUUID(),
        statementKey: key,
        sql: 'select 1',
        params: [],
        tables: [],
        facts: NO_FACTS,
        volatility: 'stable',
      },
    });
  }
  return Math.round(INSERTS / ((performance.now() - begun) / 1000));
}

async function roundTrip(pool: Pool, count: number): Promise<Summary> {
  const taken: number[] = [];
  for (let at = 0; at < count; at += 1) await timed(taken, () => pool.query('SELECT 1'));
  return summary(taken);
}

async function timed<T>(into: number[], work: () => Promise<T>): Promise<T> {
  const begun = performance.now();
  const value = await work();
  into.push(performance.now() - begun);
  return value;
}

const searchOf = (embedding: Float32Array): NearestSearch => ({
  embedding,
  questionKey: keyOf('nobody has asked this'),
  limit: LIMIT,
});

const keyOf = (text: string): string => createHash('sha256').update(text).digest('hex');

function textOf(vector: Float32Array): string {
  return `[${Array.from(vector, (value) => value.toFixed(4)).join(',')}]`;
}

function unit(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

/** Box and Muller's. */
function createGauss(random: Random): () => number {
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
