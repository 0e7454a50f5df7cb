// Owns whether rows that were read once are still what the database holds. Each result is stamped with what its
// rows depend on, as of its own snapshot or before; a hit compares the stamp with what was seen a moment ago.
import { setTimeout as sleep } from 'node:timers/promises';

import { mostOf } from '../cache/volatility.ts';
import type { Volatility } from '../cache/volatility.ts';
import type { Client, Pool } from '../db/pool.ts';
import type { Logger } from '../logger.ts';
import {
  changeSince,
  contentOf,
  isFromLog,
  isFromStatistics,
  isFromStream,
  isUnseen,
  surroundingsOf,
  toStamp,
} from './observation.ts';
import type { Change, ContentMarks, Observation, RelationStamp, Stamp } from './observation.ts';
import { createLooks, sessionText } from './looks.ts';
import type { SessionRow } from './looks.ts';
import { createObserver } from './observer.ts';
import type { Role } from './observer.ts';
import { COMPUTED_SQL, DAY_LEFT_SQL, LOG_SQL, READ_SQL, SESSION_SQL } from './relations-sql.ts';
import { hasDefinition, readDefinitions, toRelation } from './relations.ts';
import type { Definition, Relation } from './relations.ts';
import type { ChangeStream } from './stream.ts';

export interface Freshness {
  /** To be called before the statement runs: what is known then is older than its snapshot. */
  beforeRun(role: Role): Promise<RunWatch>;
  /** Whether rows with this stamp hold every write that was committed before the bound. Never rejects. */
  readonly holds: (stamp: unknown) => Promise<boolean>;
  /** As holds, from what is known already: false where that does not tell. */
  holdsNow(stamp: unknown): boolean;
  /** Whether, as was seen a moment ago, at most rows were written: definitions and rights are as they were. */
  readonly isMerelyOld: (stamp: unknown) => Promise<boolean>;
  /** As isMerelyOld, from the last look, however long ago: of a database that cannot be looked at. */
  wasMerelyOld(stamp: unknown): boolean;
  /** What was seen so long ago still tells. */
  readonly seenWithinMs: number;
  /** Something may have been written: worth a look, if anybody wants to know. */
  hint(): void;
  /** Looks before it tells, where the last look was not a moment ago. Never rejects. */
  status(): Promise<FreshnessStatus>;
  close(): void;
}

export interface RunWatch {
  /**
   * In the transaction of the statement, behind its last row: nothing else runs in it as who ran the statement.
   * @param sql The statement.
   * @returns Null where its rows may have changed at any time, and are not to be served again.
   */
  stamp(client: Client, sql: string): Promise<Stamped | null>;
}

export interface Stamped {
  /** To be kept with the rows. */
  readonly stamp: Stamp | null;
  /** Of the views and policies behind the statement. */
  readonly volatility: Volatility;
  /** Until the session's day ends. */
  readonly dayLeftMs: number;
}

/** Where changes are learned from, the best first; 'unseen' before the database was asked. */
export const FRESHNESS_SOURCES = [
  'embedded',
  'logical',
  'triggers',
  'statistics',
  'ttl',
  'unseen',
] as const;
export type Source = (typeof FRESHNESS_SOURCES)[number];

export interface FreshnessStatus {
  readonly source: Source;
  /** An answer holds every write that was committed so long before the call. Null where only the TTL tells. */
  readonly boundMs: number | null;
  /** How old what the stream of changes tells is; Infinity while none is read, null where none was asked for. */
  readonly lagMs: number | null;
  /** Of the relations behind known rows, those whose writes the source does not see: by statistics, or not at all. */
  readonly unlogged: number;
  /** Why the stream of changes that was asked for is not read; null where it is, or was not. */
  readonly fault: string | null;
}

export interface FreshnessOptions {
  /** One connection, for looking beside the statements. */
  readonly pool: Pool;
  /** Of changes; absent where nobody reads one. */
  readonly stream?: Pick<ChangeStream, 'state' | 'fault'> | undefined;
  /** Whether the database is known to be away: it is not looked at then. */
  readonly isDown?: () => boolean;
  /** What a view's or a policy's own text depends on. */
  readonly volatilityOf: (definition: Definition) => Volatility;
  readonly onChange: (cause: Exclude<Change, null>) => void;
  readonly logger: Logger;
  /** Of performance.now(). */
  readonly now?: () => number;
}

/** What was seen so long ago still tells; older is looked at again first. */
const SEEN_WITHIN_MS = 1000;
/** What is sent of changes is known so long after it was committed at most. */
const STREAM_WITHIN_MS = 2000;
/** A session's counters are added up within a minute of its commits (PGSTAT_MAX_INTERVAL). */
const STATISTICS_LATE_MS = 60_000;
/** A call waits so long to learn whether rows hold; then the statement runs. */
const PATIENCE_MS = 1000;
const MAX_KNOWN_DEFINITIONS = 5000;

interface Rows<Row> {
  readonly rows: readonly Row[];
}

type Answers = readonly [
  session: { readonly rows: readonly [SessionRow] },
  day: { readonly rows: readonly [{ readonly day_left: number }] },
  read: Rows<Parameters<typeof toRelation>[0]>,
  computed: Rows<{ readonly name: string }>,
  login?: unknown,
  log?: Rows<{ readonly id: string; readonly mark: string }>,
];

export function createFreshness(options: FreshnessOptions): Freshness {
  const { pool, volatilityOf, onChange, logger, now = () => performance.now() } = options;
  const looks = createLooks({
    pool,
    stream: options.stream && (() => options.stream!.state()),
    now,
  });
  const observer = createObserver({ looks, logger, now });
  /** By oid and mark. */
  const definitions = new Map<string, Volatility>();
  const stamps = new WeakMap<object, Stamp | null>();
  const changes = new WeakMap<Stamp, { readonly by: Observation; readonly change: Change }>();

  function source(): Source {
    const { shared } = observer;
    if (shared === null) return 'unseen';
    if (shared.stream) return 'logical';
    if (shared.log) return 'triggers';
    return shared.statistics ? 'statistics' : 'ttl';
  }

  function boundBy(at: Source): Pick<FreshnessStatus, 'source' | 'boundMs' | 'unlogged'> {
    if (at === 'unseen' || at === 'ttl') return { source: at, boundMs: null, unlogged: 0 };
    const contents = [...observer.relations().values()].map(
      (relation) => contentOf(relation, observer.shared!) ?? '',
    );
    const counted = contents.filter(isFromStatistics).length;
    const unseen = contents.filter(isUnseen).length;
    if (unseen > 0) return { source: at, boundMs: null, unlogged: unseen };
    const isLate = at === 'statistics' || counted > 0;
    const exact = at === 'logical' ? STREAM_WITHIN_MS : SEEN_WITHIN_MS;
    const boundMs = isLate ? SEEN_WITHIN_MS + STATISTICS_LATE_MS : exact;
    return { source: at, boundMs, unlogged: at === 'statistics' ? 0 : counted };
  }

  async function seen(
    role: Role,
    since: number,
    ids: Iterable<string> = [],
  ): Promise<Observation | null> {
    if (options.isDown?.()) return null;
    return await patiently(observer.observe(role, since, ids));
  }

  async function volatilityBehind(client: Client, relations: Relation[]): Promise<Set<Volatility>> {
    const keyOf = ({ id, mark }: Relation): string => `${id} ${mark}`;
    const defined = relations.filter(hasDefinition);
    const unread = defined.filter((relation) => !definitions.has(keyOf(relation)));
    if (unread.length > 0) {
      if (definitions.size > MAX_KNOWN_DEFINITIONS) definitions.clear();
      const ids = unread.map(({ id }) => id);
      const found = new Map((await readDefinitions(client, ids)).map((read) => [read.id, read]));
      for (const relation of unread) {
        const read = found.get(relation.id);
        definitions.set(keyOf(relation), read ? volatilityOf(read) : 'volatile');
      }
    }
    return new Set(defined.map((relation) => definitions.get(keyOf(relation)) ?? 'volatile'));
  }

  async function stamped(
    client: Client,
    sql: string,
    before: { readonly role: Role; readonly seen: Observation; readonly begunAt: number },
  ): Promise<Stamped | null> {
    const { role, seen: known, begunAt } = before;
    const statements = [SESSION_SQL, DAY_LEFT_SQL, READ_SQL, COMPUTED_SQL];
    // The log need not be readable by whoever reads the tables.
    if (known.log) statements.push('SET LOCAL ROLE NONE', LOG_SQL);
    // Several at once make one round trip, and one answer each.
    const answers = (await client.query(statements.join(';'))) as unknown as Answers;
    const [session, day, read, computed, , log] = answers;
    if (mayCompute(sql, computed.rows)) return null;
    const relations = read.rows.map(toRelation);
    const inSnapshot = {
      log: log ? new Map(log.rows.map(({ id, mark }) => [id, mark])) : null,
      // What was sent before the snapshot shows in it.
      stream: known.stream,
      statistics: known.statistics,
    };
    const surroundings = surroundingsOf({
      session: sessionText(session.rows[0]),
      server: known.server,
    });
    const marks = stampsOf(relations, inSnapshot);
    if (marks === null) return null;
    observer.adopt(role, relations, begunAt);
    return {
      stamp: { role, surroundings, relations: marks },
      volatility: mostOf(await volatilityBehind(client, relations)),
      dayLeftMs: day.rows[0].day_left,
    };
  }

  /** A stamp stays as it is as long as its rows are held: it is read once. */
  function readStamp(value: unknown): Stamp | null {
    if (typeof value !== 'object' || value === null) return null;
    const known = stamps.get(value);
    if (known !== undefined) return known;
    const stamp = toStamp(value);
    stamps.set(value, stamp);
    return stamp;
  }

  /** And compared once with each look. */
  function changeBy(latest: Observation, stamp: Stamp): Change {
    const known = changes.get(stamp);
    if (known?.by === latest) return known.change;
    const change = changeSince(stamp, latest);
    changes.set(stamp, { by: latest, change });
    return change;
  }

  /** Whether at most rows were written, and none on which a right depends: policies read rows, too. */
  function isOld(stamp: Stamp, latest: Observation): boolean {
    const change = changeBy(latest, stamp);
    const hasPolicies = Object.keys(stamp.relations).some(
      (id) => latest.relations.get(id)?.hasPolicies,
    );
    return change === null || (change === 'write' && !hasPolicies);
  }

  /** Whether known rows hold, by the last look; 'unknown' where that is too long ago. */
  function verdict(stamp: Stamp): Change {
    const latest = observer.latest(stamp.role);
    if (latest === null) return 'unknown';
    const change = changeBy(latest, stamp);
    // What had changed by then has changed, however long ago that was.
    if (change !== null) return change;
    const since = now() - SEEN_WITHIN_MS;
    const isStreamLate = (latest.stream?.seenAt ?? -Infinity) < now() - STREAM_WITHIN_MS;
    const isLate =
      latest.readAt < since ||
      (latest.logReadAt < since && uses(stamp, isFromLog)) ||
      (isStreamLate && uses(stamp, isFromStream));
    return isLate ? 'unknown' : null;
  }

  return {
    seenWithinMs: SEEN_WITHIN_MS,

    async beforeRun(role) {
      // The log is read inside of the statement's own snapshot: what is known beforehand need not be new.
      observer.want(role, []);
      const isNeeded = source() !== 'triggers' && source() !== 'ttl';
      const known = observer.latest(role);
      const before = isNeeded || known === null ? await seen(role, now() - SEEN_WITHIN_MS) : known;
      const begunAt = now();
      return {
        stamp: async (client, sql) =>
          before && (await stamped(client, sql, { role, seen: before, begunAt })),
      };
    },

    async holds(value) {
      const stamp = readStamp(value);
      if (stamp === null) return false;
      const { role } = stamp;
      const ids = Object.keys(stamp.relations);
      observer.want(role, ids);
      let change = verdict(stamp);
      if (change !== null) {
        // Rows may be newer than the last look; looking again costs less than reading them again.
        await seen(role, change === 'unknown' ? now() - SEEN_WITHIN_MS : now(), ids);
        change = verdict(stamp);
      }
      if (change !== null) onChange(change);
      return change === null;
    },

    holdsNow(value) {
      const stamp = readStamp(value);
      if (stamp === null) return false;
      observer.want(stamp.role, Object.keys(stamp.relations));
      return verdict(stamp) === null;
    },

    async isMerelyOld(value) {
      const stamp = readStamp(value);
      if (stamp === null) return false;
      const ids = Object.keys(stamp.relations);
      const latest = await seen(stamp.role, now() - SEEN_WITHIN_MS, ids);
      return latest !== null && isOld(stamp, latest);
    },

    wasMerelyOld(value) {
      const stamp = readStamp(value);
      if (stamp === null) return false;
      const latest = observer.latest(stamp.role);
      return latest === null || isOld(stamp, latest) || changeBy(latest, stamp) === 'unknown';
    },

    hint: () => observer.hint(),

    async status() {
      if (!options.isDown?.()) await patiently(observer.look(now() - SEEN_WITHIN_MS));
      const { shared } = observer;
      const foreign = shared?.isForeign ? 'it names another database than DATABASE_URL' : null;
      const fault = foreign ?? options.stream?.fault ?? null;
      const lagMs = options.stream ? now() - (shared?.stream?.seenAt ?? -Infinity) : null;
      return { ...boundBy(source()), lagMs, fault };
    },

    close: () => observer.close(),
  };
}

/** Null for what takes too long. */
const patiently = <T>(looking: Promise<T>): Promise<T | null> =>
  Promise.race([looking, sleep(PATIENCE_MS, null, { ref: false })]);

const uses = ({ relations }: Stamp, source: (content: string) => boolean): boolean =>
  Object.values(relations).some(({ content }) => source(content));

/** A name may also be written with escapes. */
function mayCompute(sql: string, functions: readonly { readonly name: string }[]): boolean {
  const text = sql.toLowerCase();
  const isNamed = functions.some(({ name }) => text.includes(name.toLowerCase()));
  return isNamed || (functions.length > 0 && text.includes('u&"'));
}

/** Null where a write to one of them would not be seen. */
function stampsOf(relations: readonly Relation[], marks: ContentMarks): Stamp['relations'] | null {
  const stamps: Record<string, RelationStamp> = {};
  for (const relation of relations) {
    const content = contentOf(relation, marks);
    if (content === null) return null;
    stamps[relation.id] = { definition: relation.mark, content };
  }
  return stamps;
}
