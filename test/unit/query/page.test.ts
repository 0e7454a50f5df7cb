import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Chunk, Column, RowSource } from '../../../src/cache/rows.ts';
import type { Format } from '../../../src/query/format.ts';
import { Page } from '../../../src/query/page.ts';
import type { PageLimits } from '../../../src/query/page.ts';
import { chunkOfLines } from '../../support/cache-samples.ts';

const WIDE_OPEN: PageLimits = { maxRows: 1e6, maxBytes: 1e9 };

interface Given {
  readonly columns?: readonly string[];
  readonly perChunk?: number;
  readonly wasCut?: boolean;
  readonly failAfter?: number;
}

/** Rows that stand in memory; counts how many chunks were asked for. */
function sourceOf(rows: readonly unknown[][], given: Given = {}) {
  const { perChunk = 3, wasCut = false, failAfter = Infinity } = given;
  const names = given.columns ?? (rows[0] ?? ['a']).map((_, index) => `c${index}`);
  const columns: Column[] = names.map((name) => ({ name, type: 'text' }));
  const chunks: Chunk[] = [];
  for (let at = 0; at < rows.length; at += perChunk) {
    const part = rows.slice(at, at + perChunk).map((row) => JSON.stringify(row));
    chunks.push(chunkOfLines(at, part));
  }
  const state = { given: 0, left: false };
  const source: RowSource = {
    columns,
    async *chunks(fromRow) {
      try {
        for (const chunk of chunks) {
          if (chunk.firstRow + chunk.rowCount <= fromRow) continue;
          if (state.given >= failAfter) throw new Error('connection lost');
          state.given += 1;
          yield chunk;
        }
      } finally {
        state.left = true;
      }
    },
    wasCut: () => wasCut,
  };
  return { source, state };
}

interface Cut {
  readonly limits?: Partial<PageLimits>;
  readonly fromRow?: number;
  readonly format?: Format;
}

async function read(source: RowSource, cut: Cut = {}) {
  const limits = { ...WIDE_OPEN, ...cut.limits };
  const page = new Page(source, cut.fromRow ?? 0, limits, cut.format ?? 'table');
  let text = '';
  for await (const piece of page.pieces()) text += piece;
  return { text, rows: JSON.parse(text) as never, totals: page.totals, page };
}

function numbered(count: number): unknown[][] {
  return Array.from({ length: count }, (_, index) => [index, `row ${index}`]);
}

test('a page holds the rows as they were given', async () => {
  const { source } = sourceOf(numbered(10));
  const { rows, totals } = await read(source);
  assert.deepEqual(rows, numbered(10));
  assert.equal(totals.rowCount, 10);
  assert.equal(totals.truncated, false);
  assert.equal(totals.nextRow, null);
});

test('a page that ends with the last row is not truncated, one row less is', async () => {
  const { source } = sourceOf(numbered(10));
  const exact = await read(source, { limits: { maxRows: 10 } });
  assert.deepEqual([exact.totals.truncated, exact.totals.nextRow], [false, null]);
  const less = await read(source, { limits: { maxRows: 9 } });
  assert.deepEqual([less.totals.truncated, less.totals.nextRow], [true, 9]);
  assert.deepEqual(less.rows, numbered(9));
});

test('bytes counts the UTF-8 of the value, whatever the format', async () => {
  const rows = [
    ['ä', '€'],
    ['😀', 'a"b\n'],
    ['', null],
  ];
  for (const format of ['table', 'objects', 'csv'] as const) {
    const { text, totals } = await read(sourceOf(rows).source, { format });
    assert.equal(totals.bytes, Buffer.byteLength(text), format);
  }
});

test('the byte limit holds exactly: the whole value fits, one byte less drops the last row', async () => {
  const rows = Array.from({ length: 40 }, (_, index) => [`€ ${'ä'.repeat(index)} 😀`, index]);
  for (const format of ['table', 'objects', 'csv'] as const) {
    const { source } = sourceOf(rows, { perChunk: rows.length });
    const whole = await read(source, { format });
    const fits = await read(source, { format, limits: { maxBytes: whole.totals.bytes } });
    assert.equal(fits.totals.truncated, false, format);
    assert.equal(fits.text, whole.text, format);
    const tight = await read(source, { format, limits: { maxBytes: whole.totals.bytes - 1 } });
    assert.deepEqual([tight.totals.rowCount, tight.totals.truncated], [39, true], format);
    assert.equal(tight.totals.nextRow, 39, format);
  }
});

test('no byte limit is ever exceeded by rows that fit on their own', async () => {
  const rows = Array.from({ length: 30 }, (_, index) => ['ü'.repeat((index * 37) % 60), index]);
  for (const format of ['table', 'objects', 'csv'] as const) {
    for (let maxBytes = 180; maxBytes < 2000; maxBytes += 61) {
      const { text, totals } = await read(sourceOf(rows).source, { format, limits: { maxBytes } });
      assert.ok(Buffer.byteLength(text) <= maxBytes, `${format} ${maxBytes}`);
      assert.equal(totals.truncatedCells.length, 0);
    }
  }
});

test('pages follow one another without gap or repetition, from inside chunks too', async () => {
  for (const perChunk of [1, 4, 100]) {
    for (const maxRows of [1, 3, 7]) {
      const seen: unknown[] = [];
      let fromRow: number | null = 0;
      while (fromRow !== null) {
        const { source } = sourceOf(numbered(23), { perChunk });
        const { rows, totals } = await read(source, { fromRow, limits: { maxRows } });
        seen.push(...(rows as unknown[]));
        fromRow = totals.nextRow;
      }
      assert.deepEqual(seen, numbered(23));
    }
  }
});

test('the same holds when bytes and not rows end the pages', async () => {
  const rows = Array.from({ length: 50 }, (_, index) => [index, 'é'.repeat((index * 31) % 90)]);
  const seen: unknown[] = [];
  let fromRow: number | null = 0;
  while (fromRow !== null) {
    const page = await read(sourceOf(rows).source, { fromRow, limits: { maxBytes: 400 } });
    assert.ok(page.totals.bytes <= 400);
    seen.push(...(page.rows as unknown[]));
    fromRow = page.totals.nextRow;
  }
  assert.deepEqual(seen, rows);
});

test('a start behind the last row gives an empty page that is not truncated', async () => {
  const { rows, totals } = await read(sourceOf(numbered(5)).source, { fromRow: 99 });
  assert.deepEqual(rows, []);
  assert.deepEqual([totals.truncated, totals.nextRow], [false, null]);
});

test('no rows are an empty value in every format', async () => {
  const { source } = sourceOf([], { columns: ['a', 'b'] });
  assert.deepEqual((await read(source)).rows, []);
  assert.deepEqual((await read(source, { format: 'objects' })).rows, []);
  assert.equal((await read(source, { format: 'csv' })).rows, 'a,b\n');
});

test('rows without columns are counted', async () => {
  const { source } = sourceOf([[], [], []], { columns: [] });
  assert.deepEqual((await read(source)).rows, [[], [], []]);
  assert.deepEqual((await read(source, { format: 'objects' })).rows, [{}, {}, {}]);
  assert.equal((await read(source)).totals.rowCount, 3);
});

test('rows that the source did not keep make the last page truncated without a next row', async () => {
  const { source } = sourceOf(numbered(5), { wasCut: true });
  const { totals } = await read(source);
  assert.deepEqual([totals.truncated, totals.nextRow], [true, null]);
});

test('a source that fails midway leaves complete JSON and the reason', async () => {
  for (const format of ['table', 'objects', 'csv'] as const) {
    const { source } = sourceOf(numbered(10), { failAfter: 2 });
    const { rows, page, totals } = await read(source, { format });
    assert.match(String(page.failure), /connection lost/);
    assert.equal(totals.rowCount, 6);
    assert.equal((rows as unknown[] | string).length > 0, true);
  }
});

test('a source that fails at once leaves an empty value and the reason', async () => {
  const { source } = sourceOf(numbered(10), { failAfter: 0 });
  const { rows, page } = await read(source);
  assert.deepEqual(rows, []);
  assert.match(String(page.failure), /connection lost/);
});

test('a full page leaves its source', async () => {
  const { source, state } = sourceOf(numbered(100), { perChunk: 5 });
  await read(source, { limits: { maxRows: 7 } });
  assert.equal(state.left, true);
  assert.equal(state.given, 2);
});

test('a row that no page could hold comes with its largest values cut and marked', async () => {
  const rows = [
    ['short', 'x'.repeat(50_000), 'y'.repeat(90_000)],
    ['next', 'z'.repeat(6000), ''],
  ];
  for (const format of ['table', 'objects', 'csv'] as const) {
    const limits = { maxBytes: 8192 };
    const { source } = sourceOf(rows);
    const { text, totals } = await read(source, { format, limits });
    assert.ok(Buffer.byteLength(text) <= 8192, format);
    assert.ok(Buffer.byteLength(text) > 2000, `${format} shows a good part of it`);
    assert.deepEqual([totals.rowCount, totals.truncated, totals.nextRow], [1, true, 1]);
    assert.deepEqual(totals.truncatedCells, [
      { row: 0, column: 'c1', bytes: 50_002 },
      { row: 0, column: 'c2', bytes: 90_002 },
    ]);
    assert.match(text, /short/);
    assert.match(text, /x…/);
  }
});

const HARD_CELLS: ReadonlyArray<readonly [string, unknown]> = [
  ['quotes', '"'.repeat(60_000)],
  ['line feeds', '\n'.repeat(60_000)],
  ['control characters', '\u0001'.repeat(60_000)],
  ['backslashes', '\\'.repeat(60_000)],
  ['surrogate pairs', '😀'.repeat(30_000)],
  ['a nested value full of quotes', Array.from({ length: 3000 }, () => '')],
  ['a nested value full of escapes', { key: ['\\"\n'.repeat(3000)] }],
];

for (const [name, cell] of HARD_CELLS) {
  test(`a cut row of ${name} stays within the limit in every format`, async () => {
    for (const format of ['table', 'objects', 'csv'] as const) {
      for (const maxBytes of [1024, 8192, 40_000]) {
        const { source } = sourceOf([['id', cell, cell]]);
        const { text, totals } = await read(source, { format, limits: { maxBytes } });
        assert.ok(Buffer.byteLength(text) <= maxBytes, `${format} ${maxBytes}: ${text.length}`);
        assert.equal(totals.bytes, Buffer.byteLength(text));
        assert.equal(totals.rowCount, 1);
      }
    }
  });
}

test('a row that only its format makes too long stays within the limit', async () => {
  const nested = Array.from({ length: 1000 }, () => '');
  for (const maxBytes of [4096, 6000, 8192]) {
    const { source } = sourceOf([[nested]]);
    const { text, totals } = await read(source, { format: 'csv', limits: { maxBytes } });
    assert.ok(Buffer.byteLength(text) <= maxBytes, `${maxBytes}: ${text.length}`);
    assert.equal(totals.truncatedCells.length, 1);
  }
});

test('a row of 1,600 wide columns stays within the limit', async () => {
  const row = Array.from({ length: 1600 }, (_, index) => `${index}`.repeat(100));
  for (const format of ['table', 'objects', 'csv'] as const) {
    const { source } = sourceOf([row, row]);
    const { text, totals } = await read(source, { format, limits: { maxBytes: 65_536 } });
    assert.ok(Buffer.byteLength(text) <= 65_536, format);
    assert.deepEqual([totals.rowCount, totals.nextRow], [1, 1]);
  }
});

test('a value that is cut stays well-formed text', async () => {
  const { source } = sourceOf([['😀'.repeat(3000)]]);
  for (let maxBytes = 1024; maxBytes < 1060; maxBytes += 1) {
    const { rows } = await read(source, { limits: { maxBytes } });
    const [[text]] = rows as [[string]];
    assert.equal(text.isWellFormed(), true);
    assert.ok(!text.includes('�'), 'no character is cut in half');
  }
});

test('the preview is complete JSON with the first rows', async () => {
  for (const format of ['table', 'objects', 'csv'] as const) {
    const { page } = await read(sourceOf(numbered(100)).source, { format });
    const preview = JSON.parse(page.preview) as unknown[] | string;
    const count = typeof preview === 'string' ? preview.split('\n').length - 2 : preview.length;
    assert.equal(count, 20, format);
  }
});

test('many rows come in pieces of moderate size that are one JSON value together', async () => {
  const { source } = sourceOf(numbered(20_000), { perChunk: 500 });
  const page = new Page(source, 0, WIDE_OPEN, 'table');
  const pieces: Buffer[] = [];
  for await (const piece of page.pieces()) pieces.push(piece);
  assert.ok(pieces.length > 5);
  assert.ok(Math.max(...pieces.map((piece) => piece.length)) < 64 * 1024);
  assert.deepEqual(JSON.parse(pieces.join('')), numbered(20_000));
});
