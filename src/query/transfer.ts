// Owns what is known on its way from one cache into another: questions with their statements, page by page out,
// and batch by batch in. Rows stay where they are: the other database has its own.
import type { Cache } from '../cache/cache.ts';
import type { PlanScope } from '../cache/plan-store.ts';
import { storeDown } from '../cache/gate.ts';
import { AppError, isAppError } from '../errors.ts';
import type { ErrorCode } from '../errors.ts';
import type { RequestContext } from './context.ts';
import type { StatementGuard } from '../guard/guard.ts';
import { requireParams } from './parameters.ts';
import type { QueryPipeline } from './pipeline.ts';
import { createPlanner } from './plan.ts';
import { isRememberable } from './remember.ts';
import type { Remember, Remembered } from './remember.ts';
import type { Scoping } from './scope.ts';

/** A question and the statement that answers it. */
export interface Entry {
  readonly question: string;
  readonly sql: string;
  readonly params: readonly unknown[];
}

/** With where it is from. */
export interface ExportedEntry extends Entry {
  readonly made_by: string;
  readonly made_at: string;
  /** Whether an agent brought the statement for it, or agreed that it asks the same as an earlier question. */
  readonly origin: string;
}

export interface ExportRequest {
  readonly cursor: string | null;
  readonly limit: number;
  readonly maxBytes: number;
  /** The caller's own where it is absent. */
  readonly scope?: PlanScope | undefined;
}

export interface ExportPage {
  readonly questions: readonly ExportedEntry[];
  /** For the next page; null behind the last. */
  readonly nextCursor: string | null;
}

export interface WarmReport {
  readonly learned: number;
  /** Had a statement already, which stays. */
  readonly known: number;
  /** Whose rows were read, where that was asked for. */
  readonly ran: number;
  readonly refused: readonly Refused[];
}

export interface Refused {
  /** Of the questions that were brought, from 1. */
  readonly number: number;
  /** Its beginning. */
  readonly question: string;
  readonly code: string;
  readonly message: string;
}

export interface Transfer {
  /**
   * Questions that a scope knows, in no order of meaning.
   * @throws AppError OVERLOADED when the store cannot be reached.
   */
  page(request: ExportRequest, context: RequestContext): Promise<ExportPage>;
  /**
   * Binds each question to its statement; with `run` its rows are read, too. What cannot be bound is refused alone.
   * @throws AppError where it is not the question's fault: the database or the store is away.
   */
  warm(
    request: { readonly questions: readonly Entry[]; readonly run: boolean },
    context: RequestContext,
  ): Promise<WarmReport>;
}

export interface TransferOptions {
  readonly cache: Pick<
    Cache,
    'page' | 'peekQuestion' | 'findQuestion' | 'rejected' | 'drain' | 'available'
  >;
  readonly guard: StatementGuard;
  readonly scoping: Scoping;
  readonly remember: Remember;
  readonly pipeline: Pick<QueryPipeline, 'ask' | 'query'>;
}

/** Enough that rows are read and kept; nobody reads them here. */
const FIRST_ROW = { maxRows: 1, maxBytes: 64 * 1024, format: 'table' } as const;
const SHOWN_CHARS = 200;
const AGAIN = 'Wait retry_after_ms, then repeat the call.';
const OF_ENTRY = new Set<ErrorCode>([
  'INPUT_INVALID',
  'QUERY_INVALID',
  'QUERY_REJECTED',
  'QUERY_TIMEOUT',
  'RESULT_TOO_LARGE',
]);

export function createTransfer(options: TransferOptions): Transfer {
  const { cache, guard, scoping, remember, pipeline } = options;
  const toPlan = createPlanner(scoping);

  /** Null where the question has a statement already. */
  async function newPlanOf(entry: Entry, context: RequestContext): Promise<Remembered | null> {
    const asked = await scoping.ask(entry.question, context.principal);
    const statement = guard.check(entry.sql);
    requireParams(statement, entry.params);
    const plan = toPlan(statement, asked, entry.params);
    if (!asked.isSelfContained) {
      throw new AppError('INPUT_INVALID', 'The question leans on what was said before it.');
    }
    if (!isRememberable(asked, plan)) {
      throw new AppError(
        'INPUT_INVALID',
        'The question does not name every value of params: write each into it, as it stands there.',
      );
    }
    const { questionKey } = asked;
    const { planScope } = asked.scope;
    const known =
      (await cache.peekQuestion(planScope, questionKey, context.principal.name)) ??
      (await cache.findQuestion(planScope, questionKey));
    if (known?.match === null) return null;
    const rejected = await cache.rejected(planScope, questionKey);
    if (rejected === null) throw storeDown(AGAIN);
    if (rejected.has(plan.id)) {
      throw new AppError('QUERY_REJECTED', 'This statement was reported wrong for the question.');
    }
    return { asked, plan, origin: 'asked' };
  }

  /** A statement that fails is not remembered; what is known runs as it is known. */
  async function run(entry: Entry, isKnown: boolean, context: RequestContext): Promise<boolean> {
    const limits = FIRST_ROW;
    const outcome = isKnown
      ? await pipeline.ask({ question: entry.question, limits }, context)
      : { kind: 'answer' as const, answer: await pipeline.query({ ...entry, limits }, context) };
    if (outcome.kind !== 'answer') return false;
    for await (const _ of outcome.answer.rows()) continue;
    return true;
  }

  return {
    async page({ cursor, limit, maxBytes, ...request }, { principal }) {
      const scope = request.scope ?? (await scoping.scopesOf(principal)).scope;
      const page = await cache.page(scope, cursor, limit);
      if (page === null) throw storeDown(AGAIN);
      const questions: ExportedEntry[] = [];
      let bytes = 0;
      let nextCursor: string | null = null;
      for (const { id, question, plan, madeBy, madeAt, origin } of page.found) {
        const made = { made_by: madeBy, made_at: madeAt.toISOString(), origin };
        const entry = { question, sql: plan.sql, params: plan.params, ...made };
        bytes += Buffer.byteLength(JSON.stringify(entry));
        // One at least, or nobody would come past it.
        if (bytes > maxBytes && questions.length > 0) return { questions, nextCursor };
        questions.push(entry);
        nextCursor = id;
      }
      return { questions, nextCursor: page.last };
    },

    async warm({ questions, run: isRun }, context) {
      const counts = { learned: 0, known: 0, ran: 0 };
      const refused: Refused[] = [];
      for (const [at, entry] of questions.entries()) {
        context.signal.throwIfAborted();
        if (!cache.available) throw storeDown(AGAIN);
        context.atStage(`${at + 1} of ${questions.length}`);
        try {
          const bound = await newPlanOf(entry, context);
          if (isRun && (await run(entry, bound === null, context))) counts.ran += 1;
          if (!isRun && bound) remember(bound, context);
          counts[bound ? 'learned' : 'known'] += 1;
        } catch (error) {
          if (!isAppError(error) || !OF_ENTRY.has(error.code)) throw error;
          const { code, message } = error;
          const question = entry.question.slice(0, SHOWN_CHARS);
          refused.push({ number: at + 1, question, code, message });
        }
      }
      // Whoever brings more waits until this is stored.
      await cache.drain();
      if (!cache.available) throw storeDown(AGAIN);
      return { ...counts, refused };
    },
  };
}
