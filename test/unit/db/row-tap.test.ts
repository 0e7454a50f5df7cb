import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';

import type { PoolClient } from 'pg';

import { tapRows } from '../../../src/db/row-tap.ts';
import { dataRow, message } from '../../support/data-rows.ts';

function tapped() {
  const stream = new EventEmitter();
  const driver: Buffer[] = [];
  stream.on('data', (bytes: Buffer) => driver.push(Buffer.from(bytes)));
  const tap = tapRows({ connection: { stream } } as unknown as PoolClient);
  const rows: Buffer[] = [];
  const open = (): void =>
    tap.open((bytes, start, end) => rows.push(Buffer.from(bytes.subarray(start, end))));
  return { stream, driver, rows, tap, open, heard: () => Buffer.concat(driver).toString('latin1') };
}

const DESCRIPTION = message('T', Buffer.from('columns'));
const ROWS = [dataRow(['a', null]), dataRow(['b'.repeat(300), '2']), dataRow([])];
const NOTICE = message('N', Buffer.from('a notice'));
const END = message('s', Buffer.alloc(0));
const ALL = Buffer.concat([
  DESCRIPTION,
  message('D', ROWS[0]!),
  NOTICE,
  message('D', ROWS[1]!),
  message('D', ROWS[2]!),
  END,
]);

test('however the bytes are cut, rows go to their reader and the rest to the driver', () => {
  for (let size = 1; size <= ALL.length; size += 1) {
    const { stream, rows, open, heard } = tapped();
    open();
    for (let at = 0; at < ALL.length; at += size) stream.emit('data', ALL.subarray(at, at + size));
    assert.deepEqual(rows, ROWS, `in pieces of ${size}`);
    assert.equal(heard(), Buffer.concat([DESCRIPTION, NOTICE, END]).toString('latin1'));
  }
});

test('where nobody reads rows the driver hears all', () => {
  const { stream, rows, tap, open, heard } = tapped();
  open();
  stream.emit('data', ALL);
  tap.close();
  const before = heard();
  for (let at = 0; at < ALL.length; at += 3) stream.emit('data', ALL.subarray(at, at + 3));
  assert.equal(rows.length, ROWS.length);
  assert.equal(heard(), before + ALL.toString('latin1'));
});
