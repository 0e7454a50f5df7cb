// Statements made to overflow the parser's stack: refused before they reach it, and should one get
// through, the parser is replaced and the server lives.
import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { before, describe, test } from 'node:test';

import { isAppError } from '../../../src/errors.ts';
import { measureDepth } from '../../../src/guard/depth.ts';
import { createStatementGuard } from '../../../src/guard/guard.ts';
import { createSyntax } from '../../../src/guard/syntax.ts';
import type { StatementGuard } from '../../../src/guard/guard.ts';

const BOMBS: Readonly<Record<string, (levels: number) => string>> = {
  parentheses: (n) => `select ${'('.repeat(n)}1${')'.repeat(n)}`,
  'open parentheses': (n) => `select ${'('.repeat(n)}`,
  subqueries: (n) => `select ${'(select '.repeat(n)}1${')'.repeat(n)}`,
  calls: (n) => `select ${'abs('.repeat(n)}1${')'.repeat(n)}`,
  arrays: (n) => `select ${'array['.repeat(n)}1${']'.repeat(n)}`,
  cases: (n) => `select ${'case when true then '.repeat(n)}1${' end'.repeat(n)}`,
  negations: (n) => `select ${'not '.repeat(n)}true`,
  signs: (n) => `select ${'- '.repeat(n)}a`,
  sums: (n) => `select a${'+1'.repeat(n)}`,
  casts: (n) => `select a${'::int'.repeat(n)}`,
  joins: (n) => `select 1 from t${' join t on a and b'.repeat(n)}`,
  unions: (n) => `select 1${' union select 1'.repeat(n)}`,
  collations: (n) => `select a${' collate c'.repeat(n)}`,
  'columns named end': (n) =>
    `select ${'case when x.end and a then '.repeat(n)}1${' end'.repeat(n)}`,
  'columns named join': (n) => `select 1${' + a.join + 1'.repeat(n)}`,
};

describe('a statement nested too deeply', () => {
  let guard: StatementGuard;
  before(async () => {
    guard = await createStatementGuard();
  });

  for (const [what, bomb] of Object.entries(BOMBS)) {
    test(`made of ${what} is an invalid input and the guard lives on`, () => {
      for (const levels of [1100, 2000]) {
        assert.throws(() => guard.check(bomb(levels)), { code: 'INPUT_INVALID' });
      }
      assert.equal(guard.check('select 1').canonical, 'select 1');
    });
  }

  test('is refused at 100,000 parentheses too, where the length allows them', async () => {
    const roomy = await createStatementGuard({ maxLength: 1_000_000 });
    const bomb = BOMBS['parentheses'] ?? String;
    assert.throws(() => roomy.check(bomb(100_000)), { code: 'INPUT_INVALID', message: /deeply/ });
    assert.equal(roomy.check('select 1').sql, 'select 1');
  });
});

describe('the measured depth', () => {
  test('grows with nesting and chains, and not with lists', async () => {
    const syntax = await createSyntax();
    const depth = (sql: string): number => measureDepth(syntax.scan(sql) ?? []).depth;
    const nesting = (sql: string): number => measureDepth(syntax.scan(sql) ?? []).nesting;
    assert.equal(nesting('select ((1)), (2), array[[3]]'), 2);
    assert.equal(nesting("select '((((', 1 -- (((("), 0);
    assert.ok(depth(`select 1${'+1'.repeat(200)}`) > 200);
    assert.ok(depth(`select 1${', 1'.repeat(5000)}`) < 10);
    assert.ok(depth(`select 1 where a${' and b'.repeat(5000)}`) < 10);
    assert.ok(depth(`select (1${', 1'.repeat(500)})`) < 20);
    assert.ok(depth(`select ((((1)+1+1)+1+1)+1+1)`) >= 10);
  });
});

describe('the parser behind the guard', () => {
  test('comes back by itself after it has overflowed', async () => {
    const syntax = await createSyntax();
    const bomb = `select ${'a.b+'.repeat(50_000)}1`;
    assert.throws(() => syntax.parse(bomb), { code: 'INPUT_INVALID' });
    assert.throws(() => syntax.parse('select 1'), { code: 'OVERLOADED' });
    for (let turn = 0; turn < 10_000; turn += 1) {
      await nextTurn();
      try {
        assert.ok('statements' in syntax.parse('select 1'));
        return;
      } catch (error) {
        assert.ok(isAppError(error, 'OVERLOADED'));
      }
    }
    assert.fail('the parser did not come back');
  });

  test('gives every guard its own instance', async () => {
    const [one, other] = await Promise.all([createSyntax(), createSyntax()]);
    assert.throws(() => one.parse(`select ${'a.b+'.repeat(50_000)}1`), { code: 'INPUT_INVALID' });
    assert.ok('statements' in other.parse('select 1'));
  });
});
