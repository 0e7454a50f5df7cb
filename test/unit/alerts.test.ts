import assert from 'node:assert/strict';
import test from 'node:test';

import { alertsOf } from '../../src/alerts.ts';
import type { AlertFacts } from '../../src/alerts.ts';

const QUIET: AlertFacts = {
  isReady: true,
  isStoreUp: true,
  isDatabaseResting: false,
  hasEmbedder: true,
  sessions: { leased: 8, max: 10 },
  memoryUse: 0.8,
  memoryWatermark: 0.8,
  served: [{ risk: 'list', wrong: 1, lower: 0.01 }],
  targetErrorRate: 0.01,
  replicationFault: null,
  burst: { perSecond: 100, errorRatio: 0.05 },
};

const namesOf = (facts: Partial<AlertFacts>): string[] =>
  alertsOf({ ...QUIET, ...facts }).map(({ name }) => name);

test('at its limits and not beyond them a server raises no alert', () => {
  assert.deepEqual(namesOf({}), []);
});

test('each condition raises the alert of its name, and says what to do', () => {
  const conditions: [string, Partial<AlertFacts>][] = [
    ['AskonceDatabaseAway', { isReady: false }],
    ['AskonceBreakerOpen', { isDatabaseResting: true }],
    ['AskonceCacheStoreNotAnswering', { isStoreUp: false }],
    ['AskonceModelMissing', { hasEmbedder: false }],
    ['AskonceSessionPoolNearlyFull', { sessions: { leased: 9, max: 10 } }],
    ['AskonceMemoryHigh', { memoryUse: 0.81 }],
    ['AskonceErrorsInBursts', { burst: { perSecond: 20, errorRatio: 0.06 } }],
    ['AskonceReplicationLag', { replicationFault: 'the slot is gone' }],
    ['AskonceWrongAnswersAboveTarget', { served: [{ risk: 'list', wrong: 3, lower: 0.02 }] }],
  ];
  for (const [name, facts] of conditions) {
    const [alert, ...more] = alertsOf({ ...QUIET, ...facts });
    assert.deepEqual([alert!.name, more.length], [name, 0]);
    assert.ok(alert!.summary.endsWith('.') || name === 'AskonceReplicationLag');
    assert.match(alert!.what_to_do, /\w+.*\.$/);
  }
});

test('one error of few calls is no burst of errors', () => {
  assert.deepEqual(namesOf({ burst: { perSecond: 2, errorRatio: 0.5 } }), []);
});
