// The load generator against servers that are known, and the servers that stand for others.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import {
  processorMicroseconds,
  startBenchServer,
  startBenchWorker,
} from '../../../bench/child-process.ts';
import type { BenchServer } from '../../../bench/child-process.ts';
import { createConnections } from '../../../bench/connections.ts';
import { addressOf } from '../../../bench/http-connection.ts';
import type { LoadFigures, LoadJob } from '../../../bench/load-figures.ts';
import { callText, openSession } from '../../../bench/mcp-wire.ts';
import { ROOT } from './pairs.ts';

const CALL = { name: 'ask', arguments: { question: 'how many?' } };
const RESULT = { content: [{ type: 'text', text: 'many' }] };

async function start(t: TestContext, file: string, args: readonly string[]): Promise<BenchServer> {
  const server = await startBenchServer(ROOT, file, args);
  t.after(() => server.stop());
  return server;
}

test('the generator counts right answers, and wrong ones as failed', async (t) => {
  const server = await start(t, 'echo.js', ['many']);
  const load = startBenchWorker<LoadJob, LoadFigures>(ROOT, 'load-child.js');
  t.after(() => load.stop());
  const request = callText({ url: server.url, era: '2026-07-28' }, null, CALL);
  const job = { ...addressOf(server.url), requests: [request, request], durationMs: 200 };
  const right = await load.run({ ...job, mustContain: '"result":"many"' });
  assert.deepEqual([right.failed, right.failure], [0, null]);
  assert.ok(right.answered > 10 && right.per_second > 50);
  const wrong = await load.run({ ...job, mustContain: 'nothing like it' });
  assert.equal(wrong.answered, 0);
  assert.match(wrong.failure ?? '', /200 OK[^]*many/);
  assert.ok(processorMicroseconds(server.pid) > 0);
});

test('the servers of the SDK answer what they were given, kept by session and without', async (t) => {
  for (const [mode, era] of [
    ['session', '2025-11-25'],
    ['stateless', '2026-07-28'],
  ] as const) {
    const { url } = await start(t, 'sdk-server.js', [mode, JSON.stringify(RESULT)]);
    const connections = createConnections(addressOf(url), 2);
    const session = await openSession(
      { url, era },
      { ask: (text) => connections.ask(String(text)) },
    );
    assert.equal(session === null, mode === 'stateless');
    const answers = await Promise.all(
      [1, 2, 3].map((id) => connections.ask(callText({ url, era }, session, CALL, id))),
    );
    for (const { status, body } of answers) {
      assert.equal(status, 200);
      assert.match(body.toString(), /"text":"many"/);
    }
    assert.equal(connections.mostAtOnce, 3);
    connections.close();
  }
});
