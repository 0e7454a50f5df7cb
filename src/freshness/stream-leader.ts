// Owns reading the data database's logical replication: one replica at a time holds the slot, tells the store what
// was written, and acknowledges behind that. The others try again and again: the slot itself says who leads.
import { setTimeout as sleep } from 'node:timers/promises';

import { LogicalReplicationService } from 'pg-logical-replication';

import type { Pool } from '../db/pool.ts';
import type { Logger } from '../logger.ts';
import { isVisible, lsnOf, snapshotOf } from './lsn.ts';
import type { Snapshot } from './lsn.ts';
import { PUBLICATION } from './relations-sql.ts';
import { createStreamDecoder } from './stream-decoder.ts';
import type { StreamMessage } from './stream-decoder.ts';
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
  /** Of performance.now(). */
  readonly now?: () => number;
}

interface Transaction {
  readonly xid: number;
  readonly relations: Set<string>;
}

const RETRY_MS = 1000;
/** Without changes, everybody hears so often that there were none. */
const TELL_EVERY_MS = 400;
/** With changes, so soon behind the first of them. */
const GATHER_MS = 10;
/** A transaction that was decoded shows to all a moment later: asked again so soon. */
const LOOK_AGAIN_MS = 20;
const NUDGE_AFTER_MS = 300;
const SILENCE_MS = 10_000;
const FIRST_LSN = '0/00000000';

const POSITION_SQL = `
  SELECT pg_catalog.pg_current_snapshot()::text AS snapshot, pg_catalog.pg_current_wal_insert_lsn()::text AS lsn`;
/** Commits, and so flushes what stands before it: an idle server keeps the rest of a page to itself for long. */
const NUDGE_SQL = "SELECT pg_catalog.pg_logical_emit_message(true, 'askonce', '')";
/** $1 slot. */
const SLOT_SQL = `
  SELECT coalesce(s.wal_status, 'reserved') <> 'lost' AND s.plugin = 'pgoutput' AS is_usable, s.active,
    s.confirmed_flush_lsn::text AS acknowledged, pg_catalog.pg_current_wal_insert_lsn()::text AS written
  FROM pg_catalog.pg_replication_slots s WHERE s.slot_name = $1`;

/** $1 slot. */
const CREATE_SLOT_SQL = `
  SELECT lsn::text AS lsn FROM pg_catalog.pg_create_logical_replication_slot($1, 'pgoutput')`;
/** $1 publication. */
const PUBLICATION_SQL = 'SELECT FROM pg_catalog.pg_publication p WHERE p.pubname = $1';
const UNDEFINED_OBJECT = '42704';
/** What is acknowledged is the next byte behind. */
const ACKNOWLEDGED_MORE = 1n;

interface SlotRow {
  readonly is_usable: boolean;
  readonly active: boolean;
  readonly acknowledged: string;
  readonly written: string;
}

export function createStreamLeader(options: StreamLeaderOptions): StreamLeader {
  const { logger, now = () => performance.now() } = options;
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

  async function lead(): Promise<void> {
    const { store, pool, url } = options;
    let { slot, epoch, toldLsn, version } = await store.open();
    const [publication] = await pool.query(PUBLICATION_SQL, [PUBLICATION]);
    if (!publication)
      throw new Error('there is no publication: askonce install-publication makes it');
    const [known] = await pool.query<SlotRow & Record<string, unknown>>(SLOT_SQL, [slot]);
    if (known?.active) {
      fault = null;
      return;
    }
    // A data server out of a copy: what is told here it has not written yet.
    const isAhead =
      known !== undefined && lsnOf(toldLsn) > lsnOf(known.written) + ACKNOWLEDGED_MORE;
    if (!known?.is_usable || isBarren || isAhead) {
      isBarren = false;
      if (known) await pool.query('SELECT pg_catalog.pg_drop_replication_slot($1)', [slot]);
      // Behind the creation: what is seen from now on is seen in full.
      toldLsn = await createSlot(slot);
      ({ epoch, version } = await store.renew(toldLsn));
      logger.info({ slot }, 'replication slot created');
    } else if (lsnOf(known.acknowledged) > lsnOf(toldLsn) + ACKNOWLEDGED_MORE) {
      toldLsn = known.acknowledged;
      ({ epoch, version } = await store.renew(toldLsn));
      logger.warn({ slot }, 'the cache database went back: what was known of changes is forgotten');
    }
    await follow({ url, slot, epoch, toldLsn, version });
  }

  /** It waits for the end of every transaction that writes, however long that takes; not for that when this closes. */
  async function createSlot(slot: string): Promise<string> {
    const { pool } = options;
    return await pool.withClient(async (client) => {
      const cancel = (): void => void pool.cancel(client).catch(() => undefined);
      closing.signal.addEventListener('abort', cancel, { once: true });
      try {
        const { rows } = await client.query<{ lsn: string }>(CREATE_SLOT_SQL, [slot]);
        return rows[0]!.lsn;
      } finally {
        closing.signal.removeEventListener('abort', cancel);
      }
    });
  }

  /** Resolves when it leads no more. */
  async function follow(at: StreamBegin & { readonly url: string }): Promise<void> {
    const service = new LogicalReplicationService(
      { connectionString: at.url, application_name: 'askonce', keepAlive: true },
      { acknowledge: { auto: false, timeoutSeconds: 0 } },
    );
    const { epoch, toldLsn, version } = at;
    const onTold = (): void => void (fault = null);
    const reading = createReading({ ...options, service, epoch, toldLsn, version, onTold, now });
    const stop = (): void => void service.stop().catch(() => undefined);
    service.on('data', (_lsn: string, message: StreamMessage) => reading.onMessage(message));
    service.on('heartbeat', (lsn: string, _at: number, isAsked: boolean) => {
      reading.onHeartbeat(lsn, isAsked);
    });
    service.on('start', () => {
      leads = true;
      logger.info({ slot: at.slot }, 'reads the changes of the data database');
      reading.begin(stop);
    });
    // The promise of the subscription says it too.
    service.on('error', () => undefined);
    closing.signal.addEventListener('abort', stop, { once: true });
    try {
      await service.subscribe(createStreamDecoder(PUBLICATION), at.slot, FIRST_LSN);
    } finally {
      closing.signal.removeEventListener('abort', stop);
      leads = false;
      reading.end();
      await service.destroy().catch(() => undefined);
    }
  }

  async function run(): Promise<void> {
    while (!closing.signal.aborted) {
      try {
        await lead();
      } catch (error) {
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

interface ReadingOptions extends Pick<StreamLeaderOptions, 'pool' | 'store' | 'logger'> {
  readonly service: LogicalReplicationService;
  readonly epoch: string;
  readonly toldLsn: string;
  readonly version: string;
  /** Once the replicas know what was read. */
  readonly onTold: () => void;
  readonly now: () => number;
}

interface Reading {
  onMessage(message: StreamMessage): void;
  /** Everything before this was sent. */
  onHeartbeat(lsn: string, isAsked: boolean): void;
  begin(stop: () => void): void;
  end(): void;
}

/** From the first message to the end of the connection. */
function createReading(options: ReadingOptions): Reading {
  const { service, pool, store, logger, epoch, now } = options;
  let open: Transaction | null = null;
  /** Committed, and not yet told; in the order of their commits. */
  let committed: Transaction[] = [];
  /** Everything before it has been read; of what is committed it says nothing until that is told. */
  let readLsn = FIRST_LSN;
  let { toldLsn, version } = options;
  /** Where the log stood at a moment, until everything before it is read. */
  let mark: { readonly lsn: bigint; readonly at: number } | null = null;
  let isTelling = false;
  let hasEnded = false;
  let timer: NodeJS.Timeout | undefined;
  let dueAt = Infinity;
  let stop = (): void => {};

  function schedule(ms: number): void {
    // One that comes sooner stays: changes that never cease must not put it off.
    if (hasEnded || dueAt <= now() + ms) return;
    clearTimeout(timer);
    dueAt = now() + ms;
    timer = setTimeout(() => {
      dueAt = Infinity;
      void tell();
    }, ms).unref();
  }

  async function tell(): Promise<void> {
    if (isTelling || hasEnded) return;
    isTelling = true;
    try {
      const askedAt = now();
      const [position] = await pool.query<{ snapshot: string; lsn: string }>(POSITION_SQL);
      mark ??= { lsn: lsnOf(position!.lsn), at: askedAt };
      // A server that says nothing for so long is not there any more.
      if (askedAt - mark.at > SILENCE_MS) return stop();
      if (askedAt - mark.at > NUDGE_AFTER_MS) await pool.query(NUDGE_SQL);
      const isWhole = await publish(snapshotOf(position!.snapshot));
      schedule(isWhole ? TELL_EVERY_MS : LOOK_AGAIN_MS);
    } catch (error) {
      logger.warn({ error: String(error) }, 'changes not told to the replicas');
      // What was not acknowledged comes again. And a server that shuts down waits for who does not leave.
      stop();
    } finally {
      isTelling = false;
    }
    if (committed.length > 0) schedule(GATHER_MS);
  }

  /** @returns Whether nothing was left for later. */
  async function publish(snapshot: Snapshot): Promise<boolean> {
    const upTo = readLsn;
    const isShown = ({ xid }: Transaction): boolean => isVisible(xid, snapshot);
    // A standby that confirms commits may hold one back from everybody's sight: it has not happened yet.
    const shown = committed.filter(isShown);
    const isPassed = mark !== null && lsnOf(upTo) >= mark.lsn;
    const seenAgoMs = isPassed && mark ? now() - mark.at : null;
    const relations = [...new Set(shown.flatMap((transaction) => [...transaction.relations]))];
    if (relations.length === 0 && seenAgoMs === null) return committed.length === 0;
    // What is held back has to come again after a crash.
    const isAll = shown.length === committed.length && open === null;
    const toLsn = isAll && lsnOf(upTo) > lsnOf(toldLsn) ? upTo : toldLsn;
    const told = { relations, seenAgoMs, fromLsn: toldLsn, toLsn, version };
    const next = await store.publish(epoch, told);
    if (next === null) {
      // The store is another one than it was, or somebody else tells it: from the beginning.
      stop();
      return true;
    }
    version = next;
    options.onTold();
    if (isPassed) mark = null;
    committed = committed.filter((transaction) => !shown.includes(transaction));
    if (toLsn !== toldLsn) {
      toldLsn = toLsn;
      await service.acknowledge(toldLsn);
    }
    return committed.length === 0;
  }

  function pass(lsn: string): void {
    readLsn = lsn;
    if (mark !== null && lsnOf(lsn) >= mark.lsn) schedule(GATHER_MS);
  }

  return {
    onMessage(message) {
      if (message === null) return;
      if (message.kind === 'begin') open = { xid: message.xid, relations: new Set() };
      else if (message.kind === 'change')
        for (const id of message.relations) open?.relations.add(id);
      else {
        if (open && open.relations.size > 0) {
          committed.push(open);
          schedule(GATHER_MS);
        }
        open = null;
        pass(message.endLsn);
      }
    },
    onHeartbeat(lsn, isAsked) {
      if (open === null) pass(lsn);
      if (isAsked) void service.acknowledge(toldLsn);
    },
    begin(ended) {
      stop = ended;
      schedule(0);
    },
    end() {
      hasEnded = true;
      clearTimeout(timer);
    },
  };
}
