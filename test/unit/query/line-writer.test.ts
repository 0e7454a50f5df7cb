import assert from 'node:assert/strict';
import { test } from 'node:test';

import { linesOf } from '../../../src/cache/rows.ts';
import type { Chunk } from '../../../src/cache/rows.ts';
import { cellEncoder } from '../../../src/query/cell.ts';
import { LineWriter } from '../../../src/query/line-writer.ts';
import { dataRow } from '../../support/data-rows.ts';

type Row = ReadonlyArray<string | null>;

const [INT4, TEXT, JSON_TYPE] = [23, 25, 114];

function writerOf(types: readonly number[]): LineWriter {
  const writer = new LineWriter();
  writer.columns(types.map((typeId) => ({ name: 'c', typeId, modifier: -1 })));
  return writer;
}

function write(writer: LineWriter, rows: readonly Row[]): void {
  for (const row of rows) {
    // Not at the beginning of a buffer, as it comes.
    const message = Buffer.concat([Buffer.from('before'), dataRow(row), Buffer.from('behind')]);
    writer.row(message, 6, message.length - 6);
  }
}

function chunksOf(types: readonly number[], rows: readonly Row[]): Chunk[] {
  const writer = writerOf(types);
  write(writer, rows);
  return writer.take();
}

const linesWritten = (types: readonly number[], rows: readonly Row[]): string[] =>
  chunksOf(types, rows).flatMap((chunk) => linesOf(chunk));

test('rows become lines, in chunks that count on', () => {
  const rows = Array.from({ length: 3000 }, (_, index) => [String(index), 'x'.repeat(100)]);
  const writer = writerOf([INT4, TEXT]);
  write(writer, rows.slice(0, 10));
  const chunks = writer.take();
  assert.deepEqual(
    chunks.map(({ rowCount }) => rowCount),
    [10],
  );
  assert.deepEqual(writer.take(), []);
  write(writer, rows.slice(10));
  chunks.push(...writer.take());
  assert.ok(chunks.length > 2);
  let next = 0;
  for (const chunk of chunks) {
    assert.equal(chunk.firstRow, next);
    assert.equal(linesOf(chunk).length, chunk.rowCount);
    next += chunk.rowCount;
  }
  const lines = chunks.flatMap((chunk) => linesOf(chunk));
  assert.deepEqual(
    lines.map((line) => JSON.parse(line)),
    rows.map(([n, t]) => [Number(n), t]),
  );
});

test('NULL is null in every column, and a row without columns is an empty array', () => {
  assert.deepEqual(linesWritten([INT4, TEXT, JSON_TYPE], [[null, null, null]]), [
    '[null,null,null]',
  ]);
  assert.deepEqual(linesWritten([], [[], []]), ['[]', '[]']);
});

test('line feeds never end a row early', () => {
  const [chunk] = chunksOf([TEXT, JSON_TYPE], [['a\nb', '{\n"a":\r\n1}']]);
  assert.equal(chunk?.rowCount, 1);
  assert.deepEqual(JSON.parse(linesOf(chunk)[0]!), ['a\nb', { a: 1 }]);
});

test('no rows are no chunk', () => {
  assert.deepEqual(chunksOf([INT4], []), []);
});

test('a row of megabytes is one line', () => {
  const text = 'ä"\n'.repeat(1_000_000);
  assert.deepEqual(JSON.parse(linesWritten([TEXT, INT4], [[text, '1']])[0]!), [text, 1]);
});

/** Of each type the texts that PostgreSQL sends, the odd ones first; `any` are texts of every kind. */
const SAMPLES: ReadonlyArray<readonly [number, readonly string[] | 'any']> = [
  [16, ['t', 'f']],
  [17, ['\\x', '\\x00ff10']],
  [
    20,
    ['0', '-1', '9007199254740991', '9007199254740992', '-9223372036854775808', '123456789012345'],
  ],
  [21, ['-32768', '7']],
  [23, ['2147483647', '-1']],
  [26, ['4294967295']],
  [114, ['{"a":\n1}', 'null', '[1, 2]']],
  [700, ['NaN', '-Infinity', 'Infinity', '0.1', '-0', '1e+20', '-2.5e-07']],
  [701, ['NaN', '-Infinity', '5e-324', '1.7976931348623157e+308', '-0.5']],
  [1000, ['{t,f,NULL}']],
  [1009, ['{a,"b \\"c\\"",NULL,""}', '[0:1]={a,b}']],
  [1016, ['{9223372036854775807,1}']],
  [1082, ['2024-02-29', '-infinity', '0044-03-15 BC']],
  [1083, ['24:00:00', '10:00:00.123456']],
  [1114, ['2024-01-31 10:00:00', 'infinity', '0044-03-15 12:00:00 BC', '12024-01-31 10:00:00.5']],
  [1184, ['2024-01-31 10:00:00+00', '1890-01-01 05:21:10+05:21:10', '-infinity']],
  [1186, ['P1DT2H', 'PT0S']],
  [1266, ['10:00:00-08', '10:00:00+05:30']],
  [1700, ['0.10', 'NaN', '-Infinity', '12345678901234567890.123456789']],
  [2249, ['(1,"a b",)']],
  [2950, ['a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11']],
  [3802, ['{"a": [1, null], "b": "x\\ny"}', 'null']],
  [19, 'any'],
  [25, 'any'],
  [1042, 'any'],
  [1043, 'any'],
  [600_000, 'any'],
];
const PIECES = [
  'a',
  ' ',
  '"',
  '\\',
  '\n',
  '\t',
  '\u0001',
  '\u001f',
  '\u007f',
  'ä',
  '\u2028',
  '😀',
  '/',
  'word',
];

/** The same on every run. */
function createRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

test('whatever the table, its lines are those of its values one by one, to the byte', () => {
  const random = createRandom(7);
  const anyText = (): string => {
    // Some are longer than what is escaped byte by byte.
    const length = random(10) === 0 ? 500 + random(4000) : random(40);
    return Array.from({ length }, () => PIECES[random(PIECES.length)]!).join('');
  };
  for (let table = 0; table < 300; table += 1) {
    const columns = Array.from({ length: 1 + random(12) }, () => SAMPLES[random(SAMPLES.length)]!);
    const rows = Array.from({ length: random(60) }, () =>
      columns.map(([, samples]) => {
        if (random(8) === 0) return null;
        return samples === 'any' ? anyText() : samples[random(samples.length)]!;
      }),
    );
    const types = columns.map(([type]) => type);
    const encoders = types.map((type) => cellEncoder(type));
    const expected = rows.map(
      (row) =>
        `[${row.map((cell, at) => (cell === null ? 'null' : encoders[at]!(cell))).join(',')}]`,
    );
    assert.deepEqual(linesWritten(types, rows), expected, `table ${table}: ${types.join(', ')}`);
  }
});
