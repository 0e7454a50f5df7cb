import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, get as httpGet } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import type { Request, Response } from 'express';

import { AppError } from '../../../src/errors.ts';
import { NO_AUDIT } from '../../../src/audit.ts';
import { createResultsEndpoint } from '../../../src/http/results-endpoint.ts';
import type { WholeResult } from '../../../src/query/whole-result.ts';
import { chunkOfLines } from '../../support/cache-samples.ts';
import { AS_LOGIN } from '../../../src/db/identity.ts';
import { createMetrics } from '../../../src/metrics.ts';

const COLUMNS = [{ name: 'n', type: 'int4' }];

/** @returns what downloads a path, by its query: the id of the answer and the parameters. */
async function serverOf(t: TestContext, open: (id: string) => WholeResult) {
  const endpoint = createResultsEndpoint({
    results: { open: async (id) => open(id) },
    audit: NO_AUDIT,
    metrics: createMetrics(),
  });
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url!, 'http://localhost');
    const asked = Object.assign(request, {
      params: { answerId: pathname.slice(1) },
      query: Object.fromEntries(searchParams),
    });
    const principal = { name: 'alice', role: 'user', identity: AS_LOGIN } as const;
    endpoint(asked as unknown as Request, response as Response, principal).catch((error: Error) =>
      response.writeHead(400).end(error.message),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  t.after(() => server.closeAllConnections());
  return (path: string) => fetch(`http://127.0.0.1:${port}/${path}`);
}

function resultOf(bodies: readonly string[], wasCut = false): WholeResult {
  return {
    asOf: 0,
    expiresAt: 0,
    source: {
      columns: COLUMNS,
      wasCut: () => wasCut,
      async *chunks(fromRow) {
        let firstRow = 0;
        for (const body of bodies) {
          const chunk = chunkOfLines(firstRow, body.split('\n'));
          firstRow += chunk.rowCount;
          if (firstRow > fromRow) yield chunk;
        }
      },
    },
  };
}

test('a download whose last rows were not kept says so, a whole one does not', async (t) => {
  const get = await serverOf(t, (id) => resultOf(['[1]\n[2]'], id === 'cut'));
  for (const [id, told] of [
    ['cut', 'true'],
    ['whole', null],
  ] as const) {
    const response = await get(id);
    assert.equal(response.headers.get('x-askonce-truncated'), told);
    assert.deepEqual(await response.json(), [{ n: 1 }, { n: 2 }]);
  }
});

test('a download that began before its result was cut breaks off, the next one says so', async (t) => {
  let isCut = false;
  const filling = resultOf(['[1]\n[2]']);
  const get = await serverOf(t, () => ({
    ...filling,
    source: {
      ...filling.source,
      wasCut: () => isCut,
      async *chunks(fromRow) {
        yield* filling.source.chunks(fromRow);
        isCut = true;
      },
    },
  }));
  for (const format of ['json', 'ndjson', 'csv']) {
    isCut = false;
    const { url } = await get('a?rows=0');
    const [broken] = (await once(
      httpGet(url.replace('rows=0', `format=${format}`)),
      'response',
    )) as [IncomingMessage];
    assert.equal(broken.headers['x-askonce-truncated'], undefined);
    let text = '';
    broken.on('data', (piece: Buffer) => (text += piece.toString()));
    await assert.rejects(once(broken, 'end'), /aborted/);
    assert.match(text, /2/);
    const told = await get(`a?format=${format}`);
    assert.equal(told.headers.get('x-askonce-truncated'), 'true');
    await told.text();
  }
});

test('rows that cannot be read at all are an error before the head, not a broken download', async (t) => {
  const unread = resultOf([]);
  const get = await serverOf(t, () => ({
    ...unread,
    source: {
      ...unread.source,
      chunks(): never {
        throw new AppError('OVERLOADED', 'The store is busy.');
      },
    },
  }));
  for (const format of ['json', 'ndjson', 'csv']) {
    const response = await get(`a?format=${format}`);
    assert.deepEqual([response.status, await response.text()], [400, 'The store is busy.']);
  }
});

test('HEAD tells of a download and reads nothing of it', async (t) => {
  const { source } = resultOf(['[1]']);
  const chunks = (): never => assert.fail('rows were read');
  const get = await serverOf(t, () => ({ asOf: 0, expiresAt: 0, source: { ...source, chunks } }));
  const { url } = await get('a?form=1');
  const response = await fetch(url.replace('form=1', 'format=csv'), { method: 'HEAD' });
  assert.equal(response.status, 200);
  assert.match(response.headers.get('content-type')!, /^text\/csv/);
});

test('a parameter that nobody knows is refused, not passed over', async (t) => {
  const get = await serverOf(t, () => resultOf(['[1]']));
  for (const query of ['form=2', 'offset=1', 'format=csv&Rows=1', '__proto__=1']) {
    const response = await get(`a?${query}`);
    assert.equal(response.status, 400, query);
    assert.match(await response.text(), /Unknown parameter/);
  }
});

test('a download begins and ends at any row, and goes on where another ended', async (t) => {
  const all = [0, 1, 2, 3, 4, 5, 6];
  const get = await serverOf(t, () => resultOf(['[0]\n[1]\n[2]', '[3]', '[4]\n[5]\n[6]']));
  const text = async (path: string): Promise<string> => await (await get(path)).text();
  for (let from = 0; from <= 9; from += 1) {
    for (let rows = 0; rows <= 9; rows += 1) {
      const expected = all.slice(from, from + rows);
      const query = `from=${from}&rows=${rows}`;
      assert.deepEqual(
        JSON.parse(await text(`a?${query}`)),
        expected.map((n) => ({ n })),
        query,
      );
      const lines = (await text(`a?format=ndjson&${query}`)).split('\n').filter(Boolean);
      assert.deepEqual(
        lines.map((line) => JSON.parse(line).n),
        expected,
        query,
      );
    }
    const first = await text(`a?format=csv&rows=${from}`);
    const rest = await text(`a?format=csv&from=${from}`);
    assert.equal(from === 0 ? rest : first + rest, `n\n${all.join('\n')}\n`);
  }
  for (const query of ['from=-1', 'from=x', 'rows=1.5', 'rows=', 'from=9007199254740993']) {
    const response = await get(`a?${query}`);
    assert.equal(response.status, 400, query);
    assert.match(await response.text(), /whole number of rows/);
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
          yield chunkOfLines(row, [JSON.stringify(['x'.repeat(1024 * 1024)])]);
        }
      } finally {
        isLetGo = true;
      }
    },
  };
  const open = async (): Promise<WholeResult> => ({ asOf: 0, expiresAt: 0, source });
  const endpoint = createResultsEndpoint({
    results: { open },
    audit: NO_AUDIT,
    metrics: createMetrics(),
    patienceMs: 50,
  });
  const server = createServer().listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1').pause();
  t.after(() => client.destroy());
  client.write('GET /large HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n');
  const [request, response] = (await once(server, 'request')) as [object, Response];
  const asked = Object.assign(request, { params: { answerId: 'large' }, query: {} });
  const principal = { name: 'alice', role: 'user', identity: AS_LOGIN } as const;
  await endpoint(asked as unknown as Request, response, principal);
  assert.equal(response.destroyed, true);
  assert.equal(isLetGo, true);
});
