import assert from 'node:assert/strict';
import { test } from 'node:test';

import { isAppError } from '../../../src/errors.ts';
import { requireShallow } from '../../../src/http/body-depth.ts';

const arrays = (levels: number): unknown =>
  JSON.parse('['.repeat(levels) + ']'.repeat(levels)) as unknown;
const objects = (levels: number): unknown =>
  JSON.parse(`${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`) as unknown;

test('a body of a hundred levels passes, one level more does not', () => {
  for (const nested of [arrays, objects]) {
    requireShallow(nested(100));
    assert.throws(() => requireShallow(nested(101)), { code: 'INPUT_INVALID' });
  }
});

test('a body of a million levels is refused like any other, wherever the depth stands', () => {
  const deep = arrays(1_000_000);
  for (const body of [deep, { params: deep }, [1, { a: [deep] }], { a: 1, b: { c: deep, d: 2 } }]) {
    assert.throws(
      () => requireShallow(body),
      (error) => isAppError(error, 'INPUT_INVALID') && Boolean(error.hint),
    );
  }
});

test('what is wide is not deep, and what is no container has no depth', () => {
  requireShallow(Array.from({ length: 200_000 }, () => [{}]));
  for (const body of [undefined, null, 5, 'text', true, [], {}]) requireShallow(body);
});
