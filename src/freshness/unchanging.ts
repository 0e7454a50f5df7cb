// Owns the freshness of the embedded demo database: nobody writes to it while it serves.
import type { Client } from '../db/pool.ts';
import type { Freshness } from './freshness.ts';
import { DAY_LEFT_SQL } from './relations-sql.ts';

export const UNCHANGING: Freshness = {
  beforeRun: () =>
    Promise.resolve({
      async stamp(client: Client) {
        const { rows } = await client.query<{ day_left: number }>(DAY_LEFT_SQL);
        return { stamp: null, volatility: 'stable', dayLeftMs: rows[0]!.day_left };
      },
    }),
  holds: () => Promise.resolve(true),
  holdsNow: () => true,
  isMerelyOld: () => Promise.resolve(true),
  wasMerelyOld: () => true,
  seenWithinMs: Infinity,
  hint: () => undefined,
  status: () =>
    Promise.resolve({ source: 'embedded', boundMs: 0, lagMs: null, unlogged: 0, fault: null }),
  close: () => undefined,
};
