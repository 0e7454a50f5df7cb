// Owns the rows of a plan: fresh ones that are kept, or else the plan runs. Every answer is recorded here,
// so that it can be reported on.
import { randomUUID } from 'node:crypto';

import type { Cache } from '../cache/cache.ts';
import type { Match, Plan } from '../cache/entities.ts';
import type { FoundResult } from '../cache/results.ts';
import { createAnswer } from './answer.ts';
import type { Answer, AnswerLimits, AnswerParts, Source } from './answer.ts';
import type { RequestContext } from './context.ts';
import type { Executor } from './execute.ts';
import type { Asked } from './scope.ts';

export interface PlanAnswer {
  readonly asked: Asked;
  readonly plan: Plan;
  readonly match: Match | null;
  /** Where the plan was found. */
  readonly tier: Exclude<Source, 'database'>;
  readonly isChecked?: boolean;
}

export interface PlanRun extends PlanAnswer {
  readonly request: {
    readonly maxAgeSeconds?: number | undefined;
    readonly limits: AnswerLimits;
  };
}

export type Serve = (run: PlanRun, context: RequestContext) => Promise<Answer>;

export interface ServeOptions {
  readonly cache: Pick<Cache, 'results' | 'recordAnswer'>;
  readonly executor: Executor;
  readonly ttlMs: number;
  readonly now: () => number;
}

const CHECK =
  'This answer was given for an earlier question in other words and was picked for a check: please call ' +
  'report with its answer_id and verdict right or wrong.';
/** Rows outlive their freshness, so that a cursor into them can be followed. */
const MIN_RESULT_LIFE_MS = 15 * 60 * 1000;

type RowsServed = Pick<AnswerParts, 'source' | 'asOf' | 'rows' | 'resultId' | 'isKept'>;

export function createServe({ cache, executor, ttlMs, now }: ServeOptions): Serve {
  async function serve(run: PlanRun, context: RequestContext): Promise<Answer> {
    const { asked, plan, request } = run;
    const maxAgeMs = Math.min(ttlMs, 1000 * (request.maxAgeSeconds ?? Infinity));
    const isReusable = plan.volatility === 'stable';
    const found =
      isReusable && maxAgeMs > 0
        ? await cache.results.find(asked.resultScope, plan.statementKey, now() - maxAgeMs)
        : null;
    return found ? served(run, found) : await executed(run, context);
  }

  function served(run: PlanRun, found: FoundResult): Answer {
    const { asOf, id } = found.header;
    const source = run.tier === 'memory' ? found.tier : run.tier;
    return record(run, {
      source,
      asOf,
      rows: found.source,
      resultId: id,
      isKept: () => true,
    });
  }

  async function executed(run: PlanRun, context: RequestContext): Promise<Answer> {
    const { asked, plan } = run;
    const resultId = randomUUID();
    const live = await executor.run({
      sql: plan.sql,
      params: plan.params,
      reusable: plan.volatility === 'stable' && ttlMs > 0,
      signal: context.signal,
      keep: (columns, asOf) =>
        cache.results.writer({
          id: resultId,
          resultScope: asked.resultScope,
          statementKey: plan.statementKey,
          columns,
          asOf,
          expiresAt: asOf + Math.max(ttlMs, MIN_RESULT_LIFE_MS),
        }),
    });
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
      sql: plan.sql,
      fromRow: 0,
      limits: run.request.limits,
      ...(run.isChecked && { remark: CHECK }),
    });
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

  return serve;
}
