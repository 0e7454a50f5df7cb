// Owns showing how the pool of sessions behaves: what it holds while more and more are leased, and after.
import { createSessionPool } from '../src/http/session-pool.ts';
import type { SessionLease } from '../src/http/session-pool.ts';
import { PRINCIPAL, createServers } from './sessions-parts.ts';

export interface PoolStep {
  readonly step: string;
  readonly leased: number;
  readonly total: number;
}

const MIN = 10;
const MAX = 200;
const STEPS = [4, 8, 9, 10, 50, 200];

/** One by one, with a turn of the event loop between, in which the pool grows. */
export async function poolSteps(): Promise<PoolStep[]> {
  const pool = createSessionPool({
    create: createServers(),
    min: MIN,
    max: MAX,
    maxQueue: MAX,
    now: () => performance.now(),
  });
  const leases: SessionLease[] = [];
  const taken: PoolStep[] = [];
  const note = (step: string): void => {
    const { leased, total } = pool.stats();
    taken.push({ step, leased, total });
  };
  note('at the start');
  for (const count of STEPS) {
    while (leases.length < count) {
      leases.push(await pool.lease({ principal: PRINCIPAL.name }));
      await new Promise(setImmediate);
    }
    note(`${count} leased`);
  }
  for (const { release } of leases) release();
  note('all given back');
  pool.shrink();
  note('shrunk: as many as the last peak wanted');
  pool.shrink();
  note('shrunk again after rest');
  return taken;
}
