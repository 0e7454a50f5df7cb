import assert from 'node:assert/strict';
import test from 'node:test';

import { fieldRows } from '../../../src/validate/field.ts';
import type { LevelFigures, LoadFigures } from '../../../src/validate/load/levels.ts';

function level(conversations: number, more: Partial<LevelFigures> = {}): LevelFigures {
  return {
    conversations,
    calls: 100,
    shed: 0,
    failed: 0,
    given_up: 0,
    answered_per_second: conversations * 5,
    latency_ms: { all: { p50: 10, p95: 30 } },
    ...more,
  } as unknown as LevelFigures;
}

test('what is quoted stands beside the least level with so many agents', () => {
  const levels = [level(10), level(50), level(200, { failed: 5 })];
  const knee = { shape: 'linear', conversations: 50, answered_per_second: 250, why: '' } as const;
  const here = fieldRows({ knee, levels } as unknown as LoadFigures).map((row) => row.here);
  assert.deepEqual(here, [
    '1,000 answers a second; 50 agents kept up with',
    '1,000 answers a second; 50 agents kept up with',
    'not tried: give larger --conversations',
    '0 % lost, 95 % answered within 30 ms at 50 agents',
    '10 ms at the median, 30 ms for 95 % at 200 agents',
  ]);
});

test('of no level nothing is told', () => {
  assert.deepEqual(fieldRows({ knee: null, levels: [] } as unknown as LoadFigures), []);
});
