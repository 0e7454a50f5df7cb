// Owns what a report changes: a wrong answer is never served to that question again, a right one by
// similarity becomes an alias of its plan.
import type { Cache } from '../cache/cache.ts';
import { AppError } from '../errors.ts';
import type { Metrics } from '../metrics.ts';
import type { RequestContext } from './context.ts';
import type { Remember } from './remember.ts';
import type { Scoping } from './scope.ts';

export interface ReportRequest {
  readonly answerId: string;
  readonly verdict: 'right' | 'wrong';
  readonly note?: string | undefined;
}

export interface ReportDocument {
  readonly status: 'recorded';
  readonly answer_id: string;
  readonly verdict: 'right' | 'wrong';
  readonly effect: string;
}

export interface Feedback {
  report(request: ReportRequest, context: RequestContext): Promise<ReportDocument>;
}

const REJECTED = 'this question is no longer answered by that SQL; call query with better SQL';
const ALIASED = 'this wording is now known as the same question';
const NOTED = 'noted';

export function createFeedback(options: {
  readonly cache: Cache;
  readonly scoping: Scoping;
  readonly metrics: Metrics;
  readonly remember: Remember;
}): Feedback {
  const { cache, scoping, metrics, remember } = options;
  return {
    async report({ answerId, verdict, note }, context) {
      const { principal } = context;
      const { scope, resultScope } = await scoping.scopesOf(principal);
      const answer = await cache.findAnswer(resultScope, answerId);
      if (!answer) {
        throw new AppError('NOT_FOUND', 'No answer with this answer_id was given to you.', {
          hint: 'Pass answer_id of an answer unchanged.',
        });
      }
      await cache.report({
        resultScope,
        answerId,
        principal: principal.name,
        verdict,
        note: note ?? null,
      });
      const { planScope } = scope;
      const { question, questionKey, planId, phrasingId, similarity } = answer;
      const origin =
        phrasingId && similarity !== null ? await cache.findPhrasing(scope, phrasingId) : null;
      if (origin && questionKey) {
        const label = verdict === 'right' ? 'same' : 'different';
        const labelled = { planScope, questionKey, planId: origin.plan.id, label } as const;
        await cache.decisions.label({ ...labelled, source: 'report' });
      }
      const recorded = { status: 'recorded', answer_id: answerId, verdict } as const;
      if (verdict === 'wrong') {
        if (similarity !== null) metrics.falseHit();
        for (const id of new Set([planId, origin?.plan.id]))
          if (questionKey && id)
            await cache.reject({
              planScope,
              questionKey,
              planId: id,
              phrasingId,
              by: principal.name,
            });
        return { ...recorded, effect: REJECTED };
      }
      // A statement whose literals were exchanged is no other wording of the one it was made from.
      if (!origin || !question || origin.plan.id !== planId) return { ...recorded, effect: NOTED };
      const asked = await scoping.ask(question, principal);
      remember({ asked, plan: origin.plan, origin: 'confirmed' }, context);
      return { ...recorded, effect: ALIASED };
    },
  };
}
