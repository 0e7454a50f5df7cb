// Owns how the effect of another target is shown: what the last day would have been with it.
import type { Effect } from '../../admin/tune.ts';
import { count, figure } from '../figures.ts';
import type { Look } from '../look.ts';
import { wrapped } from '../look.ts';
import { table } from '../table.ts';
import { coloredOutcome } from './decision.ts';

export function renderEffect(effect: Effect, look: Look): string {
  const { served_now: now, served_then: then, confirm_now: asked, confirm_then: toAsk } = effect;
  const head = wrapped(
    `Of ${count(effect.decisions)} decisions of the last day it would serve ${count(then)} instead of ${count(now)}, and offer ${count(toAsk)} instead of ${count(asked)}.`,
    look,
  );
  if (effect.changes.length === 0) return head;
  const changes = table(
    [
      { title: 'asked', isCut: true },
      { title: 'earlier', isCut: true },
      { title: 'now' },
      { title: 'then' },
      { title: 'margin', align: 'right' },
      { title: 'judged' },
    ],
    effect.changes.map((change) => [
      change.question,
      change.earlier_question,
      coloredOutcome(change.from, look),
      coloredOutcome(change.to, look),
      figure(change.margin),
      change.label ?? '',
    ]),
    look,
  );
  return `${head}\n\n${changes}`;
}
