// Owns a burst: many callers at once, each asking something else again and again, and what they were told.
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { outcomeOf } from './wire.ts';
import type { Outcome, Wire } from './wire.ts';

export interface Burst {
  readonly outcomes: readonly Outcome[];
  answered(): number;
  refused(): number;
  /** Resolves when the last call has been told something. */
  stop(): Promise<void>;
}

interface BurstGiven {
  readonly wire: Wire;
  readonly callers: number;
  /** The statement of a call, by its number. */
  readonly sqlOf: (call: number) => string;
}

export function burst(t: TestContext, { wire, callers, sqlOf }: BurstGiven): Burst {
  const outcomes: Outcome[] = [];
  let calls = 0;
  const over = new AbortController();
  const all = Promise.all(
    Array.from({ length: callers }, async () => {
      while (!over.signal.aborted) {
        const call = (calls += 1);
        const args = { question: `what is number ${call}?`, sql: sqlOf(call) };
        const outcome = await outcomeOf(wire.call('query', args));
        outcomes.push(outcome);
        if (outcome.kind === 'refused') await sleep(50);
      }
    }),
  );
  // Where the test fails before it ends the burst, the server's end does.
  all.catch(() => undefined);
  t.after(() => over.abort());
  const count = (kind: Outcome['kind']): number =>
    outcomes.filter((outcome) => outcome.kind === kind).length;
  return {
    outcomes,
    answered: () => count('answered'),
    refused: () => count('refused'),
    async stop() {
      over.abort();
      await all;
    },
  };
}

const MAY_PASS = new Set(['OVERLOADED', 'DATABASE_UNAVAILABLE']);

/** Each was answered in full, or told in a code that it may come again, and when. */
export function assertToldWell(outcomes: readonly Outcome[]): void {
  for (const outcome of outcomes) {
    if (outcome.kind === 'answered') {
      assert.equal(outcome.document.status, 'answered');
      continue;
    }
    const { code, message, retryAfterMs } = outcome;
    assert.ok(MAY_PASS.has(code), `${code}: ${message}`);
    assert.ok(retryAfterMs !== undefined && retryAfterMs > 0, message);
    assert.doesNotMatch(message, /clients already|connection slots|connection limit/i);
  }
}
