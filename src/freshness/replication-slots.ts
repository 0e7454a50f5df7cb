// Owns replication slots of askonce in a data database: each keeps the log of the server until what it holds is
// read, so none is left behind.
import { cancelUntil } from '../db/cancel-until.ts';
import type { Pool } from '../db/pool.ts';

export interface Slot {
  readonly is_usable: boolean;
  readonly active: boolean;
  readonly acknowledged: string;
  /** Up to where the server itself has written. */
  readonly written: string;
}

/** $1 slot. */
const SLOT_SQL = `
  SELECT coalesce(s.wal_status, 'reserved') <> 'lost' AND s.plugin = 'pgoutput' AS is_usable, s.active,
    s.confirmed_flush_lsn::text AS acknowledged, pg_catalog.pg_current_wal_insert_lsn()::text AS written
  FROM pg_catalog.pg_replication_slots s WHERE s.slot_name = $1`;
/** $1 slot. */
const CREATE_SQL = `
  SELECT lsn::text AS lsn FROM pg_catalog.pg_create_logical_replication_slot($1, 'pgoutput')`;
const DROP_SQL = 'SELECT pg_catalog.pg_drop_replication_slot($1)';
const OURS_SQL = `
  SELECT s.slot_name AS name, s.active, coalesce(s.wal_status, '') = 'lost' AS is_lost
  FROM pg_catalog.pg_replication_slots s
  WHERE s.slot_name LIKE 'askonce\\_%' AND s.database = pg_catalog.current_database() ORDER BY 1`;

export interface OurSlot {
  readonly name: string;
  readonly active: boolean;
  /** The server has thrown away what it stands for. */
  readonly is_lost: boolean;
}

export async function readSlot(pool: Pool, name: string): Promise<Slot | null> {
  const [slot] = await pool.query<Slot & Record<string, unknown>>(SLOT_SQL, [name]);
  return slot ?? null;
}

/** Of every askonce that reads, or has read, this database. */
export const ourSlots = (pool: Pool): Promise<OurSlot[]> =>
  pool.query<OurSlot & Record<string, unknown>>(OURS_SQL);

/**
 * It waits for the end of every transaction that writes, however long that takes; not for that when the signal
 * is aborted. @returns Where the log stood.
 */
export async function createSlot(pool: Pool, name: string, signal: AbortSignal): Promise<string> {
  return await pool.withClient(async (client) => {
    signal.throwIfAborted();
    let isOver = false;
    const onAbort = (): void => void cancelUntil(() => isOver, pool, client);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      const { rows } = await client.query<{ lsn: string }>(CREATE_SQL, [name]);
      return rows[0]!.lsn;
    } finally {
      isOver = true;
      signal.removeEventListener('abort', onAbort);
    }
  });
}

export async function dropSlot(pool: Pool, name: string): Promise<void> {
  await pool.query(DROP_SQL, [name]);
}
