import assert from 'node:assert/strict';
import { test } from 'node:test';

import { callText } from '../../../bench/mcp-wire.ts';

const URL = 'http://127.0.0.1:3000/mcp';
const CALL = { name: 'ask', arguments: { question: 'how many?' } };

function parts(text: string): { head: string; message: { id: number; params: object } } {
  const [head = '', body = ''] = text.split('\r\n\r\n');
  return { head, message: JSON.parse(body) as { id: number; params: object } };
}

test('a call of a session names it and carries no envelope', () => {
  const { head, message } = parts(callText({ url: URL, era: '2025-11-25' }, 'abc', CALL, 7));
  assert.match(head, /mcp-session-id: abc/);
  assert.doesNotMatch(head, /mcp-method/);
  assert.equal(message.id, 7);
  assert.deepEqual(message.params, CALL);
});

test('a stateless call says in headers and envelope what it is', () => {
  const { head, message } = parts(callText({ url: URL, era: '2026-07-28' }, null, CALL));
  assert.match(
    head,
    /mcp-protocol-version: 2026-07-28\r\nmcp-method: tools\/call\r\nmcp-name: ask/,
  );
  assert.doesNotMatch(head, /mcp-session-id/);
  assert.ok('_meta' in message.params);
});
