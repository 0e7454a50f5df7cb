// Owns what the cache database holds of a stream of changes: versions of relations, and up to when they are known.
// Written by the one replica that reads the slot, read by all.
import { randomBytes, randomUUID } from 'node:crypto';

import { NOTICE_CHANNEL, noticeOfAll } from '../cache/notices.ts';
import type { Pool } from '../db/pool.ts';
import type { Marks } from './relations.ts';

export interface StreamState {
  readonly slot: string;
  readonly epoch: string;
  /** How long ago everything that was committed was known, by the clock of the store; null before the first time. */
  readonly seenAgoMs: number | null;
  /** By oid; those of other epochs are not there. */
  readonly versions: Marks;
}

export interface StreamStore {
  /** The same for all who ask first; made where there is none. */
  open(): Promise<{ readonly slot: string; readonly epoch: string }>;
  /** Null where there is none. */
  read(): Promise<StreamState | null>;
  /**
   * @param relations Were written to.
   * @param seenAgoMs Everything that was committed then is here or was before; null where that is not known yet.
   * @returns False where another epoch has begun, or must.
   */
  publish(epoch: string, relations: readonly string[], seenAgoMs: number | null): Promise<boolean>;
  /** Changes may have been missed: nothing that is known holds. */
  renew(): Promise<string>;
}

interface StateRow {
  readonly slot: string;
  readonly epoch: string;
  readonly seen_ago_ms: number | null;
  readonly versions: Readonly<Record<string, string>> | null;
}

/** Of the store's server: another behind a failover and in a copy. */
const TIMELINE = `(SELECT s.system_identifier::text || ' ' || left(pg_walfile_name(pg_current_wal_lsn()), 8)
  FROM pg_control_system() s)`;

/** @param id Names the data database, and its server. */
export function createStreamStore(pool: Pool, id: string): StreamStore {
  return {
    async open() {
      const slot = `askonce_${randomBytes(8).toString('hex')}`;
      await pool.query(
        `INSERT INTO askonce.streams (id, slot, epoch, timeline) VALUES ($1, $2, $3, ${TIMELINE})
         ON CONFLICT DO NOTHING`,
        [id, slot, randomUUID()],
      );
      const [row] = await pool.query<{ slot: string; epoch: string }>(
        'SELECT slot, epoch FROM askonce.streams WHERE id = $1',
        [id],
      );
      return row!;
    },

    async read() {
      const [row] = await pool.query<StateRow & Record<string, unknown>>(
        `SELECT slot, epoch, extract(epoch FROM clock_timestamp() - seen_at)::float8 * 1000 AS seen_ago_ms,
           (SELECT jsonb_object_agg(v.relation::text, v.version::text)
            FROM askonce.stream_versions v WHERE v.stream_id = s.id) AS versions
         FROM askonce.streams s WHERE id = $1`,
        [id],
      );
      if (!row) return null;
      return {
        slot: row.slot,
        epoch: row.epoch,
        // A clock that was set back says nothing of ages.
        seenAgoMs: row.seen_ago_ms !== null && row.seen_ago_ms < 0 ? null : row.seen_ago_ms,
        versions: new Map(Object.entries(row.versions ?? {})),
      };
    },

    async publish(epoch, relations, seenAgoMs) {
      const [row] = await pool.query(
        `WITH stream AS (
           UPDATE askonce.streams SET version = version + 1,
             seen_at = greatest(CASE WHEN seen_at <= clock_timestamp() THEN seen_at END,
               now() - $4::float8 * interval '1 millisecond')
           WHERE id = $1 AND epoch = $2 AND timeline = ${TIMELINE} RETURNING id, version),
         changed AS (
           INSERT INTO askonce.stream_versions (stream_id, relation, version)
           SELECT stream.id, relation, stream.version FROM stream, unnest($3::oid[]) AS relation
           ON CONFLICT (stream_id, relation) DO UPDATE SET version = excluded.version)
         SELECT CASE WHEN cardinality($3::oid[]) > 0 THEN pg_notify('${NOTICE_CHANNEL}', $5) END FROM stream`,
        [id, epoch, relations, seenAgoMs, noticeOfAll('stream', id)],
      );
      return row !== undefined;
    },

    async renew() {
      const epoch = randomUUID();
      await pool.query(
        `WITH gone AS (DELETE FROM askonce.stream_versions WHERE stream_id = $1)
         UPDATE askonce.streams SET epoch = $2, seen_at = NULL, timeline = ${TIMELINE} WHERE id = $1`,
        [id, epoch],
      );
      return epoch;
    },
  };
}
