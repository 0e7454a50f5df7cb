import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ChunkEncoder } from '../../../src/query/encode.ts';

const INT4 = { name: 'n', typeId: 23, modifier: -1 };
const TEXT = { name: 't', typeId: 25, modifier: -1 };

test('rows become lines, in chunks that count on', () => {
  const encoder = new ChunkEncoder([INT4, TEXT]);
  const rows = Array.from({ length: 3000 }, (_, index) => [String(index), 'x'.repeat(100)]);
  const chunks = [...encoder.add(rows.slice(0, 10)), ...encoder.add(rows.slice(10))];
  chunks.push(...encoder.flush());
  assert.ok(chunks.length > 2);
  let next = 0;
  for (const chunk of chunks) {
    assert.equal(chunk.firstRow, next);
    assert.equal(chunk.body.split('\n').length, chunk.rowCount);
    next += chunk.rowCount;
  }
  const lines = chunks.flatMap((chunk) => chunk.body.split('\n'));
  assert.deepEqual(
    lines.map((line) => JSON.parse(line)),
    rows.map(([n, t]) => [Number(n), t]),
  );
});

test('NULL is null in every column, and a row without columns is an empty array', () => {
  const encoder = new ChunkEncoder([INT4, TEXT]);
  assert.deepEqual([...encoder.add([[null, null]])], []);
  assert.equal([...encoder.flush()][0]?.body, '[null,null]');
  const empty = new ChunkEncoder([]);
  assert.deepEqual([...empty.add([[], []])], []);
  assert.equal([...empty.flush()][0]?.body, '[]\n[]');
});

test('line feeds never end a row early', () => {
  const encoder = new ChunkEncoder([TEXT, { name: 'j', typeId: 114, modifier: -1 }]);
  assert.deepEqual([...encoder.add([['a\nb', '{\n"a":\r\n1}']])], []);
  const [chunk] = [...encoder.flush()];
  assert.equal(chunk?.rowCount, 1);
  assert.deepEqual(JSON.parse(chunk.body), ['a\nb', { a: 1 }]);
});

test('no rows are no chunk', () => {
  const encoder = new ChunkEncoder([INT4]);
  assert.deepEqual([...encoder.add([]), ...encoder.flush()], []);
});
