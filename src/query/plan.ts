// Owns what is remembered of a statement that was brought: the plan, with the keys it is found by.
import type { Plan } from '../cache/entities.ts';
import { idOf } from '../cache/key.ts';
import type { GuardedStatement } from '../guard/guard.ts';
import { withParams } from './parameters.ts';
import type { Scopes, Scoping } from './scope.ts';

export type Planner = (
  statement: GuardedStatement,
  scopes: Scopes,
  params: readonly unknown[],
) => Plan;

export function createPlanner(scoping: Pick<Scoping, 'statementKey'>): Planner {
  return (statement, scopes, params) => {
    const statementKey = scoping.statementKey(scopes, statement.canonical, params);
    const { sql, tables } = statement;
    const { facts, volatility } = withParams(statement, params);
    return { id: idOf(statementKey), statementKey, sql, params, tables, facts, volatility };
  };
}
