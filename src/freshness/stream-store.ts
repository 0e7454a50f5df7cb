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
  open(): Promise<StreamBegin>;
  /** Null where there is none. */
  read(): Promise<StreamState | null>;
  /** @returns False where the store is not as its teller left it: another tells it, or it went back. */
  publish(epoch: string, told: Told): Promise<boolean>;
  /** Changes up to there may have been missed: nothing that is known holds. */
  renew(toldLsn: string): Promise<string>;
}

export interface StreamBegin {
  readonly slot: string;
  readonly epoch: string;
  /** Every change before it is here. */
  readonly toldLsn: string;
}

export interface Told {
  /** Were written to. */
  readonly relations: readonly string[];
  /** Everything that was committed so long ago is here or was before; null where that is not known yet. */
  readonly seenAgoMs: number | null;
  /** Up to where the store was told before, and is from now on. */
  readonly fromLsn: string;
  readonly toLsn: string;
}

interface StateRow {
  readonly slot: string;
  readonly epoch: string;
  readonly seen_ago_ms: number | null;
  readonly versions: Readonly<Record<string, string>> | null;
}

/** @param id Names the data database, and its server. */
export function createStreamStore(pool: Pool, id: string): StreamStore {
  return {
    async open() {
      const slot = `askonce_${randomBytes(8).toString('hex')}`;
      await pool.query(
        `INSERT INTO askonce.streams (id, slot, epoch) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
        [id, slot, randomUUID()],
      );
      const [row] = await pool.query<{ slot: string; epoch: string; told_lsn: string }>(
        'SELECT slot, epoch, told_lsn::text FROM askonce.streams WHERE id = $1',
        [id],
      );
      const { slot: known, epoch, told_lsn: toldLsn } = row!;
      return { slot: known, epoch, toldLsn };
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

    async publish(epoch, { relations, seenAgoMs, fromLsn, toLsn }) {
      const [row] = await pool.query(
        `WITH stream AS (
           UPDATE askonce.streams SET version = version + 1, told_lsn = $7::pg_lsn,
             seen_at = greatest(CASE WHEN seen_at <= clock_timestamp() THEN seen_at END,
               now() - $4::float8 * interval '1 millisecond')
           WHERE id = $1 AND epoch = $2 AND told_lsn = $6::pg_lsn RETURNING id, version),
         changed AS (
           INSERT INTO askonce.stream_versions (stream_id, relation, version)
           SELECT stream.id, relation, stream.version FROM stream, unnest($3::oid[]) AS relation
           ON CONFLICT (stream_id, relation) DO UPDATE SET version = excluded.version)
         SELECT CASE WHEN cardinality($3::oid[]) > 0 THEN pg_notify('${NOTICE_CHANNEL}', $5) END FROM stream`,
        [id, epoch, relations, seenAgoMs, noticeOfAll('stream', id), fromLsn, toLsn],
      );
      return row !== undefined;
    },

    async renew(toldLsn) {
      const epoch = randomUUID();
      await pool.query(
        `WITH gone AS (DELETE FROM askonce.stream_versions WHERE stream_id = $1)
         UPDATE askonce.streams SET epoch = $2, seen_at = NULL, told_lsn = $3::pg_lsn WHERE id = $1`,
        [id, epoch, toldLsn],
      );
      return epoch;
    },
  };
}
