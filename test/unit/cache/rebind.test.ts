import assert from 'node:assert/strict';
import test from 'node:test';

import type { SqlLiteral } from '../../../src/cache/facts.ts';
import { NO_FACTS } from '../../../src/cache/facts.ts';
import { rebind } from '../../../src/cache/rebind.ts';

const literal = (value: string, given: Partial<SqlLiteral> = {}): SqlLiteral => ({
  value,
  kind: /^[\d.]+$/.test(value) ? 'number' : 'text',
  column: null,
  op: '=',
  role: 'filter',
  ...given,
});
const GERMANY = literal('Germany', { column: 'country' });
const TOP = literal('5', { role: 'limit', op: null });
const YEAR = [literal('2023-01-01', { op: '>=' }), literal('2024-01-01', { op: '<' })];
const COUNTRIES = ['Germany', 'France', 'Guinea', 'Equatorial Guinea'];

function rebound(earlier: string, later: string, literals: readonly SqlLiteral[]) {
  const knownValues = (column: string) => (column === 'country' ? COUNTRIES : []);
  const facts = { ...NO_FACTS, literals };
  const found = rebind({ earlier, later, facts, knownValues });
  return (
    found && {
      question: found.question,
      changes: found.changes.map(({ from, to }) => `${from} -> ${to}`),
    }
  );
}

test('a known value of the same column takes the place of the old one', () => {
  assert.deepEqual(rebound('customers in Germany', 'Which customers are in france', [GERMANY]), {
    question: 'customers in france',
    changes: ['Germany -> France'],
  });
});

test('the longest known value is the one that is named', () => {
  const found = rebound('customers in Germany', 'customers in Equatorial Guinea', [GERMANY]);
  assert.deepEqual(found?.changes, ['Germany -> Equatorial Guinea']);
});

test('a value that the column is not known to hold rebinds nothing', () => {
  assert.equal(rebound('customers in Germany', 'customers in Berlin', [GERMANY]), null);
});

test('two new values for one old one rebind nothing', () => {
  const later = 'customers in France or Guinea';
  assert.equal(rebound('customers in Germany', later, [GERMANY]), null);
});

test('a number takes the place of a number that the statement says once', () => {
  assert.deepEqual(rebound('top 5 products', 'ten top products', [TOP]), {
    question: 'top ten products',
    changes: ['5 -> 10'],
  });
  assert.equal(rebound('top 5 products', 'top 10 products', [TOP, literal('5')]), null);
  assert.equal(rebound('top 5 products', 'top 10 products', []), null);
});

test('an ordinal and a number are not exchanged', () => {
  for (const [earlier, later] of [
    ['orders of customer 5', 'orders of the 6th customer'],
    ['orders of the 5th customer', 'orders of customer 6'],
    ['orders of the 5th customer', 'orders of the 6th customer'],
  ] as const)
    assert.equal(rebound(earlier, later, [literal('5')]), null);
});

test('several values keep their order', () => {
  const stars = literal('3', { column: 'stars', op: '>' });
  const found = rebound('top 5 hotels above 3 stars', 'top 10 hotels above 4 stars', [TOP, stars]);
  assert.deepEqual(found, {
    question: 'top 10 hotels above 4 stars',
    changes: ['5 -> 10', '3 -> 4'],
  });
});

test('a year, a quarter or a month moves both bounds of its window', () => {
  assert.deepEqual(rebound('orders in 2023', 'orders in 2024', YEAR)?.changes, [
    '2023-01-01 -> 2024-01-01',
    '2024-01-01 -> 2025-01-01',
  ]);
  const march = [literal('2023-03-01', { op: '>=' }), literal('2023-03-31', { op: '<=' })];
  assert.deepEqual(rebound('orders in March 2023', 'orders of Feb 2024', march)?.changes, [
    '2023-03-01 -> 2024-02-01',
    '2023-03-31 -> 2024-02-29',
  ]);
  const extracted = [literal('2023', { column: 'ordered_at' })];
  assert.deepEqual(rebound('orders in 2023', 'orders in 2024', extracted)?.changes, [
    '2023 -> 2024',
  ]);
});

test('a window of another length, or with a bound of unknown origin, rebinds nothing', () => {
  assert.equal(rebound('orders in 2023', 'orders in March 2023', YEAR), null);
  const compared = [...YEAR, literal('2022-01-01', { op: '>=' })];
  assert.equal(rebound('orders in 2023 against the year before', 'orders in 2024', compared), null);
});

test('what is relative to now is never rebound', () => {
  assert.equal(rebound('orders last month', 'orders last week', YEAR), null);
});

test('quotations are exchanged to the letter', () => {
  const name = literal("O'Neil", { column: 'name' });
  const found = rebound(`orders of "O'Neil"`, 'orders of "Smith & Co"', [name]);
  assert.deepEqual(found, {
    question: 'orders of "Smith & Co"',
    changes: ["O'Neil -> Smith & Co"],
  });
});

test('questions with the same values, or with more on one side, rebind nothing', () => {
  assert.equal(rebound('top 5 products', 'the best 5 products', [TOP]), null);
  assert.equal(rebound('top 5 products', 'top 10 products above 3 stars', [TOP]), null);
});
