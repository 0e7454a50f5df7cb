// Owns answering a question that differs from an earlier one in its values alone: the earlier statement
// with the new literals in their places, guarded again. Bound by nobody's rows: what it gives is run.
import type { Decision, Judge } from '../cache/decide.ts';
import type { Neighbour } from '../cache/entities.ts';
import { rebind } from '../cache/rebind.ts';
import type { LiteralChange } from '../cache/rebind.ts';
import type { GuardedStatement, StatementGuard } from './guard.ts';
import { withParams } from './parameters.ts';

export interface ReboundStatement {
  readonly neighbour: Neighbour;
  readonly statement: GuardedStatement;
  readonly params: readonly unknown[];
  readonly changes: readonly LiteralChange[];
  /** About the earlier question with the new values in it. */
  readonly decision: Decision;
}

/** The one way to answer the question from a neighbour's statement; null where none is sure, or two are. */
export type Rebinder = (
  question: string,
  nearest: readonly Neighbour[],
  judge: Judge,
) => ReboundStatement | null;

export interface RebinderOptions {
  readonly guard: StatementGuard;
  readonly knownValues: (column: string) => readonly string[];
}

/** The nearest are tried: beyond them more than a value differs. */
const MAX_TRIED = 8;

export function createRebinder({ guard, knownValues }: RebinderOptions): Rebinder {
  function tried(question: string, neighbour: Neighbour, judge: Judge): ReboundStatement | null {
    const { plan } = neighbour;
    const pair = { earlier: neighbour.question, later: question, facts: plan.facts, knownValues };
    const rebinding = rebind(pair);
    if (rebinding === null) return null;
    const { changes } = rebinding;
    const sql = withLiterals(guard.check(plan.sql), changes, plan.params);
    if (sql === null) return null;
    const statement = guard.check(sql.text);
    const { facts } = withParams(statement, sql.params);
    const { similarity } = neighbour;
    const decision = judge({ question: rebinding.question, facts, similarity });
    if (decision.outcome !== 'hit') return null;
    return { neighbour, statement, params: sql.params, changes, decision };
  }

  return (question, nearest, judge) => {
    const found = new Map<string, ReboundStatement>();
    for (const neighbour of nearest.slice(0, MAX_TRIED)) {
      const rebound = tried(question, neighbour, judge);
      if (rebound)
        found.set(JSON.stringify([rebound.statement.canonical, rebound.params]), rebound);
    }
    return found.size === 1 ? [...found.values()][0]! : null;
  };
}

interface BoundSql {
  readonly text: string;
  readonly params: readonly unknown[];
}

/** Null unless every change has its place, and a number only one. */
function withLiterals(
  { sql, literals }: GuardedStatement,
  changes: readonly LiteralChange[],
  params: readonly unknown[],
): BoundSql | null {
  const used = new Map<LiteralChange, number>();
  const changeOf = (value: string, kind?: LiteralChange['kind']): LiteralChange | undefined => {
    const change = changes.find(
      (one) => one.from === value && (kind === undefined || one.kind === kind),
    );
    if (change) used.set(change, (used.get(change) ?? 0) + 1);
    return change;
  };
  let [text, at] = ['', 0];
  for (const { kind, value, start, end } of literals) {
    const change = changeOf(value, kind);
    if (!change) continue;
    const written = kind === 'text' ? `'${change.to.replaceAll("'", "''")}'` : change.to;
    text += sql.slice(at, start) + written;
    at = end;
  }
  const bound = params.map((param) => {
    const change = changeOf(String(param));
    if (!change) return param;
    return typeof param === 'number' ? Number(change.to) : change.to;
  });
  const isPlaced = changes.every((change) => {
    const times = used.get(change) ?? 0;
    return change.kind === 'number' ? times === 1 : times > 0;
  });
  return isPlaced ? { text: text + sql.slice(at), params: bound } : null;
}
