// `npm run bench -- sessions`: what a conversation costs as a record with a leased session, against a server
// built for each request and one kept for each conversation; in this process, without HTTP.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { legacyExchange, modernExchange } from '../src/http/exchange.ts';
import type { Exchange, ExchangeParts } from '../src/http/exchange.ts';
import { createSessionPool } from '../src/http/session-pool.ts';
import type { BenchContext } from './context.ts';
import { parseOptions } from './decisions-options.ts';
import { median } from './protocol-figures.ts';
import {
  AUTH,
  INITIALIZE,
  LEGACY_CALL,
  PRINCIPAL,
  createServers,
  keepServer,
  modernRoute,
} from './sessions-parts.ts';
import { poolSteps } from './sessions-pool.ts';
import type { PoolStep } from './sessions-pool.ts';
import { round } from './statistics.ts';

export const SESSIONS_USAGE = `sessions
    Microseconds of one tool call in this process: with a session of the pool, a server built for it, a server
    kept for the conversation; heap of 10,000 conversations as records and as kept servers; how the pool grows
    and shrinks.`;

export interface SessionsFigures extends Record<string, unknown> {
  /** Of one call, the middle one of the rounds; `lease alone`: taken and given back. */
  readonly call_us: Readonly<Record<Way, number>>;
  readonly fresh_over_leased: number;
  readonly kept_over_leased: number;
  readonly conversations: number;
  readonly heap_bytes: { readonly record: number; readonly server: number; readonly ratio: number };
  readonly pool: readonly PoolStep[];
}

type Way =
  'lease alone' | 'leased, stateless' | 'leased, sessions' | 'fresh, stateless' | 'kept, sessions';

const ROUNDS = 60;
const CALLS = 200;
const CONVERSATIONS = 10_000;

export async function runSessions(
  { progress, root }: BenchContext,
  args: readonly string[],
): Promise<SessionsFigures> {
  parseOptions(args, { json: { type: 'boolean' } });
  progress('calls');
  const call_us = await measureCalls();
  progress('heap');
  const record = await heapOf(root, 'records');
  const server = await heapOf(root, 'servers');
  return {
    call_us,
    fresh_over_leased: round(call_us['fresh, stateless'] / call_us['leased, stateless']),
    kept_over_leased: round(call_us['kept, sessions'] / call_us['leased, sessions']),
    conversations: CONVERSATIONS,
    heap_bytes: { record, server, ratio: round(server / record) },
    pool: await poolSteps(),
  };
}

async function measureCalls(): Promise<Record<Way, number>> {
  const create = createServers();
  const route = modernRoute();
  const kept = await keepServer(create());
  const pool = createSessionPool({
    create,
    min: 10,
    max: 200,
    maxQueue: 200,
    now: () => performance.now(),
  });
  const caller = { principal: PRINCIPAL.name };
  const leased = async (make: (parts: ExchangeParts) => Exchange): Promise<void> => {
    const { session, release } = await pool.lease(caller);
    await make({ session, authInfo: AUTH, reply: REPLY }).run();
    release();
  };
  return await timed({
    'lease alone': async () => (await pool.lease(caller)).release(),
    'leased, stateless': () => leased((parts) => modernExchange(parts, route)),
    'leased, sessions': () => leased((parts) => legacyExchange(parts, LEGACY_CALL, INITIALIZE)),
    'fresh, stateless': () =>
      modernExchange({ session: create(), authInfo: AUTH, reply: REPLY }, route).run(),
    'kept, sessions': async () => requireAnswer(await kept.call(LEGACY_CALL)),
  });
}

/** Round after round, each in turn, so that noise of the machine falls on all alike. */
async function timed(ways: Readonly<Record<Way, () => Promise<void>>>) {
  const names = Object.keys(ways) as Way[];
  const samples = new Map(names.map((name) => [name, [] as number[]]));
  for (let count = 0; count <= ROUNDS; count += 1) {
    for (const name of names) {
      const started = performance.now();
      for (let call = 0; call < CALLS; call += 1) await ways[name]();
      const micros = ((performance.now() - started) * 1000) / CALLS;
      // The first round warms up.
      if (count > 0) samples.get(name)!.push(micros);
    }
  }
  return Object.fromEntries(
    [...samples].map(([name, micros]) => [name, round(median(micros))]),
  ) as Record<Way, number>;
}

const REPLY: ExchangeParts['reply'] = {
  notify: () => false,
  answer: async (message) => requireAnswer(message),
};

function requireAnswer(message: object): void {
  if (!('result' in message)) throw new Error(JSON.stringify(message));
}

async function heapOf(root: string, mode: 'records' | 'servers'): Promise<number> {
  const script = join(root, 'dist/bench/sessions-heap.js');
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--expose-gc',
    script,
    mode,
    `${CONVERSATIONS}`,
  ]);
  return Number(stdout);
}
