// How the HTTP face ends: first it says so, then it lets nobody in, and who still waits is told in a code.
import assert from 'node:assert/strict';
import { Agent, get, request } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import test from 'node:test';
import type { TestContext } from 'node:test';

import { Router } from 'express';

import { AS_LOGIN } from '../../../src/db/identity.ts';
import { startHttpServer } from '../../../src/http/server.ts';
import { createLogger } from '../../../src/logger.ts';
import { createMetrics } from '../../../src/metrics.ts';
import { eventually } from '../../support/eventually.ts';

async function serverOf(t: TestContext) {
  const waiting: ServerResponse[] = [];
  const server = await startHttpServer({
    host: '127.0.0.1',
    port: 0,
    allowedHosts: [],
    allowedOrigins: [],
    admit: () => ({ name: 'ana', role: 'user', identity: AS_LOGIN }),
    metadata: {},
    mcp: {
      handle: async ({ response }) => void waiting.push(response),
      close: async () => undefined,
    },
    results: async () => undefined,
    admin: Router(),
    readiness: async () => ({ ready: true, checks: {} }),
    metrics: createMetrics(),
    logger: createLogger('silent'),
  });
  const agent = new Agent({ keepAlive: true });
  t.after(() => server.close(0));
  t.after(() => agent.destroy());
  const base = `http://127.0.0.1:${server.port}`;
  const ready = (): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => get(`${base}/readyz`, { agent }, resolve).on('error', reject));
  const call = (): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json' };
      const sent = request(`${base}/mcp`, { agent, method: 'POST', headers }, resolve);
      sent.on('error', reject).end('{}');
    });
  return { server, waiting, ready, call };
}

test('a server that drains says so, goes on answering, and lets go of the connections', async (t) => {
  const { server, waiting, ready, call } = await serverOf(t);
  const before = await ready();
  assert.equal(before.statusCode, 200);
  assert.equal(before.headers.connection, 'keep-alive');
  before.resume();

  server.drain();
  const after = await ready();
  assert.equal(after.statusCode, 503);
  assert.equal(after.headers.connection, 'close');
  assert.deepEqual(JSON.parse(await text(after)), { status: 'draining', checks: {} });
  const answered = call();
  await eventually('it is there', () => waiting.length === 1);
  waiting[0]!.end('{}');
  assert.equal((await answered).statusCode, 200);
  assert.equal((await answered).headers.connection, 'close');
});

test('a server that ends waits for its answers, and for no connection that is kept alive', async (t) => {
  const { server, waiting, call } = await serverOf(t);
  const [early, late] = [call(), call()];
  await eventually('both are there', () => waiting.length === 2);
  waiting[0]!.writeHead(200).write('begun');
  await early;
  const closed = server.close(20_000);
  await assert.rejects(call());
  for (const response of waiting) response.end();
  assert.equal(await text(await early), 'begun');
  assert.equal((await late).headers.connection, 'close');
  await closed;
});

test('whoever has no answer by the end of the time is told to come again', async (t) => {
  const { server, waiting, call } = await serverOf(t);
  const [begun, none] = [call(), call()];
  await eventually('both are there', () => waiting.length === 2);
  waiting[0]!.writeHead(200).write('begun');
  const cut = text(await begun);
  await Promise.all([server.close(1), assert.rejects(cut)]);
  const answer = await none;
  assert.equal(answer.statusCode, 503);
  assert.equal(answer.headers['retry-after'], '1');
  const { error } = JSON.parse(await text(answer));
  assert.deepEqual(error.data, { code: 'OVERLOADED', retry_after_ms: 1000 });
});
