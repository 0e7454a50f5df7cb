// Owns whose turn it is with the one backend: a connection holds it from its first batch until it is
// outside of a transaction again, and finds nothing of another's session state. What a vanished
// connection left open is rolled back. Never reads SQL.
import type { Batch, Session } from './embedded-session.ts';
import { AnswerWatch, SYNC, isAnswerTo, simpleQuery } from './embedded-wire.ts';

export interface Backend {
  /** Runs whole messages; output comes in pieces that are valid only during the call. */
  execute(messages: Uint8Array, onOutput: (piece: Uint8Array) => void): Promise<void>;
}

export interface SwitchOptions {
  readonly backend: Backend;
  /** The role that the backend itself runs as. */
  readonly owner: string;
  /** How long a connection may hold the backend without a word while others wait. */
  readonly maxSilenceMs: number;
  /** The backend is of no more use: it stopped answering, or its answer outgrew memory. */
  readonly onBroken: (reason: 'silent' | 'overflow') => void;
}

export interface Switch {
  /** The session has a batch to run. */
  wake(session: Session): void;
  /** The session's connection is gone. */
  drop(session: Session): void;
  /**
   * Waits for a turn as one more connection would, and keeps all others out until fn is done.
   * fn finds the backend as its owner, and must leave session state as it is.
   */
  exclusively(fn: () => Promise<void>): Promise<void>;
  /** How many batches have been run so far. */
  readonly served: number;
}

interface Task {
  readonly run: () => Promise<void>;
}

/** An answer waits in this process until its client has taken it; who reads many rows uses a portal. */
const MAX_UNSENT_BYTES = 512 * 1024 * 1024;

export function createSwitch(options: SwitchOptions): Switch {
  const { backend } = options;
  const watch = new AnswerWatch();
  const waiting: Array<Session | Task> = [];
  /** Whose turn it is. */
  let holder: Session | Task | undefined;
  /** Whose settings, prepared statements and role the backend has; outlasts the turn. */
  let resident: Session | undefined;
  let silence: NodeJS.Timeout | undefined;
  let served = 0;
  let isScheduled = false;
  let isRunning = false;
  let wasWoken = false;

  function schedule(): void {
    wasWoken = true;
    if (isScheduled || isRunning) return;
    isScheduled = true;
    // One batch per round of the event loop: sockets and the parent are heard in between.
    setImmediate(() => void turn());
  }

  async function turn(): Promise<void> {
    isScheduled = false;
    isRunning = true;
    wasWoken = false;
    try {
      await step();
    } catch {
      options.onBroken('silent');
    }
    isRunning = false;
    if (wasWoken) schedule();
  }

  async function step(): Promise<void> {
    holder ??= waiting.shift();
    if (holder === undefined) return;
    if (isTask(holder)) {
      await run(assume(options.owner));
      await holder.run();
      if (resident !== undefined) await run(assume(resident.user));
      endTurn();
    } else if (holder.isOver) {
      await leave(holder);
    } else {
      await serve(holder);
    }
  }

  async function serve(session: Session): Promise<void> {
    const batch = session.take();
    if (batch === undefined) return watchSilence(session);
    endSilence();
    if (resident !== session && !(await moveIn(session))) {
      session.refuse('58000', 'the embedded database cannot be used with this role');
      return endTurn();
    }
    served += 1;
    await run(batch.bytes, (piece) => {
      session.send(Buffer.from(piece));
      if (session.unsentBytes > MAX_UNSENT_BYTES) options.onBroken('overflow');
    });
    if (isUnanswered(batch)) options.onBroken('silent');
    if (watch.ready === 'I') endTurn();
    else schedule();
  }

  /** After Flush there is no ReadyForQuery to look for, and nothing at all behind an error. */
  function isUnanswered({ end, last }: Batch): boolean {
    if (end !== 'H') return watch.ready === null;
    return last !== '' && !watch.isSkipping && !isAnswerTo(last, watch.last);
  }

  function endTurn(): void {
    const last = holder;
    holder = undefined;
    if (last !== undefined && !isTask(last) && last.hasBatch()) waiting.push(last);
    schedule();
  }

  /** The backend's session state starts afresh. False if the backend refuses the session's role. */
  async function moveIn(session: Session): Promise<boolean> {
    resident = undefined;
    // By name: a single backend has no default to which DISCARD ALL could reset the role.
    await run(assume(options.owner));
    await run(simpleQuery('DISCARD ALL'));
    if (watch.hasFailed) throw new Error('the backend cannot be reset');
    if (session.user !== options.owner) await run(assume(session.user));
    if (!watch.hasFailed) resident = session;
    return !watch.hasFailed;
  }

  /** Sync first: behind an error in the extended protocol nothing else is listened to. */
  async function leave(session: Session): Promise<void> {
    endSilence();
    await run(Buffer.concat([SYNC, simpleQuery('ROLLBACK')]));
    if (resident === session) resident = undefined;
    endTurn();
  }

  async function run(
    bytes: Uint8Array,
    onOutput: (piece: Uint8Array) => void = () => undefined,
  ): Promise<void> {
    watch.begin();
    await backend.execute(bytes, (piece) => {
      watch.see(piece);
      onOutput(piece);
    });
  }

  /** Counts from the holder's last batch, however often others ask meanwhile. */
  function watchSilence(session: Session): void {
    silence ??= setTimeout(() => {
      endSilence();
      if (waiting.length === 0) watchSilence(session);
      else session.refuse('25P03', 'the connection kept others waiting without a word');
    }, options.maxSilenceMs);
  }

  function endSilence(): void {
    clearTimeout(silence);
    silence = undefined;
  }

  return {
    get served() {
      return served;
    },
    wake(session) {
      if (holder !== session && !waiting.includes(session)) waiting.push(session);
      schedule();
    },
    drop(session) {
      const at = waiting.indexOf(session);
      if (at >= 0) waiting.splice(at, 1);
      if (holder === session) schedule();
      else if (resident === session) resident = undefined;
    },
    exclusively(fn) {
      return new Promise((resolve, reject) => {
        waiting.push({ run: () => fn().then(resolve, reject) });
        schedule();
      });
    },
  };
}

function assume(user: string): Buffer {
  return simpleQuery(`SET SESSION AUTHORIZATION "${user}"`);
}

function isTask(turn: Session | Task): turn is Task {
  return 'run' in turn;
}
