import assert from 'node:assert/strict';
import test from 'node:test';

import { parse } from 'yaml';

import { PROFILES } from '../../../src/validate/load/agent-model.ts';
import type { LevelFigures, LoadFigures } from '../../../src/validate/load/levels.ts';
import { planFor, predict } from '../../../src/validate/plan/capacity.ts';
import { planFiles } from '../../../src/validate/plan/files.ts';
import { SETTINGS } from '../../../src/settings.ts';

const MIB = 2 ** 20;

/** Five answers a second of each conversation, 4 ms of processor and 2 ms of a connection each. */
function level(conversations: number, more: Partial<LevelFigures> = {}): LevelFigures {
  const [seconds, rate] = [10, 5 * conversations];
  const answered = rate * seconds;
  return {
    conversations,
    seconds,
    calls: answered,
    answered,
    answered_per_second: rate,
    shed: 0,
    failed: 0,
    given_up: 0,
    generator_busy: 0.2,
    server: {
      cpu_seconds: answered * 0.004,
      rss_bytes: (400 + conversations) * MIB,
      session_pool_utilization: 0.2,
      dependencies: { 'data database': { count: answered, seconds: answered * 0.002 } },
    },
    ...more,
  } as unknown as LevelFigures;
}

function loadOf(levels: readonly LevelFigures[], knee: LoadFigures['knee'] = null): LoadFigures {
  return { agents: PROFILES['support-desk'], manner: 'askonce', levels, knee };
}

const STEADY = loadOf([1, 10, 50, 100].map((count) => level(count)));

test('twice the conversations are twice the answers, the processor and the connections', () => {
  assert.deepEqual(predict(STEADY, 200), {
    conversations: 200,
    answers_per_second: 1000,
    cores: 4,
    busy_connections: 2,
    memory_bytes: 600 * MIB,
  });
});

test('levels that the server or the load did not keep up with say nothing of the cost', () => {
  const knee = { shape: 'cliff', conversations: 100, answered_per_second: 500, why: '' } as const;
  const beyond = level(200, { answered_per_second: 300, shed: 400 });
  const busy = level(50, { answered_per_second: 10, generator_busy: 0.99 });
  const { levels } = STEADY;
  assert.deepEqual(predict(loadOf([...levels, beyond, busy], knee), 200), predict(STEADY, 200));
  assert.equal(planFor(loadOf([beyond], knee), 10), null);
});

test('replicas carry the traffic with a margin, and there are two at least', () => {
  assert.equal(planFor(STEADY, 10)?.replicas, 2);
  const plan = planFor(STEADY, 400)!;
  // 2000 answers a second, 500 of each replica, a margin of 40 %.
  assert.equal(plan.replicas, 6);
  assert.equal(plan.is_limit_known, false);
  assert.match(plan.because.join(' '), /was not driven to its limit/);
});

test('no pod has 512 MB, and each setting of the plan is one of askonce', () => {
  const crowded = loadOf([level(100, {}), level(200)]);
  for (const plan of [planFor(STEADY, 1)!, planFor(STEADY, 10_000)!, planFor(crowded, 500)!]) {
    assert.ok(plan.per_replica.memory_limit_bytes! >= 1024 * MIB);
    for (const name of Object.keys(plan.settings)) assert.ok(name in SETTINGS, name);
  }
});

test('the plan is written as files that hold it', () => {
  const plan = planFor(STEADY, 400)!;
  const { compose, kubernetes } = planFiles(plan);
  const component = parse(kubernetes) as {
    kind: string;
    configMapGenerator: [{ literals: string[] }];
    patches: [{ patch: string }];
  };
  assert.equal(component.kind, 'Component');
  assert.ok(
    component.configMapGenerator[0].literals.includes(
      `DB_POOL_MAX=${plan.settings['DB_POOL_MAX']}`,
    ),
  );
  const patch = parse(component.patches[0].patch) as {
    spec: {
      replicas: number;
      template: { spec: { containers: [{ resources: { limits: { memory: string } } }] } };
    };
  };
  assert.equal(patch.spec.replicas, 6);
  assert.equal(patch.spec.template.spec.containers[0].resources.limits.memory, '1024Mi');
  const services = parse(compose) as { services: { askonce: { mem_limit: string } } };
  assert.equal(services.services.askonce.mem_limit, '1024m');
});
