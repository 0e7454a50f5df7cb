// Owns answering a question that differs from an earlier one in its values alone: the earlier statement
// with the new literals in their places, guarded again. Bound by nobody's rows: what it gives is run.
import type { Decision, Judge } from '../cache/decide.ts';
import type { Neighbour } from '../cache/entities.ts';
import type { SqlFacts } from '../cache/facts.ts';
import { speaksOf } from '../cache/question-values.ts';
import { rebind } from '../cache/rebind.ts';
import type { LiteralChange } from '../cache/rebind.ts';
import { isAppError } from '../errors.ts';
import type { GuardedStatement, StatementGuard } from '../guard/guard.ts';
import type { Pause } from './judging.ts';
import { withParams } from './parameters.ts';
import type { ColumnValues } from './schema-names.ts';

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
  pause: Pause,
) => Promise<ReboundStatement | null>;

export interface RebinderOptions {
  readonly guard: StatementGuard;
  readonly knownValues: ColumnValues;
}

/** The nearest are tried: beyond them more than a value differs. */
const MAX_TRIED = 8;

export function createRebinder({ guard, knownValues }: RebinderOptions): Rebinder {
  function attempt(question: string, neighbour: Neighbour, judge: Judge): ReboundStatement | null {
    const { plan, similarity } = neighbour;
    const { sql, facts } = plan;
    const rebinding = rebind({
      earlier: neighbour.question,
      later: question,
      facts,
      knownValues: (column) => (isRenamed(column, plan) ? [] : knownValues(facts.tables, column)),
    });
    if (rebinding === null) return null;
    const { changes, traces } = rebinding;
    const old = guard.check(sql);
    const bound = withLiterals(old, changes, plan.params);
    if (bound === null || traces.some((trace) => speaksOf(bound.beside, trace))) return null;
    const statement = guard.check(bound.text);
    const [before, after] = [withParams(old, plan.params), withParams(statement, bound.params)];
    if (!isChangedAlone(before.facts, after.facts, changes)) return null;
    const candidate = { question: rebinding.question, facts: after.facts, similarity };
    const decision = judge(candidate);
    // Rows are not at stake alone: with other values, what else differs is likelier to be another question.
    if (decision.outcome !== 'hit' || decision.differences.length > 0) return null;
    return { neighbour, statement, params: bound.params, changes, decision };
  }

  /** A statement that the guard refuses is nobody's error: the agent wrote none. */
  function tried(...given: Parameters<typeof attempt>): ReboundStatement | null {
    try {
      return attempt(...given);
    } catch (error) {
      if (isAppError(error)) return null;
      throw error;
    }
  }

  return async (question, nearest, judge, pause) => {
    const found = new Map<string, ReboundStatement>();
    for (const neighbour of nearest.slice(0, MAX_TRIED)) {
      await pause();
      const rebound = tried(question, neighbour, judge);
      if (rebound)
        found.set(JSON.stringify([rebound.statement.canonical, rebound.params]), rebound);
    }
    return found.size === 1 ? [...found.values()][0]! : null;
  };
}

/** Whether a name may stand for more than a table's column: a key of a document, another's alias. */
function isRenamed(column: string, { sql, facts }: Neighbour['plan']): boolean {
  if (facts.literals.some(({ value }) => value === column)) return true;
  const isNested = (sql.match(/\bselect\b/giu) ?? []).length > 1;
  const words = sql.match(/[\p{L}\p{N}_]+|[^\s"]/gu) ?? [];
  const isAlias = (word: string, at: number): boolean =>
    word.toLowerCase() === column.toLowerCase() && /^as$/iu.test(words[at - 1] ?? '');
  return isNested && words.some(isAlias);
}

interface BoundSql {
  readonly text: string;
  readonly params: readonly unknown[];
  /** All of the statement but its plain literals: names, remarks, literals in other notations. */
  readonly beside: string;
}

/** Null unless every change has its place, and a number only one. */
function withLiterals(
  { sql, literals }: GuardedStatement,
  changes: readonly LiteralChange[],
  params: readonly unknown[],
): BoundSql | null {
  const used = new Map<LiteralChange, number>();
  const changeOf = (value: string, kind: string): LiteralChange | undefined => {
    const change = changes.find((one) => one.from === value && one.kind === kind);
    if (change) used.set(change, (used.get(change) ?? 0) + 1);
    return change;
  };
  let [text, beside, at] = ['', '', 0];
  for (const { kind, value, start, end } of literals) {
    const change = changeOf(value, kind);
    text += sql.slice(at, start) + (change ? written(change) : sql.slice(start, end));
    beside += `${sql.slice(at, start)} `;
    at = end;
  }
  const rest = sql.slice(at);
  const bound = params.map((param) => {
    const change = changeOf(String(param), typeof param === 'string' ? 'text' : typeof param);
    if (!change) return param;
    return typeof param === 'number' ? Number(change.to) : change.to;
  });
  const isPlaced = changes.every((change) => {
    const times = used.get(change) ?? 0;
    return change.kind === 'number' ? times === 1 : times > 0;
  });
  return isPlaced ? { text: text + rest, params: bound, beside: beside + rest } : null;
}

/** In brackets where a sign before the literal would make a comment of its own. */
function written({ kind, to }: LiteralChange): string {
  if (kind === 'text') return `'${to.replaceAll("'", "''")}'`;
  return to.startsWith('-') ? `(${to})` : to;
}

/** Whether the new statement says what the old one says, with every old value exchanged and no other. */
function isChangedAlone(
  before: SqlFacts,
  after: SqlFacts,
  changes: readonly LiteralChange[],
): boolean {
  const isAsWanted = ({ kind, value }: SqlFacts['literals'][number], index: number): boolean => {
    const change = changes.find((one) => one.kind === kind && one.from === value);
    const literal = after.literals[index];
    const wanted = change?.to ?? value;
    const isEqual =
      kind === 'number' ? Number(literal?.value) === Number(wanted) : literal?.value === wanted;
    return isEqual && literal?.kind === kind;
  };
  return before.literals.length === after.literals.length && before.literals.every(isAsWanted);
}
