// Owns who goes next where there are fewer places than callers: a bounded queue with a deadline, one line
// for each principal and one turn each, so that whoever asks most waits for himself, not the others for him.
import { AppError } from '../errors.ts';

export interface Caller {
  readonly principal: string;
  /** Who leaves gives up the place in the queue. */
  readonly signal?: AbortSignal;
}

export interface Admission {
  /**
   * Resolves at the caller's turn; what it resolves with gives the place back, and must be called once.
   * @throws AppError OVERLOADED at once where too many wait, or at the deadline; QUERY_CANCELLED.
   */
  enter(caller: Caller): Promise<() => void>;
  /** @throws AppError OVERLOADED where `enter` would at once. */
  requireRoom(principal: string): void;
  /** Fewer places end nobody's turn: they are missing once given back. */
  resize(places: number): void;
  stats(): AdmissionStats;
}

export interface AdmissionStats {
  readonly places: number;
  readonly inside: number;
  readonly waiting: number;
}

export interface AdmissionOptions {
  readonly places: number;
  readonly maxWaiting: number;
  readonly maxWaitMs: number;
  /** What is told to who is turned away. */
  readonly refusal: string;
  /** Most of the places that one principal may hold, 0 to 1: the rest stays within the others' reach. */
  readonly share?: number | undefined;
  readonly now: () => number;
  readonly watcher?: QueueWatcher | undefined;
}

/** Told of every caller, for metrics. */
export interface QueueWatcher {
  readonly admitted: (waitedMs: number) => void;
  readonly shed: () => void;
}

interface Waiter {
  readonly admit: () => void;
  readonly refuse: (error: AppError) => void;
}

const MIN_RETRY_MS = 250;
const MAX_RETRY_MS = 30_000;
/** Weight of the newest turn in the mean length of a turn. */
const NEWEST = 0.1;

/** @param principals How many can be told apart. Of several each leaves a quarter to the others; alone it may have all. */
export const shareOfOne = (principals: number): number => (principals > 1 ? 0.75 : 1);

export function createAdmission(options: AdmissionOptions): Admission {
  const { now } = options;
  let { places } = options;
  let inside = 0;
  let waiting = 0;
  let turnMs = MIN_RETRY_MS;
  /** In the order of turns: whoever was last served stands last. */
  const lines = new Map<string, Set<Waiter>>();
  const held = new Map<string, number>();

  const mostOf = (share: number): number => Math.max(1, Math.floor(places * share));
  const mayEnter = (principal: string): boolean =>
    inside < places && (held.get(principal) ?? 0) < mostOf(options.share ?? 1);

  function take(principal: string): () => void {
    const since = now();
    inside += 1;
    held.set(principal, (held.get(principal) ?? 0) + 1);
    let isBack = false;
    return () => {
      if (isBack) return;
      isBack = true;
      inside -= 1;
      const left = held.get(principal)! - 1;
      if (left === 0) held.delete(principal);
      else held.set(principal, left);
      turnMs += NEWEST * (now() - since - turnMs);
      serve();
    };
  }

  function serve(): void {
    for (const [principal, line] of lines) {
      if (inside >= places) return;
      if (!mayEnter(principal)) continue;
      const [next] = line;
      // To the end: the map goes on to the others, and comes back as long as there are places.
      lines.delete(principal);
      lines.set(principal, line);
      next!.admit();
    }
  }

  function leaveLine(principal: string, waiter: Waiter): void {
    const line = lines.get(principal);
    if (!line?.delete(waiter)) return;
    waiting -= 1;
    if (line.size === 0) lines.delete(principal);
  }

  const isNext = (principal: string): boolean => !lines.has(principal) && mayEnter(principal);

  /** The line that gives its last place to a principal who waits less. */
  function longerLine(principal: string): Set<Waiter> | null {
    let longest = lines.get(principal);
    const own = longest?.size ?? 0;
    for (const line of lines.values()) if (line.size > (longest?.size ?? 0)) longest = line;
    return longest && longest.size > own + 1 ? longest : null;
  }

  const isFull = (): boolean => waiting >= options.maxWaiting;

  function refused(): AppError {
    options.watcher?.shed();
    const expected = (turnMs * (waiting + 1)) / Math.max(1, places);
    const retryAfterMs = Math.min(MAX_RETRY_MS, Math.max(MIN_RETRY_MS, expected));
    return new AppError('OVERLOADED', options.refusal, {
      // They were turned away together: they must not come back together.
      retryAfterMs: Math.round(retryAfterMs * (1 + Math.random())),
      hint: 'Wait retry_after_ms, then repeat the call; send fewer calls at once.',
    });
  }

  function wait({ principal, signal }: Caller): Promise<() => void> {
    return new Promise((resolve, reject) => {
      const since = now();
      const over = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
        leaveLine(principal, waiter);
      };
      const waiter: Waiter = {
        admit() {
          over();
          options.watcher?.admitted(now() - since);
          resolve(take(principal));
        },
        refuse(error) {
          over();
          reject(error);
        },
      };
      const timer = setTimeout(() => waiter.refuse(refused()), options.maxWaitMs);
      const onAbort = (): void => waiter.refuse(gone());
      signal?.addEventListener('abort', onAbort, { once: true });
      const line = lines.get(principal) ?? new Set<Waiter>();
      lines.set(principal, line.add(waiter));
      waiting += 1;
    });
  }

  return {
    async enter(caller) {
      if (caller.signal?.aborted) throw gone();
      if (isNext(caller.principal)) {
        options.watcher?.admitted(0);
        return take(caller.principal);
      }
      if (isFull()) {
        const longer = longerLine(caller.principal);
        if (!longer) throw refused();
        [...longer].at(-1)!.refuse(refused());
      }
      return await wait(caller);
    },
    requireRoom(principal) {
      if (isFull() && !isNext(principal) && !longerLine(principal)) throw refused();
    },
    resize(count) {
      places = count;
      serve();
    },
    stats: () => ({ places, inside, waiting }),
  };
}

function gone(): AppError {
  return new AppError('QUERY_CANCELLED', 'The caller went away before its turn.');
}
