// Owns the rows of a plan: fresh ones that are kept, or else the plan runs. Every answer is recorded here,
// so that it can be reported on.
import { randomUUID } from 'node:crypto';

import type { Cache } from '../cache/cache.ts';
import type { Match, Plan, Validity } from '../cache/entities.ts';
import type { FoundResult, Wanted } from '../cache/results.ts';
import { isReusable, mostOf } from '../cache/volatility.ts';
import { createAnswer } from './answer.ts';
import type { Answer, AnswerLimits, AnswerParts, Source } from './answer.ts';
import type { Client, Pool } from '../db/pool.ts';
import { isAppError } from '../errors.ts';
import type { Freshness, RunWatch } from '../freshness/freshness.ts';
import type { Prepare } from '../guard/prepare.ts';
import type { Admission } from '../lib/admission.ts';
import type { RequestContext } from './context.ts';
import type { Executor } from './execute.ts';
import type { Flights, Joined, StartedRun } from './flights.ts';
import type { Asked } from './scope.ts';
import type { Stage } from '../tracing.ts';

export interface PlanAnswer {
  readonly asked: Asked;
  readonly plan: Plan;
  readonly match: Match | null;
  /** Where the plan was found. */
  readonly tier: Exclude<Source, 'database'>;
  readonly isChecked?: boolean;
  /** Whether the agent wrote the statement for this call. */
  readonly isBrought?: boolean;
}

export interface PlanRun extends PlanAnswer {
  readonly request: {
    readonly maxAgeSeconds?: number | undefined;
    readonly limits: AnswerLimits;
  };
}

export interface Serve {
  (run: PlanRun, context: RequestContext): Promise<Answer>;
  /** Fresh rows that this process holds; null where there are none. */
  held(run: PlanRun): HeldAnswer | null;
}

/** An answer that is there already. */
export interface HeldAnswer {
  /** Equal for answers that differ in nothing. */
  readonly key: string;
  readonly make: () => Answer;
  /** To be told where the one that was made is given out once more. */
  readonly again: () => void;
}

export interface ServeOptions {
  readonly cache: Pick<Cache, 'results' | 'recordAnswer' | 'policies' | 'served'>;
  readonly executor: Executor;
  readonly flights: Flights;
  readonly freshness: Freshness;
  /** Places for results larger than a page, so that there is always room for small ones. */
  readonly large: Pick<Admission, 'enter'>;
  /** The data database, as far as it can be told without asking it. */
  readonly backend: Pick<Pool, 'isResting' | 'isLockedOut'>;
  readonly spoolMaxBytes: number;
  readonly prepare: Prepare;
  /** A statement as it is shown: whoever is served need not have written it. */
  readonly shownSql: (sql: string) => string;
  readonly now: () => number;
}

const CHECK =
  'This answer was given for an earlier question in other words and was picked for a check: please call ' +
  'report with its answer_id and verdict right or wrong.';
const CHECK_REBOUND =
  'This answer is from the statement of an earlier question with the values under rebound exchanged, and was ' +
  'picked for a check: please call report with its answer_id and verdict right or wrong.';
/** What is asked for beyond this is a large result. */
const LARGE_BYTES = 1024 * 1024;
const LARGE_ROWS = 10_000;
/** Rows outlive their freshness, so that a cursor into them can be followed. */
const MIN_RESULT_LIFE_MS = 15 * 60 * 1000;

/** Of the schema and the examples that an agent reads before it writes a statement: bench/context.ts measures it. */
const GUIDANCE_TOKENS = 900;
const CHARS_PER_TOKEN = 4;

/** What an agent had to read and to write, were the question not known. */
const sparedBy = ({ sql }: Plan): number =>
  GUIDANCE_TOKENS + Math.ceil(sql.length / CHARS_PER_TOKEN);

interface RowsServed extends Pick<AnswerParts, 'source' | 'asOf' | 'rows' | 'resultId' | 'isKept'> {
  readonly remark?: string | undefined;
}

const maybeChanged = (ageMs: number): string =>
  `These rows are ${Math.round(ageMs / 1000)} seconds old and may have changed since: they are being read anew.`;

const downSince = (ageMs: number): string =>
  `The database cannot be reached right now: these rows are ${Math.round(ageMs / 1000)} seconds old.`;

export function createServe(options: ServeOptions): Serve {
  const { cache, executor, flights, freshness, large, backend, now } = options;
  const { spoolMaxBytes } = options;

  function timesOf({ scope }: Asked): { readonly ttlMs: number; readonly staleMs: number } {
    const policy = cache.policies.of(scope.planScope);
    return {
      ttlMs: 1000 * policy.ttlSeconds,
      staleMs: 1000 * policy.staleWhileRevalidateSeconds,
    };
  }

  /** No answer exceeds what the policy allows. */
  function limited(run: PlanRun): PlanRun {
    const { maxRows, maxResponseBytes } = cache.policies.of(run.asked.scope.planScope);
    const { limits } = run.request;
    if (limits.maxRows <= maxRows && limits.maxBytes <= maxResponseBytes) return run;
    const within = {
      ...limits,
      maxRows: Math.min(limits.maxRows, maxRows),
      maxBytes: Math.min(limits.maxBytes, maxResponseBytes),
    };
    return { ...run, request: { ...run.request, limits: within } };
  }

  async function serve(asking: PlanRun, context: RequestContext): Promise<Answer> {
    const run = limited(asking);
    const { asked, plan, request } = run;
    const oldest = oldestServed(run);
    const found =
      oldest === null
        ? null
        : await context.trace.during('find rows', () =>
            cache.results.find(asked.resultScope, plan.statementKey, asWritten(oldest)),
          );
    if (found?.fills(request.limits)) return served(run, found, backend.isResting);
    const stale = await staleRows(run);
    if (stale) {
      void revalidate(run, context);
      const remark = maybeChanged(now() - stale.header.readAt);
      return kept(run, stale, { source: sourceOf(run, stale), remark });
    }
    try {
      return await executed(run, context);
    } catch (error) {
      retireRefused(run, error);
      const isWanted = oldest !== null && request.maxAgeSeconds === undefined;
      const old =
        isWanted && isAppError(error, 'DATABASE_UNAVAILABLE') && !backend.isLockedOut
          ? await cache.results.find(asked.resultScope, plan.statementKey, HOWEVER_OLD)
          : null;
      if (!old) throw error;
      return served(run, old, true);
    }
  }

  /** When the oldest rows were read that will do; null where the statement must run. */
  function oldestServed({ asked, plan, request }: PlanRun): number | null {
    const maxAgeMs = Math.min(timesOf(asked).ttlMs, 1000 * (request.maxAgeSeconds ?? Infinity));
    return isReusable(plan.volatility) && maxAgeMs > 0 ? now() - maxAgeMs : null;
  }

  const asWritten = (oldest: number): Wanted => ({
    oldest,
    holds: (stamp) => freshness.holds(stamp),
  });

  const HOWEVER_OLD: Wanted = {
    oldest: -Infinity,
    holds: (stamp) => Promise.resolve(freshness.wasMerelyOld(stamp)),
  };

  async function staleRows(run: PlanRun): Promise<FoundResult | null> {
    const { asked, plan, request } = run;
    const { staleMs } = timesOf(asked);
    const isWanted = staleMs > 0 && request.maxAgeSeconds === undefined;
    if (!isWanted || oldestServed(run) === null) return null;
    if (backend.isLockedOut) return null;
    const wanted = { oldest: now() - staleMs, holds: freshness.isMerelyOld };
    const found = await cache.results.find(asked.resultScope, plan.statementKey, wanted);
    return found?.fills(request.limits) ? found : null;
  }

  /** What the role may read no more is not served either while the database is away, whoever has seen it. */
  function retireRefused({ asked, plan }: PlanRun, error: unknown): void {
    if (!isAppError(error, 'QUERY_REJECTED') && !isAppError(error, 'FORBIDDEN')) return;
    void cache.results.retire(asked.resultScope, plan.statementKey);
  }

  /** Behind an answer, for those who ask next. */
  async function revalidate(run: PlanRun, context: RequestContext): Promise<void> {
    try {
      // One for each: what listens to it goes with it.
      const joined = await join(run, { ...context, signal: new AbortController().signal });
      if (joined.kind === 'live') joined.run.live.abandon();
    } catch (error) {
      retireRefused(run, error);
      context.logger.debug({ error: String(error) }, 'rows not read anew');
    }
  }

  const sourceOf = (run: PlanRun, found: FoundResult): Source =>
    run.tier === 'memory' ? found.tier : run.tier;

  function served(run: PlanRun, found: FoundResult, isDown: boolean): Answer {
    const remark = isDown ? downSince(now() - found.header.readAt) : undefined;
    return kept(run, found, { source: sourceOf(run, found), remark });
  }

  function kept(
    run: PlanRun,
    { header: { asOf, id }, source: rows }: FoundResult,
    said: Pick<RowsServed, 'source' | 'remark'>,
  ): Answer {
    return record(run, { ...said, asOf, rows, resultId: id, isKept: () => true });
  }

  async function executed(run: PlanRun, context: RequestContext): Promise<Answer> {
    const { plan, request } = run;
    const start = (signal: AbortSignal): Promise<StartedRun> => started(run, context, signal);
    // Whoever wants rows of this very moment has them read for himself.
    const isShared =
      plan.volatility !== 'volatile' &&
      request.maxAgeSeconds !== 0 &&
      // Of another's run only what is kept is there to be read.
      request.limits.maxBytes <= spoolMaxBytes;
    if (!isShared) return fresh(run, await start(context.signal));
    const joined = await join(run, context);
    if (joined.kind === 'live') return fresh(run, joined.run);
    if (!joined.found?.fills(request.limits)) return fresh(run, await start(context.signal));
    return kept(run, joined.found, { source: 'database' });
  }

  /** The run of this statement, somebody's or its own. */
  function join(run: PlanRun, context: RequestContext): Promise<Joined> {
    const { signal } = context;
    let waiting: Stage | undefined;
    const joined = flights.join({
      resultScope: run.asked.resultScope,
      statementKey: run.plan.statementKey,
      oldest: oldestServed(run),
      recent: now() - freshness.seenWithinMs,
      holds: freshness.holds,
      signal,
      start: (ofFlight) => started(run, context, ofFlight),
      onWait() {
        context.atStage('waiting for a run of the same statement');
        waiting ??= context.trace.stage('join');
      },
    });
    return joined.finally(() => waiting?.end());
  }

  async function started(
    { asked, plan, request }: PlanRun,
    context: RequestContext,
    signal: AbortSignal,
  ): Promise<StartedRun> {
    const { limits } = request;
    const isLarge = limits.maxBytes > LARGE_BYTES || limits.maxRows > LARGE_ROWS;
    const caller = { principal: context.principal.name, signal };
    if (isLarge) context.atStage('waiting until other large results are read');
    const leave = isLarge ? await large.enter(caller) : (): void => undefined;
    try {
      const run = await begun(asked, plan, { context, signal });
      void run.live.finished.then(leave);
      return run;
    } catch (error) {
      leave();
      throw error;
    }
  }

  async function begun(
    asked: Asked,
    plan: Plan,
    { context, signal }: { readonly context: RequestContext; readonly signal: AbortSignal },
  ): Promise<StartedRun> {
    const resultId = randomUUID();
    const { ttlMs, staleMs } = timesOf(asked);
    const watch = await freshness.beforeRun(context.principal.identity.role);
    context.atStage('waiting for a database connection');
    let stage = context.trace.stage('connect');
    const running = executor.run({
      ...(await options.prepare(plan.sql)),
      params: plan.params,
      validity: async (client) => (ttlMs === 0 ? null : await validityOf(plan, watch, client)),
      signal,
      principal: context.principal,
      onStart() {
        context.atStage('running the statement');
        stage.end();
        stage = context.trace.stage('statement');
      },
      kept: async () => (await cache.results.byId(asked.resultScope, resultId))?.source ?? null,
      keep: (columns, asOf) =>
        cache.results.writer({
          id: resultId,
          resultScope: asked.resultScope,
          statementKey: plan.statementKey,
          columns,
          asOf,
          readAt: asOf,
          expiresAt: asOf + Math.max(ttlMs, staleMs, MIN_RESULT_LIFE_MS),
          validity: null,
        }),
    });
    try {
      const live = await running;
      // With its last row, whoever reads it.
      void live.finished.then(() => stage.end());
      return { resultId, live };
    } catch (error) {
      stage.end(isAppError(error) ? error.code : 'INTERNAL');
      throw error;
    }
  }

  async function validityOf(plan: Plan, watch: RunWatch, client: Client): Promise<Validity | null> {
    if (!isReusable(plan.volatility)) return null;
    const askedAt = now();
    const stamped = await watch.stamp(client, plan.sql);
    if (stamped === null) return null;
    const volatility = mostOf([plan.volatility, stamped.volatility]);
    if (!isReusable(volatility)) return null;
    const holdsUntil = volatility === 'day' ? askedAt + stamped.dayLeftMs : null;
    return { stamp: stamped.stamp, holdsUntil };
  }

  function fresh(run: PlanRun, { resultId, live }: StartedRun): Answer {
    return record(run, {
      source: 'database',
      asOf: live.asOf,
      rows: live.source,
      resultId,
      isKept: () => live.writer.kept,
    });
  }

  function record(run: PlanRun, rows: RowsServed): Answer {
    const { asked, plan, match } = run;
    const answer = createAnswer({
      ...rows,
      question: asked.question,
      matched: match,
      sql: options.shownSql(plan.sql),
      fromRow: 0,
      limits: run.request.limits,
      remarks: [rows.remark, run.isChecked && (match?.rebound ? CHECK_REBOUND : CHECK)].filter(
        (said) => typeof said === 'string',
      ),
    });
    counted(run, rows);
    cache.recordAnswer({
      id: answer.head.answer_id,
      resultScope: asked.resultScope,
      planScope: asked.scope.planScope,
      question: asked.question,
      questionKey: asked.questionKey,
      source: rows.source,
      planId: plan.id,
      phrasingId: match?.id ?? asked.phrasingId,
      resultId: rows.resultId,
      similarity: match?.similarity ?? null,
      confidence: match?.confidence ?? null,
    });
    return answer;
  }

  function counted(
    run: PlanRun,
    { source, resultId }: Pick<RowsServed, 'source' | 'resultId'>,
  ): void {
    const { asked, plan } = run;
    const { resultScope, scope } = asked;
    const sparedTokens = run.isBrought ? 0 : sparedBy(plan);
    cache.served.count({ planScope: scope.planScope, source, resultScope, resultId, sparedTokens });
  }

  function held(asking: PlanRun): HeldAnswer | null {
    const run = limited(asking);
    const { asked, plan } = run;
    const oldest = oldestServed(run);
    if (oldest === null) return null;
    const found = cache.results.held(asked.resultScope, plan.statementKey, {
      oldest,
      holds: (stamp) => freshness.holdsNow(stamp),
    });
    // While the database is away answers say how old they are, which changes.
    if (!found?.fills(run.request.limits) || backend.isResting) return null;
    const { resultScope, questionKey, question } = asked;
    const { maxRows, maxBytes } = run.request.limits;
    const { id } = found.header;
    const key = [resultScope, questionKey, id, maxRows, maxBytes, run.match?.id, question].join(
      ' ',
    );
    const again = (): void => counted(run, { source: sourceOf(run, found), resultId: id });
    return { key, make: () => served(run, found, false), again };
  }

  return Object.assign(serve, { held });
}
