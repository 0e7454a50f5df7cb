import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { DecisionRecord } from '../../../src/cache/decision-log.ts';
import { createDecisions } from '../../../src/cache/decisions.ts';
import { createGate } from '../../../src/cache/gate.ts';
import { createWriteQueue } from '../../../src/cache/write-queue.ts';
import { createLogger } from '../../../src/logger.ts';
import { createMetrics } from '../../../src/metrics.ts';

const OPEN = { phrasingId: 'phrasing', planId: 'earlier' };

function decisionsOf(isShared: boolean) {
  const metrics = createMetrics();
  const gate = createGate({ logger: createLogger('silent'), metrics, now: Date.now });
  gate.ready();
  const queue = createWriteQueue({ maxBytes: 1e6, onDropped: () => {}, onFailed: () => {} });
  let lookups = 0;
  const log = {
    write: async () => {},
    label: async () => {},
    hits: async () => [],
    sweep: async () => 0,
    open: async () => {
      lookups += 1;
      return [OPEN];
    },
  };
  const decisions = createDecisions({ log, gate, queue, metrics, cuts: null, isShared });
  const decide = (questionKey: string, outcome: DecisionRecord['outcome']): void =>
    decisions.add({ questionKey, outcome } as DecisionRecord);
  return { decisions, decide, lookups: () => lookups };
}

test('a statement for a question that nothing was decided about asks nobody', async () => {
  const { decisions, decide, lookups } = decisionsOf(false);
  decide('served', 'hit');
  decide('run', 'rebound');
  for (const question of ['served', 'run', 'never asked'])
    assert.deepEqual(await decisions.open('scope', question, 'mine'), []);
  assert.equal(lookups(), 0);
});

test('a statement is held against what was offered once, and again when more is decided', async () => {
  const { decisions, decide, lookups } = decisionsOf(false);
  decide('offered', 'confirm');
  assert.deepEqual(await decisions.open('scope', 'offered', 'mine'), [OPEN]);
  assert.deepEqual(await decisions.open('scope', 'offered', 'mine'), []);
  assert.deepEqual(await decisions.open('scope', 'offered', 'another'), [OPEN]);
  decide('offered', 'miss');
  assert.deepEqual(await decisions.open('scope', 'offered', 'another'), [OPEN]);
  assert.equal(lookups(), 3);
});

test('over a shared store another replica may have decided: it is asked once for each statement', async () => {
  const { decisions, lookups } = decisionsOf(true);
  assert.deepEqual(await decisions.open('scope', 'asked elsewhere', 'mine'), [OPEN]);
  for (let times = 0; times < 5; times += 1)
    await decisions.open('scope', 'asked elsewhere', 'mine');
  assert.equal(lookups(), 1);
});

test('what is noted of questions is bounded, the oldest go first', async () => {
  const { decisions, decide } = decisionsOf(false);
  for (let index = 0; index <= 10_000; index += 1) decide(`question ${index}`, 'confirm');
  assert.deepEqual(await decisions.open('scope', 'question 0', 'mine'), []);
  assert.deepEqual(await decisions.open('scope', 'question 10000', 'mine'), [OPEN]);
});
