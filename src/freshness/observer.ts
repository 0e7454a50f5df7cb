// Owns looking at the data database from beside the statements that run: what is there now, through a connection
// of its own, so that known rows can be served however busy the pool is. It looks while somebody wants to know.
import type { Pool } from '../db/pool.ts';
import type { Logger } from '../logger.ts';
import type { Observation, Stream } from './observation.ts';
import { LOG_SQL, SERVER_SQL, SESSION_SQL, STATISTICS_SQL } from './relations-sql.ts';
import { readRelations } from './relations.ts';
import type { Marks, Relation } from './relations.ts';
import type { StreamState } from './stream-store.ts';

export interface Observer {
  /** The last one; null before the first. */
  readonly latest: Observation | null;
  /** Whether the stream of changes tells of another database than this one. */
  readonly isForeign: boolean;
  /**
   * Looks again, at these relations too; one look for all who ask meanwhile.
   * @returns What began to be read at or after `since` (of performance.now()); null where it cannot be read.
   */
  observe(since: number, ids?: Iterable<string>): Promise<Observation | null>;
  /** Looks, where the last look began before `since`; nobody is taken to want to know more. */
  look(since: number): Promise<void>;
  /** Somebody wants to know about these, and will again. */
  want(ids: Iterable<string>): void;
  /** Looks sooner than it would. */
  hint(): void;
  /** These were read by a statement whose snapshot is not older than `readAt` (of performance.now()). */
  adopt(relations: readonly Relation[], readAt: number): void;
  close(): void;
}

export interface ObserverOptions {
  /** Of one connection. */
  readonly pool: Pool;
  /** What is known of the stream of changes; null where there is none. Absent where nobody reads one. */
  readonly stream?: (() => Promise<StreamState | null>) | undefined;
  readonly logger: Logger;
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

/** While somebody asks: writes are seen so soon after their commit, the rest so soon. */
const LOG_EVERY_MS = 50;
const ALL_EVERY_MS = 500;
/** A database that takes long to tell is asked less often: looking is to take a fraction of its time. */
const REST_FOR_WORK = 4;
/** Without a question for so long it looks no more. */
const ACTIVE_MS = 3000;
const STREAM_LOST_MS = 15_000;
const MAX_RELATIONS = 2000;
const FORGET_AFTER_MS = 10 * 60 * 1000;

export function createObserver({ pool, stream, logger, now }: ObserverOptions): Observer {
  let latest: Observation | null = null;
  /** By oid, with when somebody last wanted it. */
  const wanted = new Map<string, number>();
  let look: Look | null = null;
  let lastWantedAt = -Infinity;
  let timer: NodeJS.Timeout | undefined;
  let restMs = LOG_EVERY_MS;
  let dueAt = -Infinity;
  let isForeign = false;
  let isClosed = false;
  let told = '';

  function want(ids: Iterable<string>): void {
    const at = now();
    lastWantedAt = at;
    // Put behind the others: the first are those that were not wanted for longest.
    for (const id of ids) {
      wanted.delete(id);
      wanted.set(id, at);
    }
    for (const [id, since] of wanted) {
      if (wanted.size <= MAX_RELATIONS && since > at - FORGET_AFTER_MS) break;
      wanted.delete(id);
    }
    schedule();
  }

  function schedule(): void {
    if (!isClosed) timer ??= setTimeout(tick, restMs).unref();
  }

  function tick(): void {
    timer = undefined;
    const at = now();
    if (isClosed || at - lastWantedAt > ACTIVE_MS) return;
    const isDue = latest === null || at >= dueAt;
    const isPolled = Boolean(latest?.log || latest?.stream);
    const looked = isDue ? run('all') : isPolled ? run('writes') : Promise.resolve();
    void looked.finally(schedule);
  }

  /** One at a time: there is one connection. */
  function run(kind: Look['kind']): Promise<void> {
    if (look) return look.done;
    const begun: Look = { kind, begunAt: now(), done: Promise.resolve() };
    look = begun;
    const work = kind === 'all' ? readAll(begun.begunAt) : readWrites(begun.begunAt);
    begun.done = work
      .then(
        () => (told = ''),
        (error: unknown) => {
          const reason = String(error);
          if (reason !== told) logger.warn({ error: reason }, 'changes of the data cannot be seen');
          told = reason;
        },
      )
      .then(() => {
        look = null;
        const rest = REST_FOR_WORK * (now() - begun.begunAt);
        if (kind === 'all') dueAt = begun.begunAt + Math.max(ALL_EVERY_MS, rest);
        else restMs = Math.max(LOG_EVERY_MS, rest);
      });
    return begun.done;
  }

  async function readWrites(at: number): Promise<void> {
    if (!latest) return;
    const log = latest.log && (await marks(LOG_SQL));
    latest = { ...latest, log, stream: latest.stream && (await readStream()), logReadAt: at };
  }

  /** A store that is away ends what it said only by its age. */
  async function readStream(): Promise<Stream | null> {
    const at = now();
    const known = latest?.stream ?? null;
    try {
      const state = (await stream?.()) ?? null;
      if (state === null || state.seenAgoMs === null) return null;
      const { id, epoch, versions, seenAgoMs } = state;
      return livingOf({ id, epoch, versions, seenAt: at - seenAgoMs }, at);
    } catch {
      return known && livingOf(known, at);
    }
  }

  async function readAll(at: number): Promise<void> {
    const [session] = await pool.query<SessionRow & Record<string, unknown>>(SESSION_SQL);
    const [row] = await pool.query<ServerRow & Record<string, unknown>>(SERVER_SQL);
    const ids = [...wanted.keys()];
    const log = row!.has_log ? await marks(LOG_SQL) : null;
    const found = await readRelations(pool, ids);
    // A standby is behind its primary, of which the stream tells.
    const state = row!.is_standby ? null : await readStream();
    isForeign = state !== null && state.id !== session!.id;
    const sent = isForeign ? null : state;
    const statistics = row!.has_counts ? await marks(STATISTICS_SQL, [MAX_RELATIONS]) : null;
    const relations = new Map<string, Relation | null>(ids.map((id) => [id, null]));
    for (const relation of found) relations.set(relation.id, relation);
    latest = {
      session: sessionText(session!),
      server: row!.mark,
      relations,
      log,
      stream: sent,
      statistics,
      readAt: at,
      logReadAt: at,
    };
  }

  async function marks(sql: string, values: readonly unknown[] = []): Promise<Marks> {
    const rows = await pool.query<{ id: string; mark: string }>(sql, values);
    return new Map(rows.map(({ id, mark }) => [id, mark]));
  }

  return {
    get latest() {
      return latest;
    },
    get isForeign() {
      return isForeign;
    },
    want,
    async observe(since, ids = []) {
      const needed = [...ids];
      want(needed);
      const isSeen = (seen: Observation | null): boolean =>
        seen !== null &&
        seen.readAt >= since &&
        seen.logReadAt >= since &&
        needed.every((id) => seen.relations.has(id));
      // What is under way may have begun too early, or without these; what is begun then has neither fault.
      for (let attempt = 0; attempt < 2 && !isSeen(latest); attempt += 1) {
        await look?.done;
        if (!isSeen(latest)) await run('all');
      }
      return isSeen(latest) ? latest : null;
    },
    async look(since) {
      if (!isClosed && (latest === null || latest.readAt < since)) await run('all');
    },
    hint() {
      if (!isClosed && now() - lastWantedAt <= ACTIVE_MS) void run('writes');
    },
    adopt(relations, readAt) {
      want(relations.map(({ id }) => id));
      // Into what was seen later, they would bring back what was before.
      if (latest === null || latest.readAt > readAt) return;
      const missing = relations.filter(({ id }) => !latest!.relations.has(id));
      const all = new Map(latest.relations);
      for (const relation of missing) all.set(relation.id, relation);
      if (missing.length > 0) latest = { ...latest, relations: all };
    },
    close() {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}

interface Look {
  readonly kind: 'all' | 'writes';
  readonly begunAt: number;
  done: Promise<void>;
}

/** One that nobody feeds any more is given up: what is known by other ways is known again then. */
const livingOf = (stream: Stream, at: number): Stream | null =>
  at - stream.seenAt < STREAM_LOST_MS ? stream : null;

/** As a stamp has it, too. */
export function sessionText(row: SessionRow): string {
  return `${row.id} ${row.settings}`;
}
