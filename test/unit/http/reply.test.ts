import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';

import { createReply } from '../../../src/http/reply.ts';
import { StreamedRows } from '../../../src/mcp/streamed-rows.ts';

test('a client that takes nothing for long is cut off, and its rows are let go', async (t) => {
  const server = createServer().listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1').pause();
  t.after(() => client.destroy());
  client.write('GET / HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n');
  const [, response] = (await once(server, 'request')) as [unknown, ServerResponse];
  let isLetGo = false;
  const rows = StreamedRows.streaming({
    async *pieces() {
      try {
        for (;;) yield Buffer.alloc(1024 * 1024, 'x');
      } finally {
        isLetGo = true;
      }
    },
    complete: () => undefined,
  });
  const message = { jsonrpc: '2.0', id: 1, result: { content: [], structuredContent: { rows } } };
  const reply = createReply(response, {
    takesEvents: false,
    onBytes: () => undefined,
    patienceMs: 50,
  });
  await reply.answer(message, 200);
  assert.equal(response.destroyed, true);
  assert.equal(isLetGo, true);
});
