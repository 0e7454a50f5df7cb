import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';

import type { Request, Response } from 'express';

import { createResultsEndpoint } from '../../../src/http/results-endpoint.ts';
import type { WholeResult } from '../../../src/query/whole-result.ts';

const COLUMNS = [{ name: 'n', type: 'int4' }];

test('a download whose last rows were not kept says so, a whole one does not', async (t) => {
  const endpoint = createResultsEndpoint({
    open: async (id) => ({
      asOf: 0,
      expiresAt: 0,
      source: {
        columns: COLUMNS,
        wasCut: () => id === 'cut',
        async *chunks() {
          yield { firstRow: 0, rowCount: 2, body: '[1]\n[2]' };
        },
      },
    }),
  });
  const server = createServer((request, response) => {
    const asked = Object.assign(request, {
      params: { answerId: request.url?.slice(1) },
      query: {},
    });
    const principal = { name: 'alice', role: 'user' } as const;
    void endpoint(asked as unknown as Request, response as Response, principal);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  for (const [id, told] of [
    ['cut', 'true'],
    ['whole', null],
  ] as const) {
    const response = await fetch(`http://127.0.0.1:${port}/${id}`, {
      headers: { connection: 'close' },
    });
    assert.equal(response.headers.get('x-askonce-truncated'), told);
    assert.deepEqual(await response.json(), [{ n: 1 }, { n: 2 }]);
  }
});

test('a client that takes nothing for long is cut off, and its rows are let go', async (t) => {
  let isLetGo = false;
  const source = {
    columns: COLUMNS,
    wasCut: () => false,
    async *chunks() {
      try {
        for (let row = 0; ; row += 1) {
          yield { firstRow: row, rowCount: 1, body: JSON.stringify(['x'.repeat(1024 * 1024)]) };
        }
      } finally {
        isLetGo = true;
      }
    },
  };
  const open = async (): Promise<WholeResult> => ({ asOf: 0, expiresAt: 0, source });
  const endpoint = createResultsEndpoint({ open }, 50);
  const server = createServer().listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1').pause();
  t.after(() => client.destroy());
  client.write('GET /large HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n');
  const [request, response] = (await once(server, 'request')) as [object, Response];
  const asked = Object.assign(request, { params: { answerId: 'large' }, query: {} });
  const principal = { name: 'alice', role: 'user' } as const;
  await endpoint(asked as unknown as Request, response, principal);
  assert.equal(response.destroyed, true);
  assert.equal(isLetGo, true);
});
