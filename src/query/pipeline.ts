// Owns the way of a request: every branch between a question and its rows stands here, in order. The
// steps themselves live in the files it calls. README shows the same way as a table.
import { randomUUID } from 'node:crypto';

import type { Cache, FoundQuestion } from '../cache/cache.ts';
import type { Match, Plan } from '../cache/entities.ts';
import { idOf } from '../cache/key.ts';
import type { FoundResult } from '../cache/results.ts';
import { AppError } from '../errors.ts';
import type { SchemaIndex } from '../schema/schema-index.ts';
import { createAnswer } from './answer.ts';
import { unknownCandidate } from './candidate.ts';
import type { Answer, AnswerLimits, Source } from './answer.ts';
import type { RequestContext } from './context.ts';
import { parseCursor } from './cursor-handle.ts';
import type { Executor } from './execute.ts';
import type { GuardedStatement, StatementGuard } from './guard.ts';
import { requireParams, withParams } from './parameters.ts';
import { confirmDocument, needsSqlDocument } from './guidance.ts';
import type { ConfirmDocument, NeedsSqlDocument } from './guidance.ts';
import type { Labeller } from './labels.ts';
import { matchOf } from './recall.ts';
import type { Recall } from './recall.ts';
import type { Remember } from './remember.ts';
import type { Asked, Scopes, Scoping } from './scope.ts';

export interface AskRequest {
  readonly question: string;
  /** Id of a candidate of an earlier `confirm`. */
  readonly accept?: string | undefined;
  readonly maxAgeSeconds?: number | undefined;
  readonly limits: AnswerLimits;
}

export interface QueryRequest extends Omit<AskRequest, 'accept'> {
  readonly sql: string;
  readonly params: readonly unknown[];
}

export type AskOutcome =
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'document'; readonly document: ConfirmDocument | NeedsSqlDocument };

export interface QueryPipeline {
  /** Runs nothing that is not already a known plan. */
  ask(request: AskRequest, context: RequestContext): Promise<AskOutcome>;
  query(request: QueryRequest, context: RequestContext): Promise<Answer>;
  fetchRows(cursor: string, context: RequestContext): Promise<Answer>;
}

export interface PipelineOptions {
  readonly cache: Cache;
  readonly guard: StatementGuard;
  readonly scoping: Scoping;
  readonly recall: Recall;
  readonly remember: Remember;
  readonly labeller: Labeller;
  readonly executor: Executor;
  readonly schema: SchemaIndex;
  readonly ttlMs: number;
  /** No answer exceeds these, whatever a cursor says: its text is in the caller's hands. */
  readonly hardLimits: Omit<AnswerLimits, 'format'>;
  readonly now: () => number;
}

const CHECK =
  'This answer was given for an earlier question in other words and was picked for a check: please call ' +
  'report with its answer_id and verdict right or wrong.';
/** Rows outlive their freshness, so that a cursor into them can be followed. */
const MIN_RESULT_LIFE_MS = 15 * 60 * 1000;
/** Some megabytes at most. */
const MAX_PERMITTED = 500;
const MAX_PERMITTED_CHARS = 4096;

export function createPipeline(options: PipelineOptions): QueryPipeline {
  const { cache, guard, scoping, recall, remember, labeller, executor, schema, now } = options;
  /** Statements of the store that the guard has let through: its rules hold as long as the process. */
  const permitted = new Set<string>();

  async function ask(request: AskRequest, context: RequestContext): Promise<AskOutcome> {
    const asked = await scoping.ask(request.question, context.principal);
    if (request.accept !== undefined) return await accept(request.accept, asked, request, context);

    const held = cache.heldQuestion(asked.questionKey);
    if (held) return await answered(toPlanAnswer(asked, held), request, context);
    // While the store is asked for these very words. In vain only when it knows them: once, then held.
    const embedding = recall.embed(asked, context);
    const stored = await cache.findQuestion(asked.questionKey);
    if (stored) return await answered(toPlanAnswer(asked, stored), request, context);
    const recalled = await recall.find(asked, context, embedding);
    if (recalled.hit) {
      const { neighbour, match, isChecked } = recalled.hit;
      cache.note(asked.questionKey, { phrasing: neighbour, match });
      return await answered(
        { asked, plan: neighbour.plan, match, tier: 'semantic', isChecked },
        request,
        context,
      );
    }
    if (recalled.rebound) {
      const { statement, match } = recalled.rebound;
      const plan = toPlan(statement.statement, asked, statement.params);
      cache.note(asked.questionKey, { phrasing: { ...statement.neighbour, plan }, match });
      return await answered({ asked, plan, match, tier: 'semantic' }, request, context);
    }
    const excerpt = await schema.relevant(asked.question);
    const document =
      recalled.candidates.length > 0
        ? confirmDocument(asked, recalled, excerpt)
        : needsSqlDocument(asked, recalled, excerpt);
    return { kind: 'document', document };
  }

  /** The agent says that a candidate asks the same: answer, and remember the phrasing as its alias. */
  async function accept(
    id: string,
    asked: Asked,
    request: AskRequest,
    context: RequestContext,
  ): Promise<AskOutcome> {
    const phrasing = await cache.findPhrasing(asked.scope, id);
    const similarity = phrasing && (await recall.similarity(asked, phrasing.question, context));
    if (!phrasing || similarity === null) throw unknownCandidate();
    const candidate = recall.judge(asked.question, { ...phrasing, similarity });
    const { outcome, differences } = candidate.decision;
    // Only what would be offered can be accepted: an id alone binds no question to another's answer.
    if (outcome === 'miss') throw unknownCandidate(differences);
    const { plan } = phrasing;
    remember({ asked, plan, origin: 'confirmed' }, context);
    const { questionKey, scope } = asked;
    const label = { questionKey, planId: plan.id, label: 'same', source: 'accept' } as const;
    void cache.decisions.label(scope.planScope, label);
    const match = matchOf(candidate);
    return await answered({ asked, plan, match, tier: 'semantic' }, request, context);
  }

  interface PlanAnswer {
    readonly asked: Asked;
    readonly plan: Plan;
    readonly match: Match | null;
    readonly tier: Exclude<Source, 'database'>;
    readonly isChecked?: boolean;
  }

  function toPlanAnswer(asked: Asked, { phrasing, match, tier }: FoundQuestion): PlanAnswer {
    return { asked, plan: phrasing.plan, match, tier };
  }

  /** By its text, not by an id: whoever can write to the store must not pass by the guard. */
  function requirePermitted(sql: string): void {
    if (permitted.has(sql)) return;
    guard.check(sql);
    if (permitted.size >= MAX_PERMITTED) permitted.clear();
    if (sql.length <= MAX_PERMITTED_CHARS) permitted.add(sql);
  }

  async function answered(
    found: PlanAnswer,
    request: AskRequest,
    context: RequestContext,
  ): Promise<AskOutcome> {
    // What is no longer permitted is not answered from the store either.
    if (found.tier !== 'memory') requirePermitted(found.plan.sql);
    const answer = await serveOrRun({ ...found, request }, context);
    return { kind: 'answer', answer };
  }

  async function query(request: QueryRequest, context: RequestContext): Promise<Answer> {
    const statement = guard.check(request.sql);
    requireParams(statement, request.params);
    const asked = await scoping.ask(request.question, context.principal);
    const plan = toPlan(statement, asked, request.params);
    const run = { asked, plan, match: null, tier: 'memory', request } as const;
    const answer = await serveOrRun(run, context);
    remember({ asked, plan, origin: 'asked' }, context);
    void labeller({ asked, plan, resultId: answer.resultId }, context);
    return answer;
  }

  interface PlanRun extends PlanAnswer {
    readonly request: Pick<AskRequest, 'maxAgeSeconds' | 'limits'>;
  }

  /** Fresh rows of the plan if there are any, otherwise the plan runs. */
  async function serveOrRun(run: PlanRun, context: RequestContext): Promise<Answer> {
    const { asked, plan, request } = run;
    const maxAgeMs = Math.min(options.ttlMs, 1000 * (request.maxAgeSeconds ?? Infinity));
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
      reusable: plan.volatility === 'stable' && options.ttlMs > 0,
      signal: context.signal,
      keep: (columns, asOf) =>
        cache.results.writer({
          id: resultId,
          resultScope: asked.resultScope,
          statementKey: plan.statementKey,
          columns,
          asOf,
          expiresAt: asOf + Math.max(options.ttlMs, MIN_RESULT_LIFE_MS),
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

  type RowsServed = Pick<
    Parameters<typeof createAnswer>[0],
    'source' | 'asOf' | 'rows' | 'resultId' | 'isKept'
  >;

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

  function toPlan(statement: GuardedStatement, scopes: Scopes, params: readonly unknown[]): Plan {
    const statementKey = scoping.statementKey(scopes, statement.canonical, params);
    const { sql, tables } = statement;
    const { facts, volatility } = withParams(statement, params);
    return { id: idOf(statementKey), statementKey, sql, params, tables, facts, volatility };
  }

  async function fetchRows(cursor: string, context: RequestContext): Promise<Answer> {
    const { resultId, fromRow, format, ...wanted } = parseCursor(cursor);
    const limits = {
      format,
      maxRows: Math.min(wanted.maxRows, options.hardLimits.maxRows),
      maxBytes: Math.min(wanted.maxBytes, options.hardLimits.maxBytes),
    };
    const scopes = await scoping.scopesOf(context.principal);
    const found = await cache.results.byId(scopes.resultScope, resultId);
    if (!found) {
      throw new AppError('NOT_FOUND', 'This cursor is unknown or has expired.', {
        hint: 'Run the query again; its first answer has a new next_cursor.',
      });
    }
    return createAnswer({
      source: found.tier,
      question: null,
      matched: null,
      sql: null,
      asOf: found.header.asOf,
      rows: found.source,
      fromRow,
      resultId,
      isKept: () => true,
      limits,
    });
  }

  return { ask, query, fetchRows };
}
