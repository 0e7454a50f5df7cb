// Owns what the log is told of a decision that had a consequence.
import type { DecisionRecord } from '../cache/decision-log.ts';
import type { Candidate } from './choose.ts';
import type { Asked } from './scope.ts';

export function recordOf(
  asked: Asked,
  { neighbour, decision }: Candidate,
  { outcome, isChecked }: Pick<DecisionRecord, 'outcome' | 'isChecked'>,
): DecisionRecord {
  return {
    planScope: asked.scope.planScope,
    question: asked.question,
    questionKey: asked.questionKey,
    earlierQuestion: neighbour.question,
    phrasingId: neighbour.id,
    planId: neighbour.plan.id,
    outcome,
    rule: decision.rule,
    risk: decision.weighed?.risk ?? null,
    similarity: neighbour.similarity,
    probability: decision.confidence,
    margin: decision.weighed?.margin ?? null,
    differences: decision.differences,
    frames: decision.frames(),
    microseconds: decision.microseconds,
    isChecked,
  };
}
