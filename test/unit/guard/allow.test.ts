// What analysts write must pass (statements-permitted.ts).
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { createStatementGuard } from '../../../src/guard/guard.ts';
import type { StatementGuard } from '../../../src/guard/guard.ts';
import { PERMITTED } from './statements-permitted.ts';

describe('the statement guard permits', () => {
  let guard: StatementGuard;
  before(async () => {
    guard = await createStatementGuard();
  });

  for (const [what, statements] of Object.entries(PERMITTED)) {
    test(what, () => {
      for (const sql of statements) {
        assert.doesNotThrow(() => guard.check(sql), `refused: ${sql}`);
      }
    });
  }

  test('a long list of values and a long chain of conditions', () => {
    const values = Array.from({ length: 10_000 }, (_, index) => index).join(', ');
    assert.doesNotThrow(() => guard.check(`select * from orders where id in (${values})`));
    const either = Array.from({ length: 2000 }, (_, index) => `id = ${index}`).join(' or ');
    assert.doesNotThrow(() => guard.check(`select * from orders where ${either}`));
    const branches = Array.from({ length: 400 }, (_, index) => `select ${index}`);
    assert.doesNotThrow(() => guard.check(branches.join(' union all ')));
    const cases = branches.map((_, index) => `when id = ${index} then 'x'`).join(' ');
    assert.doesNotThrow(() => guard.check(`select case ${cases} end from orders`));
  });
});
