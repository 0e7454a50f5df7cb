import assert from 'node:assert/strict';
import { test } from 'node:test';

import { dependenciesBetween } from '../../../src/validate/baseline/dependencies.ts';
import type { FaultFigures } from '../../../src/validate/conditions/faults.ts';
import { dependencyMap } from '../../../src/validate/html/dependency-map.ts';
import { parseSamples, quantileOfGrowth } from '../../../src/validate/samples.ts';

/** @param below Of the bounds 1, 2 and 4 ms, and all. */
function histogram(
  [name, label]: readonly [string, string],
  below: readonly [number, number, number, number],
): string {
  const bounds = ['0.001', '0.002', '0.004', '+Inf'];
  const buckets = bounds.map((le, at) => `${name}_bucket{le="${le}",${label}} ${below[at]}`);
  return [...buckets, `${name}_sum{${label}} 1`, `${name}_count{${label}} ${below[3]}`].join('\n');
}

const DATA = ['askonce_dependency_seconds', 'dependency="data database"'] as const;
const EMBED = ['askonce_stage_seconds', 'stage="embed"'] as const;
const BEFORE = parseSamples(
  [histogram(DATA, [10, 10, 10, 10]), histogram(EMBED, [0, 0, 0, 0])].join('\n'),
);

test('a share of what was observed between two readings lies straight through its bucket', () => {
  const after = parseSamples(histogram(DATA, [10, 30, 50, 50]));
  const of = { name: 'askonce_dependency_seconds', label: 'dependency', value: 'data database' };
  const at = (share: number): number | null => quantileOfGrowth(BEFORE, after, { ...of, share });
  assert.equal(at(0.25), 0.0015);
  assert.equal(at(0.5), 0.002);
  assert.equal(at(0.75), 0.003);
});

test('beyond the last bound, and of what nobody observed, nothing is told', () => {
  const after = parseSamples(histogram(DATA, [10, 10, 10, 50]));
  const of = { name: 'askonce_dependency_seconds', label: 'dependency', share: 0.99 };
  assert.equal(quantileOfGrowth(BEFORE, after, { ...of, value: 'data database' }), null);
  assert.equal(quantileOfGrowth(BEFORE, BEFORE, { ...of, value: 'data database' }), null);
  assert.equal(quantileOfGrowth(BEFORE, after, { ...of, value: 'cache database' }), null);
});

test('the map has what was used, with its limit, and an embedding is a use', () => {
  const limits = 'askonce_dependency_limit{dependency="data database"} 20';
  const texts = [histogram(DATA, [10, 30, 50, 50]), histogram(EMBED, [5, 5, 5, 5]), limits];
  const map = dependenciesBetween(BEFORE, parseSamples(texts.join('\n')), 20);
  assert.deepEqual(
    map.map(({ limit, name, uses, uses_per_call: each }) => [name, uses, each, limit]),
    [
      ['data database', 40, 2, 20],
      ['embedding', 5, 0.25, null],
    ],
  );
  assert.equal(map[0]!.latency_ms.p50, 2);
});

test('what was tried stands beside what is promised when a dependency fails', () => {
  const dependencies = dependenciesBetween(
    BEFORE,
    parseSamples(histogram(DATA, [10, 30, 50, 50])),
    20,
  );
  const seen = { answered: 7, hits: 7, coded: 3, failed: 0 };
  const fault: FaultFigures = {
    name: 'the data database is restarted',
    dependency: 'data database',
    began_s: 1,
    ended_s: 2,
    during: seen,
    after: seen,
    recovered_after_s: 0.4,
    faults: {},
    timeline: [],
  };
  const shown = (faults: readonly FaultFigures[]): string =>
    dependencyMap({ dependencies, scenarios: [], faults })!.text;
  assert.match(shown([]), /told DATABASE_UNAVAILABLE/);
  assert.doesNotMatch(shown([]), /Tried/);
  assert.match(
    shown([fault]),
    /Tried, the data database is restarted: 7 answered, 3 told what is wrong, 0 failed; back after 0\.4 s\./,
  );
  assert.doesNotMatch(shown([{ ...fault, dependency: null }]), /Tried/);
});
