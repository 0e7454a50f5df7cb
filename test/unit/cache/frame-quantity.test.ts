import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { NO_FACTS, type SqlFacts } from '../../../src/cache/facts.ts';
import { isSameQuantity, isSameWholeBound } from '../../../src/cache/frame-quantity.ts';
import { isInUnitsOf, withUnit } from '../../../src/cache/frame-unit.ts';

describe('bounds of whole things', () => {
  for (const [first, second, same] of [
    ['> 2', '>= 3', true],
    ['< 3', '<= 2', true],
    ['> -1', '>= 0', true],
    ['>= 3', '>= 3', true],
    ['> 2', '>= 2', false],
    ['> 2', '< 3', false],
    ['>= 3', '<= 3', false],
    ['> 2.5', '>= 3.5', false],
    ['> 2 €', '>= 3 €', false],
    ['3', '>= 3', false],
    ['>= 2024-01-01', '> 2023-12-31', false],
    ['', '', true],
  ] as const) {
    test(`"${first}" and "${second}" are ${same ? 'one' : 'two'}`, () => {
      assert.equal(isSameWholeBound(first, second), same);
      assert.equal(isSameWholeBound(second, first), same);
    });
  }
});

describe('quantities with or without their unit', () => {
  const holding = (...values: readonly string[]): SqlFacts => ({
    ...NO_FACTS,
    literals: values.map((value) => ({
      value,
      kind: 'number',
      column: 'amount',
      op: '>',
      role: 'filter',
    })),
  });
  for (const [first, second, values, same] of [
    ['> 1000 €', '> 1000', [], true],
    ['5 g', '5', [], true],
    ['> 20 %', '> 20', [], true],
    ['20 %', '20', [], false],
    ['> 1000 €', '> 1000 $', [], false],
    ['> 1000 €', '< 1000', [], false],
    ['> 1000 €', '1000', [], false],
    ['> 1000', '> 1001', [], false],
    // Ten tonnes of a column that holds kilograms.
    ['> 10000000 g', '> 10000', ['10000'], true],
    ['> 10000000 g', '> 10000', [], false],
    ['> 10000000 g', '> 10000', ['9000'], false],
    ['> 7200 s', '> 120', ['120'], true],
    ['> 7200 s', '> 2', ['2'], true],
    ['> 7200 s', '> 3', ['3'], false],
    ['last 7200 s', 'last 120', ['120'], false],
    ['2024-01-01', '2024', [], false],
    ['constructor', '__proto__', [], false],
  ] as const) {
    test(`"${first}" and "${second}" with ${values.join() || 'no number'} in the statement`, () => {
      assert.equal(isSameQuantity(first, second, holding(...values)), same);
      assert.equal(isSameQuantity(second, first, holding(...values)), same);
    });
  }
});

describe('a column that is named for its unit', () => {
  for (const [column, number, quantity, same] of [
    ['minutes', '90', '> 5400 s', true],
    ['minutes', '90', '> 324000 s', false],
    ['hours', '2', '> 2 s', false],
    ['duration_seconds', '2', '> 2 s', true],
    ['weight_kg', '2', '> 2000 g', true],
    ['weight_kg', '2', '> 2 g', false],
    ['min_hours', '2', '> 7200 s', true],
    // A unit of another kind says nothing of this one.
    ['price_per_kg', '2', '> 2 €', true],
    ['weight', '2', '> 2 g', true],
    ['constructor', '2', '> 2 g', true],
  ] as const) {
    test(`"> ${number}" of ${column} is ${same ? '' : 'not '}"${quantity}"`, () => {
      const sql: SqlFacts = {
        ...NO_FACTS,
        literals: [{ value: number, kind: 'number', column, op: '>', role: 'filter' }],
      };
      assert.equal(isSameQuantity(`> ${number}`, quantity, sql), same);
      assert.equal(isSameQuantity(quantity, `> ${number}`, sql), same);
    });
  }
});

describe('units', () => {
  for (const [bare, quantity, dimension, is] of [
    [10, 1e7, 'g', true],
    [10_000, 1e7, 'g', true],
    [10, 1e6, 'g', false],
    [90, 5_400, 's', true],
    [1.5, 18, 'mo', true],
    [5, 500, '€', false],
    [500, 5, '$', true],
    [0, 0, 's', true],
    [1, 0, 's', false],
    [1, 1, 'constructor', false],
    [Number.NaN, 1, 's', false],
  ] as const) {
    test(`${bare} is ${is ? 'one' : 'none'} of the ways to say ${quantity} ${dimension}`, () => {
      assert.equal(isInUnitsOf(bare, quantity, dimension), is);
    });
  }
  for (const [value, unit, text] of [
    [48, 'hours', '172800 s'],
    [2, 'days', '172800 s'],
    [2, 'years', '24 mo'],
    [250, 'cents', '2.5 $'],
    [3, 'ha', '30000 sqm'],
    [3, undefined, '3'],
    [3, 'zebras', '3'],
    [3, 'constructor', '3'],
  ] as const) {
    test(`${value} ${unit ?? 'of nothing'} is ${text}`, () => {
      assert.equal(withUnit(value, unit), text);
    });
  }
});
