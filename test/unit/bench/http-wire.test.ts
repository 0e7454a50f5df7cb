import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createResponseReader, headerOf, requestText } from '../../../bench/http-wire.ts';
import type { WireResponse } from '../../../bench/http-wire.ts';

const LENGTH = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nMcp-Session-Id: abc\r\n\r\nhello';
const CHUNKS =
  'HTTP/1.1 503 Service Unavailable\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n';
const EMPTY = 'HTTP/1.1 202 Accepted\r\n\r\n';

function read(...chunks: readonly string[]): WireResponse[] {
  const responses: WireResponse[] = [];
  const reader = createResponseReader((response) => responses.push(response));
  for (const chunk of chunks) reader.push(Buffer.from(chunk));
  return responses;
}

test('answers with a length, in chunks and without a body are cut apart', () => {
  const responses = read(LENGTH + CHUNKS + EMPTY + LENGTH);
  assert.deepEqual(
    responses.map(({ status, body }) => [status, body.toString()]),
    [
      [200, 'hello'],
      [503, 'hello'],
      [202, ''],
      [200, 'hello'],
    ],
  );
});

test('an answer that comes byte by byte is told once, when it is whole', () => {
  for (const text of [LENGTH, CHUNKS, EMPTY]) {
    assert.equal(read(...text.slice(0, -1).split('')).length, 0);
    assert.equal(read(...text.split('')).length, 1);
  }
});

test('a chunk without a size is a fault, not an answer', () => {
  assert.throws(
    () => read('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n'),
    /without a size/,
  );
});

test('headers are found whatever their case, and only by their whole name', () => {
  const [response] = read(LENGTH);
  assert.equal(headerOf(response!, 'mcp-session-id'), 'abc');
  assert.equal(headerOf(response!, 'session-id'), null);
});

test('a request says its length in bytes', () => {
  const text = requestText({ host: 'h:1', path: '/mcp', headers: { accept: '*/*' }, body: 'ü' });
  assert.equal(
    text,
    'POST /mcp HTTP/1.1\r\nhost: h:1\r\naccept: */*\r\ncontent-length: 2\r\n\r\nü',
  );
});
