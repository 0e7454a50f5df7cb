// Traces, as a collector sees them: whose they are, what stands in them and when they end.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import { ERAS, ROOT, call } from '../support/askonce.ts';
import { startCollector } from '../support/collector.ts';
import type { Collector, CollectedSpan } from '../support/collector.ts';
import { eventually } from '../support/eventually.ts';
import { gaugesOf } from '../support/gauges.ts';
import { startSmallShop } from '../support/small-shop.ts';
import { wireTo } from '../support/wire.ts';

const SERVER = 2;
const CLIENT = 3;
const SPANISH = {
  question: 'list the customers of Spain',
  sql: "SELECT id, name FROM customers WHERE country = 'Spain' ORDER BY id",
};
const WIDE = `CREATE VIEW wide AS SELECT i, repeat('x', 400) AS text FROM generate_series(1, 20000) i`;

interface Caller {
  readonly traceId: string;
  readonly spanId: string;
  /** How it names its trace, in the _meta of a request or in headers. */
  readonly meta: { readonly traceparent: string };
}

function newCaller(): Caller {
  const [traceId, spanId] = [randomBytes(16).toString('hex'), randomBytes(8).toString('hex')];
  return { traceId, spanId, meta: { traceparent: `00-${traceId}-${spanId}-01` } };
}

async function traced(t: TestContext, env: Record<string, string> = {}, more: string[] = []) {
  const collector = await startCollector(t);
  const shop = await startSmallShop(t, { ...collector.env, ...env }, more);
  return { ...shop, collector };
}

/** The call of a trace once it is there, and the stages that have ended by then. */
async function callOf({ spans }: Collector, { traceId }: Caller) {
  const ofTrace = (): CollectedSpan[] => spans.filter((span) => span.traceId === traceId);
  const find = () => ofTrace().find(({ kind }) => kind === SERVER);
  await eventually('it is collected', () => find() !== undefined);
  const root = find()!;
  const stages = ofTrace().filter(({ parentSpanId }) => parentSpanId === root.spanId);
  return { root, stages };
}

for (const era of ERAS) {
  test(`a call belongs to the trace that its _meta names, else its headers (${era})`, async (t) => {
    const { server, collector } = await traced(t);
    const wire = await wireTo(t, server.url, { era });
    const [inMeta, inHeader, other] = [newCaller(), newCaller(), newCaller()];
    await wire.call('query', SPANISH, inMeta.meta, other.meta).reply();
    await wire.call('report', { answer_id: 'none', verdict: 'right' }, {}, inHeader.meta).reply();
    await wire.call('query', SPANISH, { traceparent: 'no context' }).reply();

    const { root, stages } = await callOf(collector, inMeta);
    assert.equal(root.parentSpanId, inMeta.spanId);
    assert.deepEqual([root.name, root.kind, root.isError], ['tools/call query', SERVER, false]);
    assert.equal(root.attributes['mcp.method.name'], 'tools/call');
    assert.equal(root.attributes['gen_ai.tool.name'], 'query');
    assert.equal(root.attributes['askonce.source'], 'database');
    assert.equal(root.attributes['askonce.outcome'], 'ok');
    assert.equal(root.attributes['askonce.row_count'], 40);
    assert.match(String(root.attributes['askonce.answer_id']), /^a_[\w-]{22}$/);
    assert.match(String(root.attributes['askonce.request_id']), /^[0-9a-f]{8}$/);
    const statement = stages.find(({ name }) => name === 'statement');
    assert.equal(statement?.kind, CLIENT);
    assert.equal(statement?.attributes['db.system.name'], 'postgresql');
    assert.ok(stages.some(({ name }) => name === 'connect'));

    const failed = (await callOf(collector, inHeader)).root;
    assert.equal(failed.parentSpanId, inHeader.spanId);
    assert.deepEqual([failed.isError, failed.attributes['error.type']], [true, 'NOT_FOUND']);
    const roots = () => collector.spans.filter(({ kind }) => kind === SERVER);
    await eventually('the third is there', () => roots().length === 3);
    assert.ok(
      roots().some(({ parentSpanId }) => !parentSpanId),
      'a trace of its own',
    );
    assert.ok(!collector.text().includes(other.traceId), 'of who carried it');
    assert.equal(collector.resource['service.name'], 'askonce');
  });
}

test('the stages of a question in other words are told, and no text or value of it', async (t) => {
  const { server, collector } = await traced(t);
  const wire = await wireTo(t, server.url);
  await wire.call('query', SPANISH).reply();
  const reworded = newCaller();
  const question = 'show the customers of Spain';
  const { text } = await wire.call('ask', { question }, reworded.meta).reply();
  assert.match(text, /"source":"(semantic|store|memory)"/);
  const { root, stages } = await callOf(collector, reworded);
  const names = new Set(stages.map(({ name }) => name));
  for (const name of ['look up', 'embed', 'nearest', 'judge']) assert.ok(names.has(name), name);
  for (const stage of stages) assert.ok(stage.startedAt >= root.startedAt, stage.name);
  assert.doesNotMatch(collector.text(), /Spain|SELECT|customers|Customer 1/i);
});

test('stages and what they depend on are timed in the metrics, traced or not', async (t) => {
  const { server } = await startSmallShop(t);
  const wire = await wireTo(t, server.url);
  await wire.call('query', SPANISH).reply();
  await wire.call('ask', { question: 'show the customers of Spain' }).reply();
  const gauges = await gaugesOf(server.origin);
  for (const stage of ['check', 'connect', 'statement', 'look up', 'embed', 'nearest', 'judge']) {
    assert.ok(gauges.get(`askonce_stage_seconds_count{stage="${stage}"}`)! > 0, stage);
  }
  for (const dependency of ['data database', 'cache database']) {
    const sample = `askonce_dependency_seconds_sum{dependency="${dependency}"}`;
    assert.ok(gauges.get(sample)! > 0, dependency);
  }
});

test('an answer that is held at once is traced, too, with its trace beside the bucket', async (t) => {
  const { server, collector } = await traced(t);
  const wire = await wireTo(t, server.url);
  await wire.call('query', SPANISH).reply();
  const ask = async (): Promise<Caller> => {
    const caller = newCaller();
    await wire.call('ask', { question: SPANISH.question }, caller.meta).reply();
    return caller;
  };
  let held = await ask();
  await eventually('nothing is left to be done for it', async () => {
    held = await ask();
    const { root, stages } = await callOf(collector, held);
    return root.attributes['askonce.source'] === 'memory' && stages.length === 0;
  });
  const { root } = await callOf(collector, held);
  assert.equal(root.parentSpanId, held.spanId);
  assert.equal(root.attributes['askonce.row_count'], 40);
  assert.match(String(root.attributes['askonce.answer_id']), /^a_[\w-]{22}$/);
  const accept = 'application/openmetrics-text; version=1.0.0';
  const response = await fetch(`${server.origin}/metrics`, { headers: { accept } });
  assert.match(response.headers.get('content-type') ?? '', /^application\/openmetrics-text/);
  const exemplar = `tool="ask",source="memory"} \\d+ # \\{trace_id="${held.traceId}"\\}`;
  assert.match(await response.text(), new RegExp(`askonce_request_seconds_bucket.*${exemplar}`));
});

test('the span of an answer that streams ends with its last row', async (t) => {
  const { server, client, collector } = await traced(t, {}, [WIDE]);
  const wire = await wireTo(t, server.url, { accept: 'application/json' });
  const caller = newCaller();
  const more = { max_rows: 20_000, max_bytes: 10_000_000 };
  const sent = wire.call(
    'query',
    { question: 'all of the wide ones', sql: 'SELECT * FROM wide', ...more },
    caller.meta,
  );
  const response = await sent.head;
  const streaming = async () =>
    (await gaugesOf(server.origin)).get('askonce_responses_streaming') === 1;
  assert.ok(await streaming(), 'nobody has read it yet');
  // Spans come in the order of their ends: behind this one it would have come.
  const other = newCaller();
  await call(client, 'report', { answer_id: 'none', verdict: 'right' });
  await wire.call('report', { answer_id: 'none', verdict: 'right' }, other.meta).reply();
  await callOf(collector, other);
  const ofCaller = () => collector.spans.filter(({ traceId }) => traceId === caller.traceId);
  assert.ok(!ofCaller().some(({ kind }) => kind === SERVER));
  let bytes = 0;
  for await (const chunk of response) bytes += (chunk as Buffer).length;
  assert.ok(bytes > 8_000_000);
  const { root, stages } = await callOf(collector, caller);
  assert.equal(root.attributes['askonce.row_count'], 20_000);
  const stream = stages.find(({ name }) => name === 'stream');
  assert.ok(stream && stream.endedAt <= root.endedAt && stream.startedAt > root.startedAt);
});

test('a collector that is away costs no call anything and is told of once', async (t) => {
  const away = {
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9',
    OTEL_BSP_SCHEDULE_DELAY: '50',
    OTEL_EXPORTER_OTLP_TIMEOUT: '200',
  };
  const { server, client } = await startSmallShop(t, away);
  const told = (): number => server.log().split('traces are lost').length - 1;
  for (let times = 0; times < 3; times += 1) {
    assert.equal((await call(client, 'query', SPANISH)).status, 'answered');
    await eventually('it is told of', () => told() === 1);
  }
  assert.equal(await server.stop(), 0);
  assert.equal(told(), 1);
});

test('what has ended is handed over before the process ends', async (t) => {
  const { server, client, collector } = await traced(t, { OTEL_BSP_SCHEDULE_DELAY: '3600000' });
  await call(client, 'query', SPANISH);
  assert.equal(collector.spans.length, 0);
  assert.equal(await server.stop(), 0);
  assert.ok(collector.spans.some(({ name }) => name === 'tools/call query'));
});

test('a protocol that is not spoken ends the start, and says what is', async (t) => {
  const env = {
    ...process.env,
    ASKONCE_DATA_DIR: '/nonexistent',
    OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
  };
  const { status, stderr } = spawnSync(
    process.execPath,
    [join(ROOT, 'dist/src/main.js'), 'serve'],
    {
      env: { ...env, OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4317', PORT: '0' },
      encoding: 'utf8',
      signal: t.signal,
    },
  );
  assert.equal(status, 1);
  assert.match(stderr, /OTEL_EXPORTER_OTLP_PROTOCOL: grpc is not spoken here\.\nSet it to http/);
});

/** Packages of OpenTelemetry that are loaded once the program could serve. */
const LOADED = `
  const { openTracing } = await import('${ROOT}/dist/src/tracing.js');
  await import('${ROOT}/dist/src/app.js');
  const { _cache: loaded } = (await import('node:module')).default;
  await openTracing({ env: process.env, version: '1', logger: { warn() {} } });
  const found = Object.keys(loaded).filter((path) => path.includes('@opentelemetry/sdk'));
  process.stdout.write(String(found.length));
  process.exit(0);`;

test('nothing of the SDK is loaded unless a collector is named', () => {
  const endpoint = { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://127.0.0.1:9/v1/traces' };
  const loaded = (env: Record<string, string>): number => {
    const args = ['--input-type=module', '--eval', LOADED];
    const { stdout, stderr } = spawnSync(process.execPath, args, { env, encoding: 'utf8' });
    assert.equal(stderr, '');
    return Number(stdout);
  };
  assert.equal(loaded({}), 0);
  assert.equal(loaded({ ...endpoint, OTEL_SDK_DISABLED: 'true' }), 0);
  assert.equal(loaded({ ...endpoint, OTEL_TRACES_EXPORTER: 'none' }), 0);
  assert.ok(loaded(endpoint) > 0);
});
