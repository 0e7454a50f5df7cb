import assert from 'node:assert/strict';
import test from 'node:test';

import { withStageTimes } from '../../src/stage-times.ts';
import { NO_TRACE, NO_TRACING } from '../../src/tracing.ts';
import type { StageName, Trace } from '../../src/tracing.ts';

function observed() {
  const stages: StageName[] = [];
  const ended: StageName[] = [];
  const trace: Trace = {
    ...NO_TRACE,
    id: 'a-trace',
    stage: (name) => ({ end: () => void ended.push(name) }),
  };
  const tracing = withStageTimes(
    { ...NO_TRACING, isOn: true, begin: () => trace },
    (name, seconds) => {
      assert.ok(seconds >= 0);
      stages.push(name);
    },
  );
  return { ended, stages, tracing };
}

const CALL = { tool: 'ask', requestId: 'r', carriers: [] };

test('a stage is told once, where it first ends, and traced as before', () => {
  const { ended, stages, tracing } = observed();
  const trace = tracing.begin(CALL);
  assert.equal(trace.id, 'a-trace');
  const stage = trace.stage('connect');
  assert.deepEqual(stages, []);
  stage.end();
  stage.end('OVERLOADED');
  assert.deepEqual(stages, ['connect']);
  assert.deepEqual(ended, ['connect', 'connect']);
});

test('what fails within a stage is told all the same, and fails', async () => {
  const { stages, tracing } = observed();
  const fails = tracing.begin(CALL).during('embed', () => Promise.reject(new Error('no model')));
  await assert.rejects(fails, /no model/);
  assert.deepEqual(stages, ['embed']);
});

test('stages are told where nobody collects traces', async () => {
  const { stages, tracing } = observed();
  assert.equal(await tracing.untraced.during('judge', () => Promise.resolve(7)), 7);
  tracing.untraced.stage('check').end();
  assert.deepEqual(stages, ['judge', 'check']);
});
