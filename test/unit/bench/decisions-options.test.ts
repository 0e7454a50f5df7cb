import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  DECIDING,
  decidingOptions,
  parseOptions,
  requireOption,
} from '../../../bench/decisions-options.ts';
import { isAppError } from '../../../src/errors.ts';

function refusal(pattern: RegExp) {
  return (error: unknown) => isAppError(error, 'INPUT_INVALID') && pattern.test(error.message);
}

test('options are read in any order and with either spelling', () => {
  const given = parseOptions(['--json', '--model=small', '--target', '0.02'], DECIDING);
  assert.deepEqual({ ...given }, { json: true, model: 'small', target: '0.02' });
});

test('an unknown option and a stray word are refused by name', () => {
  assert.throws(() => parseOptions(['--bogus'], DECIDING), refusal(/--bogus/));
  assert.throws(() => parseOptions(['stray'], DECIDING), refusal(/stray/));
});

test('an option that is needed is asked for by name', () => {
  assert.equal(requireOption('a.jsonl', 'pairs'), 'a.jsonl');
  assert.throws(() => requireOption(undefined, 'pairs'), refusal(/--pairs is missing/));
  assert.throws(() => requireOption('', 'file'), refusal(/--file is missing/));
});

test('what is not given is the default of the product', () => {
  assert.deepEqual(decidingOptions({}), { model: 'askonce-mini-v1', targetErrorRate: 0.01 });
  assert.equal(decidingOptions({ target: '0.05' }).targetErrorRate, 0.05);
});

test('a target that is no rate is refused', () => {
  assert.throws(() => decidingOptions({ target: '7' }), refusal(/--target must be a number/));
  assert.throws(() => decidingOptions({ target: 'few' }), refusal(/--target/));
});
