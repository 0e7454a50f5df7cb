// Owns looking at the data database from beside the statements that run: what is there now, through a connection
// of its own, so that known rows can be served however busy the pool is. It looks while somebody wants to know.
import type { Logger } from '../logger.ts';
import type { Looks, Shared, SeenAs } from './looks.ts';
import type { Observation } from './observation.ts';
import type { Relation } from './relations.ts';

/** As whom statements run, whose rights count; null for the role that logged in. */
export type Role = string | null;

export interface Observer {
  /** The last one as this role; null before the first. */
  latest(role: Role): Observation | null;
  /** What is the same for all roles; null before the first look. */
  readonly shared: Shared | null;
  /** All that is looked at, as whomever. */
  relations(): ReadonlyMap<string, Relation>;
  /**
   * Looks again, at these relations too; one look for all who ask meanwhile.
   * @returns What began to be read at or after `since` (of performance.now()); null where it cannot be read.
   */
  observe(role: Role, since: number, ids?: Iterable<string>): Promise<Observation | null>;
  /** Looks, where the last look began before `since`; nobody is taken to want to know more. */
  look(since: number): Promise<void>;
  /** Somebody wants to know about these, and will again. */
  want(role: Role, ids: Iterable<string>): void;
  /** Looks sooner than it would. */
  hint(): void;
  /** These were read by a statement whose snapshot is not older than `readAt` (of performance.now()). */
  adopt(role: Role, relations: readonly Relation[], readAt: number): void;
  close(): void;
}

export interface ObserverOptions {
  readonly looks: Looks;
  readonly logger: Logger;
  readonly now: () => number;
}

/** While somebody asks: writes are seen so soon after their commit, the rest so soon. */
const LOG_EVERY_MS = 50;
const ALL_EVERY_MS = 500;
/** A database that takes long to tell is asked less often: looking is to take a fraction of its time. */
const REST_FOR_WORK = 4;
/** Without a question for so long it looks no more. */
const ACTIVE_MS = 3000;
const MAX_RELATIONS = 2000;
const FORGET_AFTER_MS = 10 * 60 * 1000;
const MAX_ROLES = 500;

/** Of one role. */
interface Sight {
  readonly role: Role;
  /** By oid, with when somebody last wanted it. */
  readonly wanted: Map<string, number>;
  lastWantedAt: number;
  seen: SeenAs | null;
  /** Both parts as one, made when it is asked for. */
  whole: { readonly of: Shared; readonly as: SeenAs; readonly observation: Observation } | null;
}

export function createObserver({ looks, logger, now }: ObserverOptions): Observer {
  let shared: Shared | null = null;
  const sights = new Map<Role, Sight>();
  let look: Look | null = null;
  let lastWantedAt = -Infinity;
  let timer: NodeJS.Timeout | undefined;
  let restMs = LOG_EVERY_MS;
  let dueAt = -Infinity;
  let isClosed = false;
  let told = '';

  function sightOf(role: Role): Sight {
    const known = sights.get(role);
    if (known) return known;
    const made = { role, wanted: new Map(), lastWantedAt: -Infinity, seen: null, whole: null };
    sights.set(role, made);
    if (sights.size > MAX_ROLES) {
      const [longest] = [...sights.values()]
        .filter((sight) => sight !== made && sight.role !== null)
        .toSorted((one, other) => one.lastWantedAt - other.lastWantedAt);
      if (longest) sights.delete(longest.role);
    }
    return made;
  }

  const isActive = (sight: Sight): boolean => now() - sight.lastWantedAt <= ACTIVE_MS;

  function latest(role: Role): Observation | null {
    const sight = sights.get(role);
    if (!sight?.seen || !shared) return null;
    if (sight.whole?.of !== shared || sight.whole.as !== sight.seen) {
      const readAt = Math.min(shared.readAt, sight.seen.readAt);
      const observation = { ...shared, ...sight.seen, readAt };
      sight.whole = { of: shared, as: sight.seen, observation };
    }
    return sight.whole.observation;
  }

  function want(role: Role, ids: Iterable<string>): void {
    const at = now();
    const sight = sightOf(role);
    const { wanted } = sight;
    sight.lastWantedAt = at;
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
    const isDue = shared === null || at >= dueAt;
    const isPolled = Boolean(shared?.log || shared?.stream);
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
    if (shared) shared = await looks.writes(shared, at);
  }

  async function readAll(at: number): Promise<void> {
    const all = await looks.all(shared, at);
    const active = [...sights.values()].filter(isActive);
    for (const sight of active) {
      sight.seen = await looks.as(sight.role, [...sight.wanted.keys()], at);
    }
    shared = all;
  }

  return {
    latest,
    get shared() {
      return shared;
    },
    relations() {
      const remembered = now() - FORGET_AFTER_MS;
      const known = [...sights.values()].filter(({ lastWantedAt: at }) => at > remembered);
      const seen = known.flatMap((sight) => [...(sight.seen?.relations.values() ?? [])]);
      return new Map(seen.flatMap((relation) => (relation ? [[relation.id, relation]] : [])));
    },
    want,
    async observe(role, since, ids = []) {
      const needed = [...ids];
      want(role, needed);
      const isSeen = (seen: Observation | null): boolean =>
        seen !== null &&
        seen.readAt >= since &&
        seen.logReadAt >= since &&
        needed.every((id) => seen.relations.has(id));
      // What is under way may have begun too early, or without these; what is begun then has neither fault.
      for (let attempt = 0; attempt < 2 && !isSeen(latest(role)); attempt += 1) {
        await look?.done;
        if (!isSeen(latest(role))) await run('all');
      }
      const seen = latest(role);
      return isSeen(seen) ? seen : null;
    },
    async look(since) {
      sightOf(null).lastWantedAt = Math.max(sightOf(null).lastWantedAt, now());
      const seen = latest(null);
      if (!isClosed && (seen === null || seen.readAt < since)) await run('all');
    },
    hint() {
      if (!isClosed && now() - lastWantedAt <= ACTIVE_MS) void run('writes');
    },
    adopt(role, relations, readAt) {
      want(
        role,
        relations.map(({ id }) => id),
      );
      const sight = sightOf(role);
      const { seen } = sight;
      // Into what was seen later, they would bring back what was before.
      if (seen === null || seen.readAt > readAt) return;
      const missing = relations.filter(({ id }) => !seen.relations.has(id));
      const all = new Map(seen.relations);
      for (const relation of missing) all.set(relation.id, relation);
      if (missing.length > 0) sight.seen = { ...seen, relations: all };
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
