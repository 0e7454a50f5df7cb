// Owns the way of a request: every branch between a question and its plan stands here, in order; from the
// plan to its rows it is serve.ts. The steps live in the files they call. README shows the way as a table.
import { isDeepStrictEqual } from 'node:util';

import type { Cache, FoundQuestion } from '../cache/cache.ts';
import type { Phrasing, Plan } from '../cache/entities.ts';
import { isMissingObject } from '../db/sqlstate.ts';
import { isAppError } from '../errors.ts';
import type { SchemaExcerpt } from '../schema/render.ts';
import type { SchemaIndex } from '../schema/schema-index.ts';
import { unknownCandidate } from './candidate.ts';
import { matchOf } from './choose.ts';
import type { Answer, AnswerLimits } from './answer.ts';
import type { Principal, RequestContext } from './context.ts';
import type { FetchRows } from './fetch-rows.ts';
import type { GuardedStatement, StatementGuard } from '../guard/guard.ts';
import { requireParams } from './parameters.ts';
import { createPlanner } from './plan.ts';
import { documentOf } from './guidance.ts';
import type { ConfirmDocument, NeedsSqlDocument } from './guidance.ts';
import type { Labeller } from './labels.ts';
import type { Pending } from './pending.ts';
import type { Recall, Recalled } from './recall.ts';
import { isRememberable } from './remember.ts';
import type { Remember } from './remember.ts';
import type { Asked, Scoping } from './scope.ts';
import type { HeldAnswer, PlanAnswer, Serve } from './serve.ts';

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
  /** What this process holds for these very words, with rows that are fresh; null where anything is missing. */
  held(request: AskRequest, principal: Principal): Promise<HeldAnswer | null>;
  readonly fetchRows: FetchRows;
}

export interface PipelineOptions {
  readonly cache: Cache;
  readonly guard: StatementGuard;
  readonly scoping: Scoping;
  readonly recall: Recall;
  readonly pending: Pending;
  readonly remember: Remember;
  readonly labeller: Labeller;
  readonly schema: SchemaIndex;
  readonly serve: Serve;
  readonly fetchRows: FetchRows;
}

const NEVER = new AbortController().signal;

export function createPipeline(options: PipelineOptions): QueryPipeline {
  const { cache, guard, scoping, recall, pending, remember, labeller, schema, serve } = options;
  const toPlan = createPlanner(scoping);

  async function ask(request: AskRequest, context: RequestContext): Promise<AskOutcome> {
    const asked = await scoping.ask(request.question, context.principal);
    if (request.accept !== undefined) return await accept(request.accept, asked, request, context);

    const { name } = context.principal;
    const known = await cache.heldQuestion(asked.scope.planScope, asked.questionKey, name);
    if (known) return await answeredOrUnknown(toPlanAnswer(asked, known), request, context);
    const underWay = pending.find(asked.questionKey, name);
    const isOwn = underWay?.madeBy === name;
    const join = async ({ plan }: Phrasing): Promise<AskOutcome | null> => {
      const found = { asked, plan, match: null, tier: 'memory' } as const;
      return await unlessInvalid(() => answered(found, request, context));
    };
    const own = isOwn ? await join(underWay) : null;
    if (own) return own;
    // While the store is asked for these very words. In vain only when it knows them: once, then held.
    const embedding = underWay ? undefined : recall.embed(asked, context);
    const stored = await context.trace.during('look up', () =>
      cache.findQuestion(asked.scope.planScope, asked.questionKey),
    );
    if (stored) return await answeredOrUnknown(toPlanAnswer(asked, stored), request, context);
    // Of somebody else only where the words are bound to nothing yet.
    if (underWay && !isOwn && !(await isWrong(underWay.plan, asked))) {
      const joined = await join(underWay);
      if (joined) return joined;
    }
    const recalled = await recall.find(asked, context, embedding);
    if (recalled.hit) {
      const { neighbour, match, isChecked } = recalled.hit;
      const found = { asked, plan: neighbour.plan, match, tier: 'semantic', isChecked } as const;
      const answer = await unlessInvalid(() => answered(found, request, context));
      if (answer) {
        cache.note(asked.scope.planScope, asked.questionKey, { phrasing: neighbour, match });
        return answer;
      }
    }
    const rebound =
      recalled.rebound && (await runRebound(recalled.rebound, asked, request, context));
    if (rebound) return rebound;
    const excerpt = await schema.relevant(asked.question);
    return { kind: 'document', document: told(asked, recalled, excerpt) };
  }

  /** What was reported wrong is wrong whatever it was made from, and while it runs, too; or nobody can tell. */
  async function isWrong({ id }: Plan, { scope, questionKey }: Asked): Promise<boolean> {
    const rejected = await cache.rejected(scope.planScope, questionKey);
    return rejected === null || rejected.has(id);
  }

  const told = (asked: Asked, recalled: Recalled, excerpt: SchemaExcerpt) =>
    documentOf({ asked, recalled, schema: excerpt, shownSql: (sql) => guard.shown(sql) });

  async function runRebound(
    { statement, match, isChecked }: NonNullable<Recalled['rebound']>,
    asked: Asked,
    request: AskRequest,
    context: RequestContext,
  ): Promise<AskOutcome | null> {
    const plan = toPlan(statement.statement, asked, statement.params);
    if (await isWrong(plan, asked)) return null;
    const found = { asked, plan, match, tier: 'semantic', isChecked } as const;
    const answer = await unlessInvalid(() => answered(found, request, context));
    if (answer) {
      const phrasing = { ...statement.neighbour, plan };
      cache.note(asked.scope.planScope, asked.questionKey, { phrasing, match });
    }
    return answer;
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
    const candidate = recall.judge(asked, { ...phrasing, similarity });
    const { outcome, differences } = candidate.decision;
    // Only what would be offered can be accepted: an id alone binds no question to another's answer.
    if (outcome === 'miss') throw unknownCandidate(differences);
    const { plan } = phrasing;
    const match = matchOf(candidate);
    const served = await answered({ asked, plan, match, tier: 'semantic' }, request, context);
    remember({ asked, plan, origin: 'confirmed' }, context);
    const { questionKey, scope } = asked;
    const { planScope } = scope;
    void cache.decisions.label({
      planScope,
      questionKey,
      planId: plan.id,
      label: 'same',
      source: 'accept',
    });
    return served;
  }

  function toPlanAnswer(asked: Asked, { phrasing, match, tier }: FoundQuestion): PlanAnswer {
    return { asked, plan: phrasing.plan, match, tier };
  }

  /** A plan whose tables or columns are gone is as good as none: the agent is asked for its own. */
  async function answeredOrUnknown(
    found: PlanAnswer,
    request: AskRequest,
    context: RequestContext,
  ): Promise<AskOutcome> {
    try {
      return await answered(found, request, context);
    } catch (error) {
      if (!isAppError(error) || !isMissingObject(error.cause)) throw error;
      const excerpt = await schema.relevant(found.asked.question);
      return { kind: 'document', document: told(found.asked, NOTHING_RECALLED, excerpt) };
    }
  }

  async function answered(
    found: PlanAnswer,
    request: AskRequest,
    context: RequestContext,
  ): Promise<AskOutcome> {
    // What the store says is not permitted for that, nor for having been asked before: by its text, not by an id.
    guard.requirePermitted(found.plan.sql);
    const answer = await serve({ ...found, request }, context);
    return { kind: 'answer', answer };
  }

  async function query(request: QueryRequest, context: RequestContext): Promise<Answer> {
    const asked = await scoping.ask(request.question, context.principal);
    const repeated = await repeatedPlan(asked, request, context.principal);
    if (repeated) {
      guard.requirePermitted(repeated.sql);
      const again = {
        asked,
        plan: repeated,
        match: null,
        tier: 'memory',
        isBrought: true,
      } as const;
      return await serve({ ...again, request }, context);
    }
    const statement = checked(request.sql, context);
    requireParams(statement, request.params);
    const plan = toPlan(statement, asked, request.params);
    const run = { asked, plan, match: null, tier: 'memory', isBrought: true, request } as const;
    const isRecalled = isRememberable(asked, plan);
    // Needed when the caller has its answer and is gone.
    const lasting = { ...context, signal: NEVER };
    const embedding = isRecalled ? recall.embed(asked, lasting) : Promise.resolve(null);
    const settled = isRecalled
      ? pending.add({ asked, plan, madeBy: context.principal.name }, embedding)
      : (): void => undefined;
    const answer = await serve(run, context).finally(settled);
    remember({ asked, plan, origin: 'asked', embedding }, context);
    void labeller({ asked, plan, resultId: answer.resultId }, context);
    return answer;
  }

  function checked(sql: string, { trace }: RequestContext): GuardedStatement {
    const stage = trace.stage('check');
    try {
      return guard.check(sql);
    } finally {
      stage.end();
    }
  }

  /** The plan of a question that was brought before with this very statement: nothing of it is new. */
  async function repeatedPlan(
    asked: Asked,
    { sql, params }: QueryRequest,
    { name }: Principal,
  ): Promise<Plan | null> {
    const known = await cache.peekQuestion(asked.scope.planScope, asked.questionKey, name);
    if (!known || known.match !== null) return null;
    const { plan } = known.phrasing;
    const isSame = plan.sql === sql.trim() && isDeepStrictEqual(plan.params, params);
    return isSame ? plan : null;
  }

  async function held(request: AskRequest, principal: Principal): Promise<HeldAnswer | null> {
    const asked = await scoping.ask(request.question, principal);
    const { planScope } = asked.scope;
    const known = await cache.peekQuestion(planScope, asked.questionKey, principal.name);
    if (!known) return null;
    guard.requirePermitted(known.phrasing.plan.sql);
    return serve.held({ ...toPlanAnswer(asked, known), request });
  }

  return { ask, query, held, fetchRows: options.fetchRows };
}

const NOTHING_RECALLED: Recalled = {
  outcome: 'miss',
  hit: null,
  rebound: null,
  candidates: [],
  nearest: [],
};

/** Null where the database refuses the statement: the agent did not write it and is asked for its own. */
async function unlessInvalid<T>(run: () => Promise<T>): Promise<T | null> {
  try {
    return await run();
  } catch (error) {
    if (isAppError(error, 'QUERY_INVALID') || isAppError(error, 'QUERY_REJECTED')) return null;
    throw error;
  }
}
