// What must not pass, by the ways that read-only guards have been passed before. A refusal is never
// reported as a syntax error of the caller.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { isAppError } from '../../../src/errors.ts';
import { createStatementGuard } from '../../../src/guard/guard.ts';
import type { StatementGuard } from '../../../src/guard/guard.ts';
import { REJECTED } from './statements-rejected.ts';

describe('the statement guard rejects', () => {
  let guard: StatementGuard;
  before(async () => {
    guard = await createStatementGuard();
  });

  for (const [what, statements] of Object.entries(REJECTED)) {
    test(what, () => {
      for (const sql of statements) {
        assert.throws(
          () => guard.check(sql),
          (error) => {
            assert.ok(isAppError(error), `not an AppError: ${sql}: ${String(error)}`);
            assert.equal(error.code, 'QUERY_REJECTED', `${sql}: ${error.message}`);
            assert.doesNotMatch(error.message, /syntax/i, sql);
            assert.ok((error.hint ?? '').length > 10, `no hint: ${sql}`);
            return true;
          },
          `permitted: ${sql}`,
        );
      }
    });
  }

  test('with words that tell the rule and what to do instead', () => {
    const told = (sql: string): string => {
      try {
        guard.check(sql);
        return 'permitted';
      } catch (error) {
        return isAppError(error) ? `${error.message} | ${error.hint}` : String(error);
      }
    };
    assert.match(told('delete from orders'), /DELETE is not permitted.*Send one SELECT/);
    assert.match(told('select 1; select 2'), /One statement at a time: found 2.*own call/);
    assert.match(told('select * from t for update'), /row lock \(FOR UPDATE/);
    assert.match(told('select * into t from t2'), /SELECT INTO/);
    assert.match(told("select set_config('a', 'b', true)"), /"set_config".*changes the session/);
    assert.match(told("select query_to_xml('x', true, true, '')"), /SQL that is passed.*as text/);
    assert.match(told('select purge()'), /"purge" is not permitted.*not on the list.*built-in/);
    assert.match(told('explain analyze select 1'), /EXPLAIN ANALYZE.*it runs the query/);
    assert.match(told('alter table t add x int'), /ALTER TABLE is not permitted/);
    assert.match(told('begin'), /Transaction control/);
    assert.match(told('explain explain select 1'), /syntax error/);
  });
});
