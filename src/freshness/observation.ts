// Owns what one replica has seen of the data database, and what a stamp is worth in its light (pure). Two texts of
// a relation that are equal mean that nothing about it has changed between the two moments.
import type { Marks, Relation } from './relations.ts';

export interface Observation {
  /** Of database, role and settings, and what is the same for all sessions. */
  readonly session: string;
  readonly server: string;
  /** By oid, as far as they were looked for; null for what is gone. */
  readonly relations: ReadonlyMap<string, Relation | null>;
  /** Null where there is no log. */
  readonly log: Marks | null;
  /** Null where there is none. */
  readonly stream: Stream | null;
  /** Null where the server counts no writes: a standby, or one that is told not to. */
  readonly statistics: Marks | null;
  /** When the catalog and the statistics, and when the log began to be read. Milliseconds of performance.now(). */
  readonly readAt: number;
  readonly logReadAt: number;
}

/** What was sent of the changes, until a moment. */
export interface Stream {
  /** The database that it tells of, and its server. */
  readonly id: string;
  /** Another whenever changes may have been missed. */
  readonly epoch: string;
  readonly versions: Marks;
  /** What was committed until then is in the versions. Milliseconds of performance.now(). */
  readonly seenAt: number;
}

/** What the rows of a result depend on, as it was when they were read. Kept with them, compared on every hit. */
export interface Stamp {
  /** As whom they were read; null for the role that logged in. */
  readonly role: string | null;
  readonly surroundings: string;
  /** By oid. */
  readonly relations: Readonly<Record<string, RelationStamp>>;
}

export interface RelationStamp {
  readonly definition: string;
  readonly content: string;
}

/** Why a result is not served; null where it holds. */
export type Change = 'write' | 'definition' | 'surroundings' | 'unknown' | null;

/** Nothing of its own is stored: what is below is locked, and seen, too. */
const WITHOUT_CONTENT = new Set(['v', 'p']);
const WITH_STATISTICS = new Set(['r', 'm']);

export type ContentMarks = Pick<Observation, 'log' | 'stream' | 'statistics'>;

/** Null where a write would not be seen: foreign tables, sequences, what is new. */
export function contentOf(
  relation: Relation,
  { log, stream, statistics }: ContentMarks,
): string | null {
  const { id, kind, persistence, ancestors } = relation;
  if (persistence === 't') return null;
  if (stream && relation.isPublished)
    return `stream ${stream.epoch} ${stream.versions.get(id) ?? 0}`;
  if (log && relation.isLogged) {
    return `log ${[id, ...ancestors].map((logged) => log.get(logged) ?? '0').join(' ')}`;
  }
  if (WITHOUT_CONTENT.has(kind)) return '';
  if (!WITH_STATISTICS.has(kind)) return null;
  if (statistics === null) return UNSEEN;
  const counted = statistics.get(id);
  return counted === undefined ? null : `statistics ${counted}`;
}

/** Only their time ends these rows. */
const UNSEEN = 'ttl';

export const isUnseen = (content: string): boolean => content === UNSEEN;
export const isFromStream = (content: string): boolean => content.startsWith('stream ');
export const isFromLog = (content: string): boolean => content.startsWith('log ');
export const isFromStatistics = (content: string): boolean => content.startsWith('statistics ');

/**
 * What has changed since the stamp, as far as the observation shows; 'unknown' where it does not tell. Of all
 * relations it is the worst: a write to one hides no right to another that is gone.
 */
export function changeSince(stamp: Stamp, seen: Observation): Change {
  if (stamp.surroundings !== surroundingsOf(seen)) return 'surroundings';
  const stamped = Object.entries(stamp.relations);
  const isOther = ([id, { definition }]: (typeof stamped)[number]): boolean => {
    const relation = seen.relations.get(id);
    return relation !== undefined && relation?.mark !== definition;
  };
  if (stamped.some(isOther)) return 'definition';
  if (stamped.some(([id]) => !seen.relations.has(id))) return 'unknown';
  const isWritten = ([id, { content }]: (typeof stamped)[number]): boolean =>
    contentOf(seen.relations.get(id)!, seen) !== content;
  return stamped.some(isWritten) ? 'write' : null;
}

const MAX_STAMPED = 20_000;
const LAST_OID = 4_294_967_295;
const isOid = (id: string): boolean => /^\d{1,10}$/.test(id) && Number(id) <= LAST_OID;

export const surroundingsOf = ({
  session,
  server,
}: Pick<Observation, 'session' | 'server'>): string => `${session} ${server}`;

/** Null for what no replica writes: whoever can write to the store must not fail a query. */
export function toStamp(value: unknown): Stamp | null {
  const { role, surroundings, relations } = (value ?? {}) as Partial<Record<keyof Stamp, unknown>>;
  if (role !== null && typeof role !== 'string') return null;
  if (typeof surroundings !== 'string' || typeof relations !== 'object' || relations === null) {
    return null;
  }
  const ids = Object.keys(relations);
  if (ids.length > MAX_STAMPED || !ids.every(isOid)) return null;
  const isWhole = Object.values(relations).every(
    (stamped: Partial<RelationStamp> | null) =>
      typeof stamped?.definition === 'string' && typeof stamped.content === 'string',
  );
  return isWhole ? (value as Stamp) : null;
}
