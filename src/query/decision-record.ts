// Owns what the log is told of a decision that had a consequence.
import type { DecisionRecord, ReboundRecord } from '../cache/decision-log.ts';
import type { Candidate } from './choose.ts';
import type { ReboundStatement } from './rebind-statement.ts';
import type { Asked } from './scope.ts';

/** A longer one nobody reads; the values tell what became of it. */
const MAX_SQL = 8000;

export function recordOf(
  asked: Asked,
  decided: Candidate | ReboundStatement,
  { outcome, isChecked }: Pick<DecisionRecord, 'outcome' | 'isChecked'>,
): DecisionRecord {
  const { neighbour, decision } = decided;
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
    rebound: 'changes' in decided ? reboundRecordOf(decided) : null,
  };
}

function reboundRecordOf({ statement, params, changes }: ReboundStatement): ReboundRecord {
  const { sql } = statement;
  return {
    values: changes.map(({ from, to }) => ({ from, to })),
    sql: sql.length <= MAX_SQL ? sql : null,
    params,
  };
}
