import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { test } from 'node:test';

import { isAppError } from '../../../src/errors.ts';
import { formatCursor } from '../../../src/query/cursor-handle.ts';
import { createCursorSeal } from '../../../src/query/sealed-cursors.ts';

const ANSWER = `a_${randomBytes(16).toString('base64url')}`;
const CURSOR = formatCursor({
  resultId: randomUUID(),
  fromRow: 1000,
  format: 'table',
  maxRows: 1000,
  maxBytes: 262_144,
});

test('a sealed cursor is opened to what was sealed, and fits into the argument', () => {
  const seal = createCursorSeal();
  const sealed = seal.close(CURSOR, ANSWER);
  assert.deepEqual(seal.open(sealed), { cursor: CURSOR, answerId: ANSWER });
  assert.ok(sealed.length < 200);
  assert.match(sealed, /^[\w.-]+$/);
});

test('a cursor that was changed anywhere, or sealed elsewhere, is refused with what to do', () => {
  const seal = createCursorSeal();
  const sealed = seal.close(CURSOR, ANSWER);
  const parts = sealed.split('.');
  const edited = parts.map((_, at) => parts.with(at, 'zzzzzzzz').join('.'));
  const flipped = Array.from(
    sealed,
    (character, at) => sealed.slice(0, at) + (character === 'b' ? 'c' : 'b') + sealed.slice(at + 1),
  );
  const hostile = ['', CURSOR, `${sealed}.1`, ` ${sealed}`, 'a'.repeat(200), '.'.repeat(200)];
  const foreign = createCursorSeal().close(CURSOR, ANSWER);
  for (const text of [...edited, ...flipped, ...hostile, foreign]) {
    assert.throws(
      () => seal.open(text),
      (error) => isAppError(error, 'INPUT_INVALID') && error.hint !== undefined,
      text,
    );
  }
});

test('with the key of the cache a cursor holds behind a restart, and one from before the key too', () => {
  const key = randomBytes(32);
  const [before, after] = [createCursorSeal(), createCursorSeal()];
  const early = before.close(CURSOR, ANSWER);
  before.adopt(key);
  after.adopt(key);
  assert.equal(after.open(before.close(CURSOR, ANSWER)).cursor, CURSOR);
  assert.equal(before.open(early).cursor, CURSOR);
});
