// Owns what one look at the data database reads: what is the same for all roles, and what each of them sees.
import { assume } from '../db/identity.ts';
import type { Pool } from '../db/pool.ts';
import { isStatementError } from '../db/sqlstate.ts';
import { BEGIN_READ_ONLY } from '../db/transaction.ts';
import type { Observation, Stream } from './observation.ts';
import type { Role } from './observer.ts';
import {
  LOG_SQL,
  SERVER_SQL,
  SESSION_SQL,
  STATISTICS_SQL,
  STREAM_ID_SQL,
  relationsSql,
} from './relations-sql.ts';
import { toRelations } from './relations.ts';
import type { Marks, Relation } from './relations.ts';
import type { StreamState } from './stream-store.ts';

/** What is the same for all roles. */
export interface Shared extends Pick<
  Observation,
  'server' | 'log' | 'stream' | 'statistics' | 'readAt' | 'logReadAt'
> {
  /** Whether the stream of changes tells of another database than this one. */
  readonly isForeign: boolean;
}

export type SeenAs = Pick<Observation, 'session' | 'relations' | 'readAt'>;

export interface Looks {
  /** @param at When it begins, of performance.now(). */
  all(known: Shared | null, at: number): Promise<Shared>;
  /** What is written, alone. */
  writes(known: Shared, at: number): Promise<Shared>;
  /** A role that is gone, or that nobody may become any more, sees nothing, and is not as it was. */
  as(role: Role, ids: readonly string[], at: number): Promise<SeenAs>;
}

export interface LooksOptions {
  /** Of one connection. */
  readonly pool: Pool;
  /** What is known of the stream of changes; null where there is none. Absent where nobody reads one. */
  readonly stream?: (() => Promise<StreamState | null>) | undefined;
  readonly now: () => number;
}

export interface SessionRow {
  /** The database, its server, and since when that is what it is. */
  readonly id: string;
  readonly settings: string;
}

interface ServerRow {
  readonly mark: string;
  readonly is_standby: boolean;
  readonly has_counts: boolean;
  readonly has_log: boolean;
}

interface Answer {
  readonly rows: readonly unknown[];
}

type Row<Fields> = Fields & Record<string, unknown>;

const STREAM_LOST_MS = 15_000;
const MAX_COUNTED = 2000;

export function createLooks({ pool, stream, now }: LooksOptions): Looks {
  /** A store that is away ends what it said only by its age. */
  async function readStream(known: Stream | null): Promise<Stream | null> {
    const at = now();
    try {
      const state = (await stream?.()) ?? null;
      if (state === null || state.seenAgoMs === null) return null;
      const { id, epoch, versions, seenAgoMs } = state;
      return livingOf({ id, epoch, versions, seenAt: at - seenAgoMs }, at);
    } catch {
      return known && livingOf(known, at);
    }
  }

  async function databaseId(): Promise<string> {
    const [row] = await pool.query<{ id: string }>(STREAM_ID_SQL);
    return row!.id;
  }

  async function marks(sql: string, values: readonly unknown[] = []): Promise<Marks> {
    const rows = await pool.query<{ id: string; mark: string }>(sql, values);
    return new Map(rows.map(({ id, mark }) => [id, mark]));
  }

  return {
    async all(known, at) {
      const [row] = await pool.query<Row<ServerRow>>(SERVER_SQL);
      const log = row!.has_log ? await marks(LOG_SQL) : null;
      // A standby is behind its primary, of which the stream tells.
      const state = row!.is_standby ? null : await readStream(known?.stream ?? null);
      const isForeign = state !== null && state.id !== (await databaseId());
      return {
        server: row!.mark,
        log,
        stream: isForeign ? null : state,
        isForeign,
        statistics: row!.has_counts ? await marks(STATISTICS_SQL, [MAX_COUNTED]) : null,
        readAt: at,
        logReadAt: at,
      };
    },

    async writes(known, at) {
      const log = known.log && (await marks(LOG_SQL));
      const sent = known.stream && (await readStream(known.stream));
      return { ...known, log, stream: sent, logReadAt: at };
    },

    async as(role, ids, at) {
      // One moment for both, one way there and back, and nothing of the role is left behind.
      const statements = [
        BEGIN_READ_ONLY,
        ...assume({ role, settings: [] }),
        SESSION_SQL,
        relationsSql(ids),
        'ROLLBACK',
      ];
      return await pool.withClient(async (client, discard) => {
        try {
          const answers = (await client.query(
            statements.join(';'),
          )) as unknown as readonly Answer[];
          const [session, found] = answers.slice(-3) as [Answer, Answer, Answer];
          const relations = new Map<string, Relation | null>(ids.map((id) => [id, null]));
          for (const relation of toRelations(found.rows)) relations.set(relation.id, relation);
          return { session: sessionText(session.rows[0] as SessionRow), relations, readAt: at };
        } catch (error) {
          await client.query('ROLLBACK').catch(discard);
          if (role === null || !isStatementError(error)) throw error;
          return { session: `refused: ${String(error)}`, relations: new Map(), readAt: at };
        }
      });
    },
  };
}

/** One that nobody feeds any more is given up: what is known by other ways is known again then. */
const livingOf = (stream: Stream, at: number): Stream | null =>
  at - stream.seenAt < STREAM_LOST_MS ? stream : null;

/** As a stamp has it, too. */
export function sessionText(row: SessionRow): string {
  return `${row.id} ${row.settings}`;
}
