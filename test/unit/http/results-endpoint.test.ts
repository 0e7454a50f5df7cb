import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';

import type { Request, Response } from 'express';

import { createResultsEndpoint } from '../../../src/http/results-endpoint.ts';

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
