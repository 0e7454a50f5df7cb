import assert from 'node:assert/strict';
import test from 'node:test';

import { readLines } from '../../../src/connect/lines.ts';

const MAX_BYTES = 20;

async function* chunks(...parts: ReadonlyArray<string | Uint8Array>): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield typeof part === 'string' ? Buffer.from(part) : part;
}

async function read(input: AsyncIterable<Uint8Array>): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of readLines(input, MAX_BYTES)) {
    lines.push(line.kind === 'text' ? line.text : line.kind);
  }
  return lines;
}

test('lines are told apart wherever the chunks break', async () => {
  assert.deepEqual(await read(chunks('one\ntw', 'o', '\nthree\nfour\n')), [
    'one',
    'two',
    'three',
    'four',
  ]);
});

test('a character broken between two chunks is read whole', async () => {
  const bytes = Buffer.from('größe\n');
  assert.deepEqual(await read(chunks(bytes.subarray(0, 3), bytes.subarray(3))), ['größe']);
});

test('blank lines and carriage returns are left out, a last line needs no end', async () => {
  assert.deepEqual(await read(chunks('\r\n\n  \none\r\ntwo')), ['one', 'two']);
});

test('a line that is too long is reported once and the next one is read', async () => {
  const long = 'x'.repeat(MAX_BYTES);
  assert.deepEqual(await read(chunks(long, 'x', long, '\nnext\n', long, '\n')), [
    'too-long',
    'next',
    long,
  ]);
});
