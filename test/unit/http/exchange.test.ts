// What is wrong with a request is told as that: by a code, and never as a fault of the server.
import assert from 'node:assert/strict';
import test from 'node:test';

import type { JSONRPCRequest } from '@modelcontextprotocol/server';

import { AS_LOGIN } from '../../../src/db/identity.ts';
import { AppError } from '../../../src/errors.ts';
import { toAuthInfo } from '../../../src/http/auth.ts';
import { legacyExchange } from '../../../src/http/exchange.ts';
import { createLogger } from '../../../src/logger.ts';
import { createMcpServerFactory } from '../../../src/mcp/server.ts';
import { createMetrics } from '../../../src/metrics.ts';
import { INITIALIZE } from '../../support/wire.ts';
import { NO_TRACING } from '../../../src/tracing.ts';

interface Told {
  readonly error?: { readonly code: number; readonly message: string; readonly data?: object };
}

/** What a server answers whose results cannot be opened for that reason. */
async function told(method: string, params: object, failure: unknown = null): Promise<Told> {
  const createServer = createMcpServerFactory({
    tracing: NO_TRACING,
    tools: [],
    results: { open: () => Promise.reject(failure) },
    schema: { catalog: () => Promise.reject(failure) },
    version: '1',
    logger: createLogger('silent'),
    metrics: createMetrics(),
    audit: { record: () => undefined, close: () => undefined },
    newRequestId: () => 'r-1',
  });
  const message = { jsonrpc: '2.0', id: 1, method, params } as JSONRPCRequest;
  let answer: Told = {};
  const exchange = legacyExchange(
    {
      session: createServer(),
      authInfo: toAuthInfo({
        principal: { name: 'alice', role: 'user', identity: AS_LOGIN },
        request: { headers: {} },
      }),
      reply: { notify: () => false, answer: async (given) => void (answer = given as Told) },
    },
    message,
    method === 'initialize' ? null : (INITIALIZE as JSONRPCRequest),
  );
  await exchange.run();
  return answer;
}

test('parameters that are wrong are the caller’s fault, and told in a line', async () => {
  const { error } = await told('resources/read', { uri: 5 });
  assert.deepEqual(error, {
    code: -32602,
    message: 'Invalid parameters: params.uri: Invalid input: expected string, received number',
    data: { code: 'INPUT_INVALID' },
  });
  const opened = await told('initialize', { protocolVersion: '2025-11-25', capabilities: {} });
  assert.equal(opened.error?.code, -32602);
  assert.match(opened.error?.message ?? '', /params\.clientInfo/);
});

test('why a resource cannot be read comes with its code', async () => {
  const busy = new AppError('OVERLOADED', 'All are busy.', { retryAfterMs: 500, hint: 'Wait.' });
  const { error } = await told('resources/read', { uri: 'result://a' }, busy);
  assert.deepEqual(error, {
    code: -32000,
    message: 'All are busy. Wait.',
    data: { code: 'OVERLOADED', retry_after_ms: 500 },
  });
});

test('a fault of the server’s own behind a resource tells nothing of its inside', async () => {
  const { error } = await told('resources/read', { uri: 'result://a' }, new TypeError('x of y'));
  assert.doesNotMatch(JSON.stringify(error), /x of y/);
  assert.match(error?.message ?? '', /request r-1/);
  assert.deepEqual(error?.data, { code: 'INTERNAL' });
});

test('a resource that is not there stays what the SDK calls it', async () => {
  const missing = new AppError('NOT_FOUND', 'gone');
  const { error } = await told('resources/read', { uri: 'result://a' }, missing);
  assert.equal(error?.code, -32602);
  assert.match(error?.message ?? '', /not found/i);
});
