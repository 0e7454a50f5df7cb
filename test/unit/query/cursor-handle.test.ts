import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';

import { isAppError } from '../../../src/errors.ts';
import { formatCursor, parseCursor } from '../../../src/query/cursor-handle.ts';
import { FORMATS } from '../../../src/query/format.ts';

const HANDLE = {
  resultId: '01234567-89ab-4cde-8f01-23456789abcd',
  fromRow: 1000,
  format: 'table',
  maxRows: 1000,
  maxBytes: 262_144,
} as const;

test('a cursor comes back as it was given', () => {
  for (const format of FORMATS) {
    for (const fromRow of [0, 1, 35, 36, 1_000_000, 100_000_000_000]) {
      const handle = { ...HANDLE, resultId: randomUUID(), fromRow, format };
      assert.deepEqual(parseCursor(formatCursor(handle)), handle);
    }
  }
});

test('a cursor is short and needs no escaping anywhere', () => {
  const text = formatCursor({ ...HANDLE, fromRow: 99_999_999, maxBytes: 512 * 1024 * 1024 });
  assert.ok(text.length < 80);
  assert.match(text, /^[0-9a-z_.]+$/);
});

test('anything else is refused with what to do', () => {
  const good = formatCursor(HANDLE);
  const hostile = [
    '',
    ' ',
    'c1_',
    `${good} `,
    ` ${good}`,
    `${good}\n`,
    `${good}.1`,
    good.toUpperCase(),
    good.replace('c1_', 'c2_'),
    good.replace(/^c1_./, 'c1_g'),
    good.replace('.0.', '.3.'),
    good.replace('.0.', '.-1.'),
    good.replace('.rs.', '.-5.'),
    good.replace('.rs.', '..'),
    good.replace('.rs.', '.12345678901.'),
    `${good}'; drop table x; --`,
    '../../etc/passwd',
    '\u0000',
    'a'.repeat(1_000_000),
    '٣'.repeat(32),
  ];
  for (const text of hostile) {
    assert.throws(
      () => parseCursor(text),
      (error) => isAppError(error, 'INPUT_INVALID') && error.hint !== undefined,
      text.slice(0, 100),
    );
  }
});

test('what is accepted is always whole numbers that a double holds', () => {
  const text = `c1_${'f'.repeat(32)}.zzzzzzzzzz.0.zzzzzzzzzz.zzzzzzzzzz`;
  const { fromRow, maxRows, maxBytes } = parseCursor(text);
  for (const number of [fromRow, maxRows, maxBytes]) assert.ok(Number.isSafeInteger(number));
});
