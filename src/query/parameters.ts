// Owns what parameters mean beside their statement: that there are as many as it asks for, that their
// values are evidence like literals, and that a text such as 'today' reads the clock.
import type { SqlFacts, SqlLiteral } from '../cache/facts.ts';
import { mostOf } from '../cache/volatility.ts';
import { AppError } from '../errors.ts';
import { clockOfText } from '../guard/clock.ts';
import type { GuardedStatement } from '../guard/guard.ts';

/** @throws AppError INPUT_INVALID */
export function requireParams(statement: GuardedStatement, params: readonly unknown[]): void {
  if (statement.parameterCount === params.length) return;
  throw new AppError(
    'INPUT_INVALID',
    `The SQL has ${statement.parameterCount} parameters, params has ${params.length}.`,
    { hint: 'Give one value for each of $1, $2, … in params, in order.' },
  );
}

/** The statement's facts and volatility with its parameters' values taken into account. */
export function withParams(
  { facts, volatility }: GuardedStatement,
  params: readonly unknown[],
): { readonly facts: SqlFacts; readonly volatility: GuardedStatement['volatility'] } {
  if (params.length === 0) return { facts, volatility };
  const values = params.flat().filter((value) => value !== null);
  const uses = values.flatMap((value) => (typeof value === 'string' ? clockOfText(value) : []));
  return {
    facts: { ...facts, literals: [...facts.literals, ...values.map(toLiteral)] },
    volatility: mostOf([volatility, ...uses]),
  };
}

function toLiteral(value: unknown): SqlLiteral {
  const kind =
    typeof value === 'number' ? 'number' : typeof value === 'boolean' ? 'boolean' : 'text';
  return { value: String(value), kind, column: null, op: '=', role: 'filter' };
}
