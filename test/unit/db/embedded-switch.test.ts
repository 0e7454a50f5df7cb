// Turns at the one backend, with a scripted backend and a clock that is moved by hand.
import assert from 'node:assert/strict';
import test from 'node:test';
import type { TestContext } from 'node:test';

import type { Batch, Session } from '../../../src/db/embedded-session.ts';
import { createSwitch } from '../../../src/db/embedded-switch.ts';
import type { Switch } from '../../../src/db/embedded-switch.ts';
import { message, simpleQuery } from '../../../src/db/embedded-wire.ts';

const SILENCE_MS = 60_000;

interface Fixture {
  readonly turns: Switch;
  /** What the backend was asked, in order; questions of the switch itself left out. */
  readonly asked: string[];
  readonly broken: string[];
}

/**
 * Answers BEGIN with "in transaction", MUTE with nothing, FETCH with a row, FETCH ALL with a row and its
 * end, and everything else with "idle".
 */
function createFixture(t: TestContext): Fixture {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const asked: string[] = [];
  const broken: string[] = [];
  const turns = createSwitch({
    backend: {
      async execute(bytes, onOutput) {
        const sql = Buffer.from(bytes).toString('utf8', 5, bytes.length - 1);
        if (!/^(SET|DISCARD)/.test(sql)) asked.push(sql);
        if (sql.startsWith('FETCH')) onOutput(message('D', Buffer.from('row')));
        if (sql === 'FETCH ALL') onOutput(message('s'));
        if (sql === 'MUTE' || sql.startsWith('FETCH')) return;
        onOutput(message('Z', Buffer.from(sql === 'BEGIN' ? 'T' : 'I')));
      },
    },
    owner: 'postgres',
    maxSilenceMs: SILENCE_MS,
    onBroken: (reason) => broken.push(reason),
  });
  return { turns, asked, broken };
}

interface Caller extends Session {
  ask(sql: string): void;
  /** As the extended protocol does: Execute, then Flush. */
  fetch(sql: string): void;
  readonly refusals: string[];
}

function createCaller(turns: Switch): Caller {
  const batches: Batch[] = [];
  const refusals: string[] = [];
  const caller: Caller = {
    user: 'postgres',
    unsentBytes: 0,
    get isOver() {
      return refusals.length > 0;
    },
    take: () => batches.shift(),
    hasBatch: () => batches.length > 0,
    send: () => undefined,
    refuse(sqlstate) {
      refusals.push(sqlstate);
      turns.drop(caller);
    },
    refusals,
    ask(sql) {
      batches.push({ bytes: simpleQuery(sql), end: 'Q', last: '' });
      turns.wake(caller);
    },
    fetch(sql) {
      batches.push({ bytes: simpleQuery(sql), end: 'H', last: 'E' });
      turns.wake(caller);
    },
  };
  return caller;
}

async function settle(): Promise<void> {
  for (let round = 0; round < 20; round += 1) await new Promise((next) => setImmediate(next));
}

test('others wait until the transaction of the first is over', async (t) => {
  const { turns, asked } = createFixture(t);
  const [first, second] = [createCaller(turns), createCaller(turns)];
  first.ask('BEGIN');
  second.ask('SELECT 2');
  await settle();
  assert.deepEqual(asked, ['BEGIN']);
  first.ask('COMMIT');
  await settle();
  assert.deepEqual(asked, ['BEGIN', 'COMMIT', 'SELECT 2']);
});

test('those who wait are served in turn, one statement each', async (t) => {
  const { turns, asked } = createFixture(t);
  const [first, second] = [createCaller(turns), createCaller(turns)];
  for (const round of [1, 2]) for (const caller of [first, second]) caller.ask(`SELECT ${round}`);
  await settle();
  assert.deepEqual(asked, ['SELECT 1', 'SELECT 1', 'SELECT 2', 'SELECT 2']);
});

test('a silent transaction is ended only when others wait for it', async (t) => {
  const { turns, asked } = createFixture(t);
  const [silent, other] = [createCaller(turns), createCaller(turns)];
  silent.ask('BEGIN');
  await settle();
  t.mock.timers.tick(SILENCE_MS);
  await settle();
  assert.deepEqual(silent.refusals, []);
  t.mock.timers.tick(SILENCE_MS / 2);
  other.ask('SELECT 2');
  await settle();
  t.mock.timers.tick(SILENCE_MS / 2);
  await settle();
  assert.deepEqual(silent.refusals, ['25P03']);
  assert.match(asked.at(-2) ?? '', /ROLLBACK/);
  assert.equal(asked.at(-1), 'SELECT 2');
});

test('a backend that gives no answer is reported as broken', async (t) => {
  const { turns, broken } = createFixture(t);
  createCaller(turns).ask('MUTE');
  await settle();
  assert.deepEqual(broken, ['silent']);
});

test('a backend that falls silent between its rows is reported as broken', async (t) => {
  const { turns, broken } = createFixture(t);
  const caller = createCaller(turns);
  caller.fetch('FETCH ALL');
  await settle();
  assert.deepEqual(broken, []);
  caller.fetch('FETCH');
  await settle();
  assert.deepEqual(broken, ['silent']);
});

test('a task has the backend for itself', async (t) => {
  const { turns, asked } = createFixture(t);
  const caller = createCaller(turns);
  const task = turns.exclusively(async () => {
    caller.ask('SELECT 1');
    await settle();
    assert.deepEqual(asked, []);
  });
  await task;
  await settle();
  assert.deepEqual(asked, ['SELECT 1']);
});
