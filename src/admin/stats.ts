// Owns the figures of the cache for people: what was served from where, what that spared, what is kept.
import type { Cache } from '../cache/cache.ts';
import type { EvictionLimits } from '../cache/eviction.ts';
import type { Pool } from '../db/pool.ts';
import { OPEN_COUNT_SQL } from './decision-rows.ts';
import type { AdminScopes, ScopeChoice, ScopeDocument } from './scopes.ts';

export type BySource = Readonly<Record<'memory' | 'store' | 'semantic' | 'database', number>>;

interface Saved {
  readonly statements: number;
  readonly ms: number;
  /** Of schema that no agent read and SQL that none wrote. */
  readonly tokens_estimated: number;
}

interface Tally {
  readonly answers: number;
  readonly by_source: BySource;
  /** Of the answers, those for which no statement ran; null without any. */
  readonly hit_rate: number | null;
  readonly saved: Saved;
}

export interface StatsDocument extends Tally {
  readonly status: 'stats';
  readonly since: string;
  readonly by_scope: readonly (Tally & { readonly scope: ScopeDocument })[];
  readonly by_time: readonly (BySource & { readonly at: string })[];
  readonly decisions: Readonly<
    Record<'hit' | 'rebound' | 'confirm' | 'miss' | 'right' | 'wrong' | 'open', number>
  >;
  readonly store: Readonly<
    Record<
      'questions' | 'plans' | 'results' | 'result_bytes' | 'max_result_bytes' | 'max_plans',
      number
    >
  >;
  readonly memory: { readonly bytes: number; readonly max_bytes: number };
}

export interface StatsRequest {
  readonly scope?: string | undefined;
  readonly hours: number;
}

export interface StatsOptions {
  readonly pool: Pool;
  readonly cache: Pick<Cache, 'served' | 'memory'>;
  readonly limits: Pick<EvictionLimits, 'maxResultBytes' | 'maxPlans'>;
  readonly scopes: AdminScopes;
  readonly now: () => number;
}

interface ServedRow {
  readonly [column: string]: unknown;
  readonly plan_scope: string;
  readonly source: keyof BySource;
  readonly answers: number;
  readonly ms: number;
  readonly tokens: number;
}

/** Those asked in last. */
const MOST_SCOPES = 500;
const HOUR_MS = 60 * 60 * 1000;
/** Answers are counted in these: the first of them is shown whole. */
const BUCKET_MS = 10 * 60 * 1000;
const FEW_HOURS = 6;
const SOME_HOURS = 72;
const NONE: BySource = { memory: 0, store: 0, semantic: 0, database: 0 };

/** So that some ten to seventy bars are drawn. */
function widthOf(hours: number): string {
  if (hours <= FEW_HOURS) return '10 minutes';
  return hours <= SOME_HOURS ? '1 hour' : '1 day';
}

export function createStats(
  options: StatsOptions,
): (request: StatsRequest) => Promise<StatsDocument> {
  const { pool, cache, scopes, now } = options;

  async function byTime(choice: ScopeChoice, since: Date, hours: number) {
    const rows = await pool.query<{ at: Date; source: keyof BySource; answers: number }>(
      `SELECT date_bin($3::interval, at, 'epoch') AS at, source, sum(answers)::float8 AS answers
       FROM askonce.served WHERE plan_scope = ANY ($1) AND at >= $2 GROUP BY 1, 2 ORDER BY 1`,
      [choice.ids, since, widthOf(hours)],
    );
    const bars = new Map<string, BySource>();
    for (const { at, source, answers } of rows) {
      const key = at.toISOString();
      bars.set(key, { ...(bars.get(key) ?? NONE), [source]: answers });
    }
    return [...bars].map(([at, bar]) => ({ at, ...bar }));
  }

  async function decisions(choice: ScopeChoice, since: Date) {
    // However long they have waited.
    const [waiting] = await pool.query<{ open: number }>(OPEN_COUNT_SQL, [choice.ids]);
    const [row] = await pool.query<Omit<StatsDocument['decisions'], 'open'>>(
      `SELECT count(*) FILTER (WHERE outcome = 'hit')::float8 AS hit,
         count(*) FILTER (WHERE outcome = 'rebound')::float8 AS rebound,
         count(*) FILTER (WHERE outcome = 'confirm')::float8 AS confirm,
         count(*) FILTER (WHERE outcome = 'miss')::float8 AS miss,
         count(*) FILTER (WHERE is_served AND label = 'same')::float8 AS right,
         count(*) FILTER (WHERE is_served AND label = 'different')::float8 AS wrong
       FROM (SELECT *, outcome IN ('hit', 'rebound') AS is_served FROM askonce.decisions
         WHERE plan_scope = ANY ($1) AND decided_at >= $2) AS of_late`,
      [choice.ids, since],
    );
    return { ...row!, open: waiting!.open };
  }

  async function stored(choice: ScopeChoice) {
    const [row] = await pool.query<
      Record<'questions' | 'plans' | 'results' | 'result_bytes', number>
    >(
      `SELECT (SELECT count(*)::float8 FROM askonce.phrasings WHERE plan_scope = ANY ($1)) AS questions,
         (SELECT count(*)::float8 FROM askonce.plans WHERE plan_scope = ANY ($1)) AS plans,
         kept.results, kept.result_bytes
       FROM (SELECT count(*)::float8 AS results, coalesce(sum(byte_count), 0)::float8 AS result_bytes
         FROM askonce.results WHERE result_scope = ANY ($2)) AS kept`,
      [choice.ids, choice.resultScopes],
    );
    return row!;
  }

  return async ({ scope, hours }) => {
    await cache.served.flush();
    const choice = await scopes.choose(scope);
    const since = new Date(Math.floor((now() - hours * HOUR_MS) / BUCKET_MS) * BUCKET_MS);
    const rows = await pool.query<ServedRow>(
      `SELECT plan_scope, source, sum(answers)::float8 AS answers, sum(spared_ms) AS ms,
         sum(spared_tokens)::float8 AS tokens
       FROM askonce.served WHERE plan_scope = ANY ($1) AND at >= $2 GROUP BY 1, 2`,
      [choice.ids, since],
    );
    const { maxResultBytes, maxPlans } = options.limits;
    const ofScope = new Map<string, ServedRow[]>();
    for (const row of rows) {
      const known = ofScope.get(row.plan_scope);
      if (known) known.push(row);
      else ofScope.set(row.plan_scope, [row]);
    }
    return {
      status: 'stats',
      since: since.toISOString(),
      ...tally(rows),
      by_scope: choice.all.slice(0, MOST_SCOPES).map(({ id, document }) => ({
        scope: document,
        ...tally(ofScope.get(id) ?? []),
      })),
      by_time: await byTime(choice, since, hours),
      decisions: await decisions(choice, since),
      store: { ...(await stored(choice)), max_result_bytes: maxResultBytes, max_plans: maxPlans },
      memory: { bytes: cache.memory.bytes, max_bytes: cache.memory.maxBytes },
    };
  };
}

function tally(rows: readonly ServedRow[]): Tally {
  const sum = (of: (row: ServedRow) => number): number =>
    rows.reduce((total, row) => total + of(row), 0);
  const from = (source: keyof BySource): number =>
    sum((row) => (row.source === source ? row.answers : 0));
  const [memory, store, semantic, database] = [
    from('memory'),
    from('store'),
    from('semantic'),
    from('database'),
  ];
  const answers = memory + store + semantic + database;
  return {
    answers,
    by_source: { memory, store, semantic, database },
    hit_rate: answers === 0 ? null : (answers - database) / answers,
    saved: {
      statements: answers - database,
      ms: Math.round(sum(({ ms }) => ms)),
      tokens_estimated: sum(({ tokens }) => tokens),
    },
  };
}
