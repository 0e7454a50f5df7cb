import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createMemoryTier } from '../../../src/cache/memory.ts';
import { STATEMENT_KEY, handClock, heldOf, knownOf } from '../../support/cache-samples.ts';

const MEBIBYTE = 1024 * 1024;

function createBench(maxBytes = 8 * MEBIBYTE) {
  const clock = handClock();
  const memory = createMemoryTier({ maxBytes, questionTtlMs: 1000, now: clock.now });
  const held = (id: string, lifeMs: number, given: object = {}, padChars = 0) => {
    const times = { asOf: clock.now(), expiresAt: clock.now() + lifeMs };
    return heldOf({ id, ...times, ...given }, padChars);
  };
  return { clock, memory, held };
}

test('a question is known until its time is over', async () => {
  const { clock, memory } = createBench();
  const known = knownOf('select 1');
  memory.putQuestion('key', known);
  await clock.advance(999);
  assert.equal(memory.question('key'), known);
  await clock.advance(2);
  assert.equal(memory.question('key'), undefined);
});

test('a result ends with its own life, by id and by statement', async () => {
  const { clock, memory, held } = createBench();
  memory.putResult(held('short', 100), true);
  memory.putResult(held('long', 500, { statementKey: 'cd'.repeat(32) }), true);
  await clock.advance(101);
  assert.equal(memory.result('alice', STATEMENT_KEY), undefined);
  assert.equal(memory.resultById('short'), undefined);
  assert.equal(memory.resultById('long')?.header.id, 'long');
  await clock.advance(400);
  assert.equal(memory.resultById('long'), undefined);
});

test('a result that has expired already is not held at all', () => {
  const { memory, held } = createBench();
  memory.putResult(held('old', 0), true);
  memory.putResult(held('older', -5), true);
  assert.equal(memory.resultById('old'), undefined);
  assert.equal(memory.resultById('older'), undefined);
});

test('a result that is not current is found by its id alone', () => {
  const { memory, held } = createBench();
  memory.putResult(held('first', 1000), true);
  memory.putResult(held('second', 1000), false);
  assert.equal(memory.result('alice', STATEMENT_KEY)?.header.id, 'first');
  assert.equal(memory.resultById('second')?.header.id, 'second');
});

test('of two current results the newer one answers, whichever is put last', async () => {
  const { clock, memory, held } = createBench();
  const early = held('early', 1000);
  await clock.advance(10);
  const late = held('late', 1000);
  memory.putResult(late, true);
  memory.putResult(early, true);
  assert.equal(memory.result('alice', STATEMENT_KEY)?.header.id, 'late');
  assert.equal(memory.resultById('early')?.header.id, 'early');
});

test('scopes and statements never mix', () => {
  const { memory, held } = createBench();
  memory.putResult(held('hers', 1000), true);
  assert.equal(memory.result('bob', STATEMENT_KEY), undefined);
  assert.equal(memory.result('alice', 'cd'.repeat(32)), undefined);
  assert.equal(memory.result('', `alice:${STATEMENT_KEY}`), undefined);
});

test('what is held never exceeds its bytes, and what was used last stays', () => {
  const { memory, held } = createBench(MEBIBYTE);
  for (let index = 0; index < 40; index += 1) {
    const id = `r${index}`;
    memory.putResult(held(id, 1000, { statementKey: id.padStart(64, '0') }, 10_000), true);
    assert.ok(memory.resultById('r0'), `r0 was read a moment ago (${index})`);
  }
  const kept = Array.from({ length: 40 }, (_, index) => memory.resultById(`r${index}`));
  const bytes = kept.reduce((sum, each) => sum + (each?.chunks[0]?.body.length ?? 0), 0);
  assert.ok(bytes <= MEBIBYTE, `${bytes} bytes`);
  assert.ok(bytes > MEBIBYTE / 2, `${bytes} bytes`);
});

test('one large result does not empty the tier and is not found in it', () => {
  const { memory, held } = createBench(MEBIBYTE);
  memory.putQuestion('key', knownOf('select 1'));
  memory.putResult(held('large', 1000, {}, 60_000), true);
  assert.equal(memory.resultById('large'), undefined);
  assert.equal(memory.result('alice', STATEMENT_KEY), undefined);
  assert.ok(memory.question('key'));
});

test('a current result that is too large to be held hides the older one', async () => {
  const { clock, memory, held } = createBench(MEBIBYTE);
  memory.putResult(held('small', 1000), true);
  await clock.advance(1);
  memory.putResult(held('large', 1000, {}, 60_000), true);
  assert.equal(memory.result('alice', STATEMENT_KEY), undefined);
});

test('a tier of no bytes holds nothing and breaks nothing', () => {
  const { memory, held } = createBench(0);
  memory.putQuestion('key', knownOf('select 1'));
  memory.putResult(held('r', 1000), true);
  memory.dropQuestion('key');
  memory.dropMatched('plan');
  assert.equal(memory.question('key'), undefined);
  assert.equal(memory.resultById('r'), undefined);
});

test('what a plan answered by similarity alone is dropped, its own questions stay', () => {
  const { memory } = createBench();
  const asked = knownOf('select 1');
  const match = { id: 'x', question: 'how many', similarity: 0.9, confidence: 0.99 };
  memory.putQuestion('a', { ...asked, match });
  memory.putQuestion('b', { ...knownOf('select 1', 'how much'), match });
  memory.putQuestion('c', asked);
  memory.dropMatched(asked.phrasing.plan.id);
  assert.deepEqual(
    ['a', 'b', 'c'].map((key) => memory.question(key) !== undefined),
    [false, false, true],
  );
});
