// Owns what is read from the slot, from the first message to the end of the connection: transactions are gathered,
// told to the store once everybody can see them, and acknowledged behind that.
import type { LogicalReplicationService } from 'pg-logical-replication';

import type { Pool } from '../db/pool.ts';
import type { Logger } from '../logger.ts';
import { isVisible, lsnOf, snapshotOf } from './lsn.ts';
import type { Snapshot } from './lsn.ts';
import { PUBLICATION, STREAM_PLACE } from './relations-sql.ts';
import type { StreamPlace } from './relations-sql.ts';
import type { StreamMessage } from './stream-decoder.ts';
import type { StreamStore } from './stream-store.ts';

interface Transaction {
  readonly xid: number;
  readonly relations: Set<string>;
}

/** Without changes, everybody hears so often that there were none. */
const TELL_EVERY_MS = 400;
/** With changes, so soon behind the first of them. */
const GATHER_MS = 10;
/** A transaction that was decoded shows to all a moment later: asked again so soon. */
const LOOK_AGAIN_MS = 20;
const NUDGE_AFTER_MS = 300;
/** A server that takes a large transaction apart, or one of which nothing is published, says so little. */
const SILENCE_MS = 90_000;
export const FIRST_LSN = '0/00000000';

/** $1 publication. */
const POSITION_SQL = `
  SELECT pg_catalog.pg_current_snapshot()::text AS snapshot, pg_catalog.pg_current_wal_insert_lsn()::text AS lsn,
    ${STREAM_PLACE}`;
/** Commits, and so flushes what stands before it: an idle server keeps the rest of a page to itself for long. */
const NUDGE_SQL = "SELECT pg_catalog.pg_logical_emit_message(true, 'askonce', '')";

interface Position extends StreamPlace {
  readonly snapshot: string;
  readonly lsn: string;
}

interface Mark {
  readonly lsn: bigint;
  /** Of performance.now(). */
  readonly at: number;
  /** By the clock of the store. */
  readonly storeAt: number;
}

export interface ReadingOptions {
  readonly pool: Pool;
  readonly store: StreamStore;
  readonly logger: Logger;
  readonly service: LogicalReplicationService;
  readonly epoch: string;
  readonly toldLsn: string;
  readonly version: string;
  /** Once the replicas know what was read. */
  readonly onTold: () => void;
  readonly now: () => number;
}

export interface Reading {
  onMessage(message: StreamMessage): void;
  /** Everything before this was sent. */
  onHeartbeat(lsn: string, isAsked: boolean): void;
  /** @param stop Told why, where nobody else says so. */
  begin(stop: (reason?: string) => void): void;
  end(): void;
}

export function createStreamReading(options: ReadingOptions): Reading {
  const { service, pool, store, logger, epoch, now } = options;
  let open: Transaction | null = null;
  /** Committed, and not yet told; in the order of their commits. */
  let committed: Transaction[] = [];
  /** Everything before it has been read; of what is committed it says nothing until that is told. */
  let readLsn = FIRST_LSN;
  let { toldLsn, version } = options;
  /** Where the log stood at a moment, until everything before it is read. */
  let mark: Mark | null = null;
  let heardAt = now();
  let isTelling = false;
  let hasEnded = false;
  let timer: NodeJS.Timeout | undefined;
  let dueAt = Infinity;
  let stop: (reason?: string) => void = () => undefined;

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
      const storeAt = mark?.storeAt ?? (await store.clock());
      const [position] = await pool.query<Position & Record<string, unknown>>(POSITION_SQL, [
        PUBLICATION,
      ]);
      if (position!.id !== store.id) return stop('its address leads to another server by now');
      if (!position!.has_publication) return stop('its publication is gone');
      mark ??= { lsn: lsnOf(position!.lsn), at: askedAt, storeAt };
      if (askedAt - Math.max(mark.at, heardAt) > SILENCE_MS)
        return stop('its server has said nothing for long');
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
    const seenAt = isPassed && mark ? mark.storeAt : null;
    const relations = [...new Set(shown.flatMap((transaction) => [...transaction.relations]))];
    if (relations.length === 0 && seenAt === null) return committed.length === 0;
    // What is held back has to come again after a crash.
    const isAll = shown.length === committed.length && open === null;
    const toLsn = isAll && lsnOf(upTo) > lsnOf(toldLsn) ? upTo : toldLsn;
    const told = { relations, seenAt, fromLsn: toldLsn, toLsn, version };
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
      heardAt = now();
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
      heardAt = now();
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
