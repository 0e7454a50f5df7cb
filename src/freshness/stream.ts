// Owns the stream of changes as one replica sees it: read from the store by all, fed by the one that leads.
import { createStreamLeader } from './stream-leader.ts';
import type { Pool } from '../db/pool.ts';
import type { Logger } from '../logger.ts';
import { PUBLICATION, STREAM_PLACE } from './relations-sql.ts';
import type { StreamPlace } from './relations-sql.ts';
import type { StreamLeader } from './stream-leader.ts';
import { createStreamStore } from './stream-store.ts';
import type { StreamState, StreamStore } from './stream-store.ts';

export interface ChangeStream {
  /** Null while there is none. */
  state(): Promise<StreamState | null>;
  /** Whether this replica feeds it. */
  readonly leads: boolean;
  /** Why there is none; null while all is well. */
  readonly fault: string | null;
  close(): Promise<void>;
}

export interface ChangeStreamOptions {
  /** Of a role with the REPLICATION attribute. */
  readonly url: string;
  /** As that role, one connection. */
  readonly pool: Pool;
  readonly cachePool: Pool;
  /** Resolves true once the cache database has its tables. */
  readonly cacheReady: Promise<boolean>;
  readonly logger: Logger;
}

const RETRY_MS = 5000;

/** $1 publication. */
const CONDITIONS_SQL = `
  SELECT ${STREAM_PLACE}, pg_catalog.pg_is_in_recovery() AS is_standby,
    pg_catalog.current_setting('wal_level') AS wal_level,
    pg_catalog.current_setting('max_slot_wal_keep_size') AS keep_size,
    (SELECT r.rolreplication OR r.rolsuper FROM pg_catalog.pg_roles r WHERE r.rolname = current_user) AS may_replicate`;

interface Conditions extends StreamPlace {
  readonly is_standby: boolean;
  readonly wal_level: string;
  readonly keep_size: string;
  readonly may_replicate: boolean;
}

export function openChangeStream(options: ChangeStreamOptions): ChangeStream {
  const { pool, cachePool, cacheReady, logger } = options;
  let store: StreamStore | null = null;
  let leader: StreamLeader | null = null;
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;
  let fault: string | null = 'it has not begun yet';

  /** Until all that it takes is there: the owner of the database may still be about to grant it. */
  async function open(): Promise<void> {
    if (!(await cacheReady) || isClosed) return;
    const reason = await begin().catch((error: unknown) =>
      error instanceof Error ? error.message : String(error),
    );
    if (reason !== null && reason !== fault && !isClosed)
      logger.warn({ reason }, 'no logical replication of the data database');
    fault = reason;
    if (fault === null || isClosed) return;
    timer = setTimeout(() => void open(), RETRY_MS).unref();
  }

  /** @returns Why it cannot begin; null where it has. */
  async function begin(): Promise<string | null> {
    const [found] = await pool.query<Conditions & Record<string, unknown>>(CONDITIONS_SQL, [
      PUBLICATION,
    ]);
    const missing = faultOf(found!);
    if (missing !== null) return missing;
    store = createStreamStore(cachePool, found!.id);
    if (isClosed) return null;
    leader = createStreamLeader({ ...options, store, onMoved });
    return null;
  }

  /** What is known of another server says nothing of this one. */
  function onMoved(): void {
    store = null;
    leader = null;
    fault = 'its address leads to another server by now';
    logger.warn({ reason: fault }, 'no logical replication of the data database');
    void open();
  }

  void open();
  return {
    state: async () => (await store?.read()) ?? null,
    get leads() {
      return leader?.leads ?? false;
    },
    get fault() {
      return fault ?? leader?.fault ?? null;
    },
    async close() {
      isClosed = true;
      clearTimeout(timer);
      await leader?.close();
    },
  };
}

function faultOf(found: Conditions): string | null {
  if (found.is_standby) return 'REPLICATION_URL names a standby: it must name the primary';
  if (found.wal_level !== 'logical') return 'wal_level of its server is not logical';
  if (!found.may_replicate) return 'the role in REPLICATION_URL lacks the REPLICATION attribute';
  if (!found.has_publication) return 'it has no publication: askonce install-publication makes it';
  // A slot that nobody reads keeps the log until the disk is full.
  if (found.keep_size === '-1') return 'max_slot_wal_keep_size of its server is unlimited';
  return null;
}
