// Owns which servers share the cache: each one's heartbeat, and how many live. Works behind
// transaction-mode poolers: nothing here belongs to a connection.
import { randomUUID } from 'node:crypto';

import type { Pool } from '../db/pool.ts';

export interface Replicas {
  /** Says that this one lives; returns how many that query the same server do, itself counted. */
  beat(server: string): Promise<number>;
  leave(): Promise<void>;
}

/** Several heartbeats long: one that is late is not gone. */
const EXPIRES_AFTER = '20 seconds';

export function createReplicas(pool: Pool): Replicas {
  const id = randomUUID();
  return {
    async beat(server) {
      await pool.query(
        `INSERT INTO askonce.replicas (id, server) VALUES ($1, $2)
         ON CONFLICT (id) DO UPDATE SET server = excluded.server, seen_at = now()`,
        [id, server],
      );
      await pool.query(`DELETE FROM askonce.replicas WHERE seen_at < now() - $1::interval`, [
        EXPIRES_AFTER,
      ]);
      const [row] = await pool.query<{ live: number }>(
        'SELECT count(*)::int AS live FROM askonce.replicas WHERE server = $1',
        [server],
      );
      return row!.live;
    },
    async leave() {
      await pool.query('DELETE FROM askonce.replicas WHERE id = $1', [id]);
    },
  };
}

/** Of a cache that nobody shares. */
export const ALONE: Replicas = { beat: () => Promise.resolve(1), leave: () => Promise.resolve() };
