// Owns telling the cache what turned out to be true of a decision or an answer.
import { useConsole } from '../console.ts';
import type { Reviewed } from '../contract-policy.ts';
import type { Label } from '../contract.ts';
import { useAction } from '../load.ts';
import type { Action } from '../load.ts';

export type Verdict = Label | 'undo';

/** What is judged: a decision of a scope, or the one behind an answer. */
export type Judged =
  { readonly decision: string; readonly scope: string } | { readonly answer_id: string };

export interface Judging extends Action {
  judge(what: Judged, verdict: Verdict, onJudged: (reviewed: Reviewed) => void): void;
}

export function useJudging(): Judging {
  const { session, notices } = useConsole();
  const action = useAction();
  return {
    ...action,
    judge: (what, verdict, onJudged) =>
      action.run(async () => {
        const reviewed = await session.call<Reviewed>('cache_review', { ...what, verdict });
        notices.say(sentence(reviewed.effect));
        onJudged(reviewed);
      }),
  };
}

const sentence = (text: string): string =>
  `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/\.$/, '')}.`;
