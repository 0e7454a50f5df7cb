// Owns what people say about decisions: a queue of those that nobody has judged, and a verdict on one, which binds the
// question or keeps it from the answer, teaches the cuts, and can be taken back.
import type { Cache } from '../cache/cache.ts';
import type { Pool } from '../db/pool.ts';
import { AppError } from '../errors.ts';
import type { RequestContext } from '../query/context.ts';
import type { Remember } from '../query/remember.ts';
import type { Scoping } from '../query/scope.ts';
import { DECISION_COLUMNS, OPEN_COUNT_SQL, OPEN_DECISIONS, decisionOf } from './decision-rows.ts';
import type { DecisionDocument, DecisionRow } from './decision-rows.ts';
import { createReviews } from './reviews.ts';
import type { AdminScopes, ScopeChoice } from './scopes.ts';

export type ReviewVerdict = 'same' | 'different' | 'undo';

export interface ReviewItem extends DecisionDocument {
  readonly kind: 'report' | 'check' | 'confirm';
  /** Of whoever reported it. */
  readonly note: string | null;
}

export interface QueueDocument {
  readonly status: 'queue';
  readonly open: number;
  readonly items: readonly ReviewItem[];
  readonly next_cursor: string | null;
}

export interface ReviewedDocument {
  readonly status: 'reviewed';
  readonly verdict: ReviewVerdict;
  readonly effect: string;
  readonly decision: DecisionDocument | null;
}

export interface Review {
  readonly queue: (request: QueueRequest) => Promise<QueueDocument>;
  readonly judge: (request: JudgeRequest, context: RequestContext) => Promise<ReviewedDocument>;
}

export interface QueueRequest {
  readonly scope?: string | undefined;
  readonly limit: number;
  readonly offset: number;
}

export interface JudgeRequest {
  /** Of a decision, or of an answer. */
  readonly decision?: string | undefined;
  readonly answerId?: string | undefined;
  readonly verdict: ReviewVerdict;
}

export interface ReviewOptions {
  readonly pool: Pool;
  readonly cache: Pick<Cache, 'decisions' | 'findPhrasing' | 'reject' | 'drain' | 'dropHeld'>;
  readonly scopes: AdminScopes;
  readonly scoping: Pick<Scoping, 'askIn'>;
  readonly remember: Remember;
}

/** What is judged: a question, and the statement that it was or was not answered with. */
interface Subject {
  readonly planScope: string;
  readonly question: string;
  readonly questionKey: string;
  readonly planId: string;
  readonly phrasingId: string;
  readonly decisionId: string | null;
  /** Whether the statement ran with other values than it stands there with. */
  readonly isRebound: boolean;
}

const KIND = `CASE WHEN d.label_source = 'report' THEN 'report' WHEN d.is_checked THEN 'check' ELSE 'confirm' END`;
const URGENCY = `CASE kind WHEN 'report' THEN 0 WHEN 'check' THEN 1 ELSE 2 END`;

const EFFECTS = {
  same: 'this wording is now known as the same question',
  labelled: 'noted; the earlier question is not known any more, so nothing is bound to it',
  different: 'this question is not answered by that statement again',
  rebound: 'noted: with other values it stays another question, so its wording is bound to nothing',
  undo: 'what was said about it is taken back',
} as const;

export function createReview(options: ReviewOptions): Review {
  const { pool, cache, scopes, scoping, remember } = options;
  const reviews = createReviews(pool);

  async function notesOf(
    decisions: readonly DecisionRow[],
    choice: ScopeChoice,
  ): Promise<ReadonlyMap<string, string>> {
    const rows = await pool.query<Reported>(
      `SELECT a.question_key, a.phrasing_id, r.note FROM askonce.reports r
         JOIN askonce.answers a ON a.result_scope = r.result_scope AND a.id = r.answer_id
       WHERE r.result_scope = ANY ($1) AND r.note IS NOT NULL AND a.question_key = ANY ($2)
       ORDER BY r.reported_at`,
      [choice.resultScopes, decisions.map((row) => row.question_key)],
    );
    return new Map(rows.map((row) => [pairOf(row), row.note]));
  }

  async function bySubject({ decision, answerId }: JudgeRequest, choice: ScopeChoice) {
    if (decision !== undefined) {
      const [row] = await pool.query<DecisionRow>(
        `SELECT ${DECISION_COLUMNS} FROM askonce.decisions d WHERE d.plan_scope = ANY ($1) AND d.id = $2::bigint`,
        [choice.ids, decision],
      );
      return row ? subjectOf(row) : null;
    }
    const [answer] = await pool.query<AnswerRow>(
      `SELECT plan_scope, question, question_key, plan_id, phrasing_id FROM askonce.answers
       WHERE result_scope = ANY ($1) AND id = $2`,
      [choice.resultScopes, answerId],
    );
    if (!answer) return null;
    // Where values were exchanged, what was decided about is the statement that they were exchanged in.
    const [row] = await pool.query<DecisionRow>(
      `SELECT ${DECISION_COLUMNS} FROM askonce.decisions d
       WHERE d.plan_scope = $1 AND d.question_key = $2 AND d.phrasing_id = $3 ORDER BY d.decided_at DESC LIMIT 1`,
      [answer.plan_scope, answer.question_key, answer.phrasing_id],
    );
    return row ? subjectOf(row) : subjectOfAnswer(answer);
  }

  /** As an admin: whoever bound it, and whoever reported it. */
  async function bind(subject: Subject, context: RequestContext, choice: ScopeChoice) {
    const { planScope, question, questionKey, phrasingId, planId } = subject;
    for (const entry of choice.all.find(({ id }) => id === planScope)?.entries ?? []) {
      const asked = scoping.askIn(question, entry);
      if (asked.questionKey !== questionKey) continue;
      const earlier = await cache.findPhrasing(entry, phrasingId);
      if (earlier?.plan.id !== planId) continue;
      remember({ asked, plan: earlier.plan, origin: 'confirmed' }, context);
      await cache.drain();
      return true;
    }
    return false;
  }

  async function taught(
    verdict: 'same' | 'different',
    subject: Subject,
    { context, choice }: { readonly context: RequestContext; readonly choice: ScopeChoice },
  ): Promise<string> {
    const { planScope, questionKey, planId, phrasingId } = subject;
    const by = context.principal.name;
    await reviews.keep(subject, by);
    await cache.decisions.label({
      planScope,
      questionKey,
      planId,
      label: verdict,
      source: 'review',
    });
    if (verdict === 'different') {
      await cache.reject({ planScope, questionKey, planId, phrasingId, by });
      return EFFECTS.different;
    }
    // With other values it is another question: bound to the statement as it stands it would be answered for the old ones.
    if (subject.isRebound) return EFFECTS.rebound;
    return (await bind(subject, context, choice)) ? EFFECTS.same : EFFECTS.labelled;
  }

  async function takenBack(subject: Subject): Promise<string> {
    const before = await reviews.restore(subject);
    if (before === null) {
      throw new AppError('INPUT_INVALID', 'Nobody has reviewed it: there is nothing to take back.');
    }
    const { label, source } = before;
    const { planScope, questionKey, planId } = subject;
    await cache.decisions.label({
      planScope,
      questionKey,
      planId,
      label,
      source: source ?? 'review',
    });
    await cache.dropHeld();
    return EFFECTS.undo;
  }

  return {
    async queue({ scope, limit, offset }) {
      const choice = await scopes.choose(scope);
      const [counted] = await pool.query<{ open: number }>(OPEN_COUNT_SQL, [choice.ids]);
      const rows = await pool.query<DecisionRow & { kind: ReviewItem['kind'] }>(
        `SELECT * FROM (
           SELECT DISTINCT ON (d.plan_scope, d.question_key, d.plan_id) ${DECISION_COLUMNS}, ${KIND} AS kind
           FROM askonce.decisions d WHERE ${OPEN_DECISIONS}
           ORDER BY d.plan_scope, d.question_key, d.plan_id, d.decided_at DESC) AS latest
         ORDER BY ${URGENCY}, decided_at DESC, id LIMIT $2 OFFSET $3`,
        [choice.ids, limit, offset],
      );
      const notes = await notesOf(rows, choice);
      const { open } = counted!;
      const next = offset + rows.length;
      return {
        status: 'queue',
        open,
        items: rows.map((row) => ({
          ...decisionOf(row, choice),
          kind: row.kind,
          note: notes.get(pairOf(row)) ?? null,
        })),
        next_cursor: next < open ? String(next) : null,
      };
    },

    async judge(request, context) {
      const choice = await scopes.choose();
      const subject = await bySubject(request, choice);
      if (!subject) {
        throw new AppError('NOT_FOUND', 'No decision or answer has this id.', {
          hint: 'cache_review without a verdict lists what is open; an answer is known for 7 days.',
        });
      }
      const { verdict } = request;
      const effect =
        verdict === 'undo'
          ? await takenBack(subject)
          : await taught(verdict, subject, { context, choice });
      const [row] = await pool.query<DecisionRow>(
        `SELECT ${DECISION_COLUMNS} FROM askonce.decisions d WHERE d.plan_scope = $1 AND d.id = $2::bigint`,
        [subject.planScope, subject.decisionId],
      );
      return {
        status: 'reviewed',
        verdict,
        effect,
        decision: row ? decisionOf(row, choice) : null,
      };
    },
  };
}

interface Pair {
  readonly question_key: Buffer;
  readonly phrasing_id: string;
}

interface Reported extends Pair {
  readonly [column: string]: unknown;
  readonly note: string;
}

const pairOf = ({ question_key: key, phrasing_id: earlier }: Pair): string =>
  `${key.toString('hex')} ${earlier}`;

interface AnswerRow {
  readonly [column: string]: unknown;
  readonly plan_scope: string;
  readonly question: string | null;
  readonly question_key: Buffer | null;
  readonly plan_id: string | null;
  readonly phrasing_id: string | null;
}

const subjectOf = (row: DecisionRow): Subject => ({
  planScope: row.plan_scope,
  question: row.question,
  questionKey: row.question_key.toString('hex'),
  planId: row.plan_id,
  phrasingId: row.phrasing_id,
  decisionId: row.id,
  isRebound: row.outcome === 'rebound',
});

/** Pages that were fetched have no question. */
function subjectOfAnswer(row: AnswerRow): Subject | null {
  const { question, question_key: key, plan_id: planId, phrasing_id: phrasingId } = row;
  if (question === null || key === null || planId === null || phrasingId === null) return null;
  const questionKey = key.toString('hex');
  return {
    planScope: row.plan_scope,
    question,
    questionKey,
    planId,
    phrasingId,
    decisionId: null,
    isRebound: false,
  };
}
