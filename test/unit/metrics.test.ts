// What /metrics writes down: Prometheus' text by default, OpenMetrics with exemplars to who asks for it.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createMetrics } from '../../src/metrics.ts';

const OPEN_METRICS = 'application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5';
const TRACE = '0af7651916cd43dd8448eb211c80319c';
const ASKED = { tool: 'ask', source: 'memory', outcome: 'ok' };

test('who asks for OpenMetrics gets it, with the trace of a request beside its bucket', async () => {
  const metrics = createMetrics();
  metrics.request(ASKED, 0.004);
  metrics.request(ASKED, 0.003, { traceId: TRACE });
  const { contentType, text } = await metrics.render({ accept: OPEN_METRICS });
  assert.match(contentType, /^application\/openmetrics-text; version=1\.0\.0/);
  assert.match(text, /# EOF\n$/);
  assert.match(text, /^# TYPE askonce_requests counter$/m);
  assert.match(text, /^askonce_requests_total\{tool="ask",source="memory",outcome="ok"\} 2$/m);
  const exemplar = new RegExp(
    `^askonce_request_seconds_bucket\\{le="0\\.005",.*\\} 2 # \\{trace_id="${TRACE}"\\} 0\\.003 `,
    'm',
  );
  assert.match(text, exemplar);
  assert.equal(text.match(/ # \{/g)?.length, 1, 'of the traced request alone');
});

test('who asks for nothing gets plain text without exemplars, whatever others have asked for', async () => {
  const metrics = createMetrics();
  metrics.request(ASKED, 0.003, { traceId: TRACE });
  const before = await metrics.render();
  await metrics.render({ accept: OPEN_METRICS });
  const { contentType, text } = await metrics.render({ accept: 'text/plain' });
  assert.match(contentType, /^text\/plain; version=0\.0\.4/);
  assert.doesNotMatch(text, /trace_id|# EOF/);
  const own = (all: string): string[] => all.match(/^.*\baskonce_.*$/gm) ?? [];
  assert.deepEqual(own(text), own(before.text));
  assert.match(text, /^askonce_requests_total\{/m);
});

test('what freshness does not tell is absent, and a stream that is not read is infinitely late', async () => {
  const metrics = createMetrics();
  const status = { source: 'ttl', boundMs: null, unlogged: 0, fault: null } as const;
  let lagMs: number | null = null;
  let looks = 0;
  metrics.observeFreshness(async () => {
    looks += 1;
    return { ...status, lagMs };
  });
  const first = (await metrics.render()).text;
  assert.equal(looks, 1, 'one look for all that is told of it');
  assert.match(first, /^askonce_freshness_source\{source="ttl"\} 1$/m);
  assert.match(first, /^askonce_freshness_source\{source="logical"\} 0$/m);
  assert.doesNotMatch(first, /^askonce_(freshness_bound|replication_lag)_seconds /m);
  lagMs = Infinity;
  assert.match((await metrics.render()).text, /^askonce_replication_lag_seconds \+Inf$/m);
  lagMs = 1500;
  assert.match((await metrics.render()).text, /^askonce_replication_lag_seconds 1\.5$/m);
});

test('some metrics alone are rendered by their names, and unknown names bring nothing', async () => {
  const metrics = createMetrics();
  metrics.stage('embed', 0.01);
  const names = ['askonce_stage_seconds', 'askonce_stage_seconds', 'nobody_knows'];
  for (const accept of [undefined, OPEN_METRICS]) {
    const { text } = await metrics.render({ accept, names });
    const exposed = [...text.matchAll(/^# TYPE (\w+)/gm)].map(([, name]) => name);
    assert.deepEqual(exposed, ['askonce_stage_seconds']);
  }
});

test('what is asked for by its name alone is as new as among all', async () => {
  const metrics = createMetrics();
  const cpu = async (): Promise<number> => {
    const { text } = await metrics.render({ names: ['process_cpu_seconds_total'] });
    return Number(/^process_cpu_seconds_total (\S+)$/m.exec(text)![1]);
  };
  const before = await cpu();
  const until = process.cpuUsage().user + 20_000;
  while (process.cpuUsage().user < until);
  assert.ok((await cpu()) > before);
});
