// Owns what the cache database holds of a stream of changes: versions of relations, and up to when they are known.
// Written by the one replica that reads the slot, read by all.
import { randomBytes, randomUUID } from 'node:crypto';

import { NOTICE_CHANNEL, noticeOfAll } from '../cache/notices.ts';
import type { Pool } from '../db/pool.ts';
import type { Marks } from './relations.ts';

export interface StreamState {
  /** The database that it tells of, and its server. */
  readonly id: string;
  readonly slot: string;
  readonly epoch: string;
  /** How long ago everything that was committed was known, by the clock of the store; null before the first time. */
  readonly seenAgoMs: number | null;
  /** By oid; those of other epochs are not there. */
  readonly versions: Marks;
}

export interface StreamStore {
  /** The database that it is told of, and its server. */
  readonly id: string;
  /** Now, by the clock of the store: seconds since 1970. */
  clock(): Promise<number>;
  /** The same for all who ask first; made where there is none. */
  open(): Promise<StreamBegin>;
  /** Null where there is none. */
  read(): Promise<StreamState | null>;
  /** @returns The version from then on; null where the store is not as its teller left it: another tells it, or it went back. */
  publish(epoch: string, told: Told): Promise<string | null>;
  /** Changes up to there may have been missed: nothing that is known holds. */
  renew(toldLsn: string): Promise<Pick<StreamBegin, 'epoch' | 'version'>>;
}

export interface StreamBegin {
  readonly slot: string;
  readonly epoch: string;
  /** Every change before it is here. */
  readonly toldLsn: string;
  /** Another with each time that it is told something. */
  readonly version: string;
}

export interface Told {
  /** Were written to. */
  readonly relations: readonly string[];
  /** Everything that was committed by then (of clock()) is here or was before; null where that is not known yet. */
  readonly seenAt: number | null;
  /** Up to where the store was told before, and is from now on. */
  readonly fromLsn: string;
  readonly toLsn: string;
  /** As the store was left. */
  readonly version: string;
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
    id,

    async clock() {
      const [row] = await pool.query<{ at: number }>(
        'SELECT extract(epoch FROM clock_timestamp())::float8 AS at',
      );
      return row!.at;
    },

    async open() {
      const slot = `askonce_${randomBytes(8).toString('hex')}`;
      await pool.query(
        `INSERT INTO askonce.streams (id, slot, epoch) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
        [id, slot, randomUUID()],
      );
      const [row] = await pool.query<Record<'slot' | 'epoch' | 'told_lsn' | 'version', string>>(
        'SELECT slot, epoch, told_lsn::text, version::text FROM askonce.streams WHERE id = $1',
        [id],
      );
      const { slot: known, epoch, told_lsn: toldLsn, version } = row!;
      return { slot: known, epoch, toldLsn, version };
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
        id,
        slot: row.slot,
        epoch: row.epoch,
        // A clock that was set back says nothing of ages.
        seenAgoMs: row.seen_ago_ms !== null && row.seen_ago_ms < 0 ? null : row.seen_ago_ms,
        versions: new Map(Object.entries(row.versions ?? {})),
      };
    },

    async publish(epoch, { relations, seenAt, fromLsn, toLsn, version }) {
      const [row] = await pool.query<{ version: string }>(
        `WITH stream AS (
           UPDATE askonce.streams SET version = version + 1, told_lsn = $7::pg_lsn,
             seen_at = greatest(CASE WHEN seen_at <= clock_timestamp() THEN seen_at END,
               to_timestamp($4::float8))
           WHERE id = $1 AND epoch = $2 AND told_lsn = $6::pg_lsn AND version = $8::bigint
           RETURNING id, version),
         changed AS (
           INSERT INTO askonce.stream_versions (stream_id, relation, version)
           SELECT stream.id, relation, stream.version FROM stream, unnest($3::oid[]) AS relation
           ON CONFLICT (stream_id, relation) DO UPDATE SET version = excluded.version)
         SELECT version::text, CASE WHEN cardinality($3::oid[]) > 0 THEN pg_notify('${NOTICE_CHANNEL}', $5) END
         FROM stream`,
        [id, epoch, relations, seenAt, noticeOfAll('stream', id), fromLsn, toLsn, version],
      );
      return row?.version ?? null;
    },

    async renew(toldLsn) {
      const epoch = randomUUID();
      const [row] = await pool.query<{ version: string }>(
        `WITH gone AS (DELETE FROM askonce.stream_versions WHERE stream_id = $1)
         UPDATE askonce.streams SET epoch = $2, seen_at = NULL, told_lsn = $3::pg_lsn, version = version + 1
         WHERE id = $1 RETURNING version::text`,
        [id, epoch, toldLsn],
      );
      return { epoch, version: row?.version ?? '' };
    },
  };
}
