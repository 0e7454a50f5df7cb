// Owns who reads the data database's logical replication: one replica at a time holds the slot. The others try
// again and again: the slot itself says who leads. What is read is told by stream-reading.ts.
import { setTimeout as sleep } from 'node:timers/promises';

import { LogicalReplicationService } from 'pg-logical-replication';

import type { Pool } from '../db/pool.ts';
import type { Logger } from '../logger.ts';
import { lsnOf } from './lsn.ts';
import { PUBLICATION, STREAM_PLACE } from './relations-sql.ts';
import type { StreamPlace } from './relations-sql.ts';
import { createSlot, dropSlot, ourSlots, readSlot } from './replication-slots.ts';
import { createStreamDecoder } from './stream-decoder.ts';
import type { StreamMessage } from './stream-decoder.ts';
import { createStreamReading, FIRST_LSN } from './stream-reading.ts';
import type { StreamBegin, StreamStore } from './stream-store.ts';

export interface StreamLeader {
  /** Whether this replica reads the slot. */
  readonly leads: boolean;
  /** Why it does not, and nobody else: null while all is well. */
  readonly fault: string | null;
  close(): Promise<void>;
}

export interface StreamLeaderOptions {
  /** Of a role with the REPLICATION attribute. */
  readonly url: string;
  /** The same database as that role, for single statements. */
  readonly pool: Pool;
  readonly store: StreamStore;
  readonly logger: Logger;
  /** The address leads to another server, or to the same behind a promotion: this one reads no more. */
  readonly onMoved: () => void;
  /** Of performance.now(). */
  readonly now?: () => number;
}

const RETRY_MS = 1000;
/** A connection that is taken back says so within this, or is left to itself. */
const FAREWELL_MS = 1000;
/** $1 publication. */
const PLACE_SQL = `SELECT ${STREAM_PLACE}`;
const UNDEFINED_OBJECT = '42704';
/** What is acknowledged is the next byte behind. */
const ACKNOWLEDGED_MORE = 1n;

export function createStreamLeader(options: StreamLeaderOptions): StreamLeader {
  const { store, pool, logger, now = () => performance.now() } = options;
  const closing = new AbortController();
  let leads = false;
  let fault: string | null = null;
  /** Whether the slot reaches back to where there was no publication. */
  let isBarren = false;

  function failed(reason: string): void {
    if (reason !== fault)
      logger.warn({ error: reason }, 'changes of the data database are not read here');
    fault = reason;
  }

  /** @returns False where the stream is of another server than this one is by now. */
  async function lead(): Promise<boolean> {
    const [place] = await pool.query<StreamPlace & Record<string, unknown>>(PLACE_SQL, [
      PUBLICATION,
    ]);
    if (place!.id !== store.id) return false;
    let { slot, epoch, toldLsn, version } = await store.open();
    const known = await readSlot(pool, slot);
    if (!place!.has_publication) {
      // It would keep the log of the server, and is of no use to a publication to come.
      if (known?.active === false) await dropSlot(pool, slot);
      throw new Error('there is no publication: askonce install-publication makes it');
    }
    if (known?.active) {
      fault = null;
      return true;
    }
    // A data server out of a copy: what is told here it has not written yet.
    const isAhead = known !== null && lsnOf(toldLsn) > lsnOf(known.written) + ACKNOWLEDGED_MORE;
    if (!known?.is_usable || isBarren || isAhead) {
      isBarren = false;
      if (known) await dropSlot(pool, slot);
      await clearSlots(slot);
      // Behind the creation: what is seen from now on is seen in full.
      toldLsn = await createSlot(pool, slot, closing.signal);
      ({ epoch, version } = await store.renew(toldLsn));
      logger.info({ slot }, 'replication slot created');
    } else if (lsnOf(known.acknowledged) > lsnOf(toldLsn) + ACKNOWLEDGED_MORE) {
      toldLsn = known.acknowledged;
      ({ epoch, version } = await store.renew(toldLsn));
      logger.warn({ slot }, 'the cache database went back: what was known of changes is forgotten');
    }
    await follow({ slot, epoch, toldLsn, version });
    return true;
  }

  /** Of cache databases that are gone: what is lost keeps a place, the others the log, for a deployment beside this. */
  async function clearSlots(mine: string): Promise<void> {
    for (const { name, active, is_lost: isLost } of await ourSlots(pool)) {
      if (active || name === mine) continue;
      if (isLost) await dropSlot(pool, name);
      else
        logger.warn(
          { slot: name },
          'a replication slot that nobody reads keeps the log of the data server: drop it if no other askonce uses it',
        );
    }
  }

  /** Resolves when it leads no more. */
  async function follow({ slot, epoch, toldLsn, version }: StreamBegin): Promise<void> {
    if (closing.signal.aborted) return;
    const service = new LogicalReplicationService(
      { connectionString: options.url, application_name: 'askonce', keepAlive: true },
      { acknowledge: { auto: false, timeoutSeconds: 0 } },
    );
    const onTold = (): void => void (fault = null);
    const from = { epoch, toldLsn, version };
    const reading = createStreamReading({ pool, store, logger, service, ...from, onTold, now });
    let stop = (_reason?: string): void => undefined;
    // A connection that is being made need not say that it was ended.
    const stopped = new Promise<void>((resolve) => {
      stop = (reason) => {
        if (reason !== undefined) failed(reason);
        resolve();
      };
    });
    const onClosing = (): void => stop();
    service.on('data', (_lsn: string, message: StreamMessage) => reading.onMessage(message));
    service.on('heartbeat', (lsn: string, _at: number, isAsked: boolean) => {
      reading.onHeartbeat(lsn, isAsked);
    });
    service.on('start', () => {
      leads = true;
      logger.info({ slot }, 'reads the changes of the data database');
      reading.begin(stop);
    });
    // The promise of the subscription says it too.
    service.on('error', () => undefined);
    closing.signal.addEventListener('abort', onClosing, { once: true });
    const subscribed = service.subscribe(createStreamDecoder(PUBLICATION), slot, FIRST_LSN);
    try {
      await Promise.race([subscribed, stopped]);
    } finally {
      closing.signal.removeEventListener('abort', onClosing);
      leads = false;
      reading.end();
      const farewell = Promise.allSettled([service.destroy(), subscribed]);
      await Promise.race([farewell, sleep(FAREWELL_MS, undefined, { ref: false })]);
    }
  }

  async function run(): Promise<void> {
    while (!closing.signal.aborted) {
      try {
        if (!(await lead())) return options.onMoved();
      } catch (error) {
        if (closing.signal.aborted) return;
        const reason = error instanceof Error ? error.message : String(error);
        // Who comes second is told so by the server each time.
        if (!/is active for PID/.test(reason)) failed(reason);
        // Of before the publication was made the server can tell nothing, whoever asks again.
        isBarren ||= (error as { code?: unknown } | null)?.code === UNDEFINED_OBJECT;
      }
      await sleep(RETRY_MS, undefined, { signal: closing.signal, ref: false }).catch(
        () => undefined,
      );
    }
  }

  const done = run();
  return {
    get leads() {
      return leads;
    },
    get fault() {
      return fault;
    },
    async close() {
      closing.abort();
      await done;
    },
  };
}
