// Owns running one guarded statement: cursor -> chunks -> reader, with backpressure, in a read-only
// transaction. What the reader's page does not take goes on filling the result's spool, to its limit.
import type { ResultWriter } from '../cache/result-writer.ts';
import { rowsLost } from '../cache/rows.ts';
import type { Validity } from '../cache/entities.ts';
import type { Chunk, Column, RowSource } from '../cache/rows.ts';
import { openCursor } from '../db/cursor.ts';
import type { RowCursor } from '../db/cursor.ts';
import type { Client, Pool } from '../db/pool.ts';
import { withReadOnlyTransaction } from '../db/transaction.ts';
import { createTypeNames } from '../db/type-names.ts';
import { Channel } from '../lib/channel.ts';
import { AppError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { Principal } from './context.ts';
import { LineWriter } from './line-writer.ts';
import { requireAffordable } from './plan-cost.ts';
import type { CostlyStatement } from './plan-cost.ts';

export interface ExecuteRequest extends CostlyStatement {
  /** Makes the writer that keeps the rows, once their columns are known. */
  readonly keep: (columns: readonly Column[], asOf: number) => ResultWriter;
  /** Reads what was kept; null where it cannot be read. */
  readonly kept: () => Promise<RowSource | null>;
  /**
   * Asked inside the transaction behind the last row: how long what was kept may be served to later calls;
   * null where never.
   */
  readonly validity: (client: Client) => Promise<Validity | null>;
  /** The caller's. Once its page is read in full, the spool fills on without it. */
  readonly signal: AbortSignal;
  readonly principal: Pick<Principal, 'name' | 'identity'>;
  /** Told when it has a connection. */
  readonly onStart?: () => void;
}

export interface LiveResult {
  readonly source: RowSource;
  readonly asOf: number;
  readonly writer: ResultWriter;
  /** Resolves when the last row is kept, or the statement has ended otherwise. Never rejects. */
  readonly finished: Promise<void>;
  /** Its reader is gone: the rows are only kept, for as long as the signal lets the statement run. */
  readonly abandon: () => void;
  /** Whether the page is read and the rest is kept, whatever becomes of the signal. */
  readonly fillsOn: () => boolean;
}

export interface Executor {
  /** Resolves when the first rows are there, so that errors of the statement come before any byte. */
  run(request: ExecuteRequest): Promise<LiveResult>;
  /** Stops what still fills and waits for it. */
  close(): Promise<void>;
}

export interface ExecutorOptions {
  readonly pool: Pool;
  readonly statementTimeoutMs: number;
  readonly spoolMaxBytes: number;
  /** Of the planner's units; 0 for none. */
  readonly maxPlanCost: number;
  readonly interrupt?: () => Promise<void>;
  readonly logger: Logger;
  readonly now: () => number;
}

/** Chunks in flight between the database and a slow reader. */
const CHANNEL_CHUNKS = 4;
/** A reader that is slower goes on from what is kept: it holds up neither the connection nor those who wait. */
const READER_PATIENCE_MS = 200;

export function createExecutor(options: ExecutorOptions): Executor {
  const typeNames = createTypeNames();
  let isClosed = false;
  /** What runs, with how to stop it. (AbortSignal.any over one long-lived signal leaks in Node 20.) */
  const running = new Map<Promise<void>, () => void>();

  function run(request: ExecuteRequest): Promise<LiveResult> {
    return new Promise((resolve, reject) => {
      const caller = detachable(request.signal);
      if (isClosed) caller.abort();
      const channel = new Channel<Chunk>(CHANNEL_CHUNKS);
      const transaction = {
        statementTimeoutMs: options.statementTimeoutMs,
        signal: caller.signal,
        principal: request.principal.name,
        identity: request.principal.identity,
        ...(options.interrupt && { interrupt: options.interrupt }),
      };
      let end: End | 'failed' | null = null;
      let failure: unknown;
      const wasCut = (): boolean => end !== null && end !== 'whole';
      let isAbandoned = false;
      /** The first row that the reader has to take from what is kept; null while it keeps pace. */
      let behindAt: number | null = null;
      let writer: ResultWriter | undefined;
      let validity: Validity | null = null;
      let runMs = 0;
      const done = withReadOnlyTransaction(options.pool, transaction, async (client, stop) => {
        await typeNames.ensure(client);
        stop.throwIfAborted();
        request.onStart?.();
        await requireAffordable(client, request, options.maxPlanCost);
        stop.throwIfAborted();
        const asOf = options.now();
        const begunAt = performance.now();
        const lines = new LineWriter();
        const cursor = openCursor(client, request.sql, request.params, lines);
        try {
          const firstRows = await cursor.next();
          const columns = lines.fields.map(({ name, typeId }) => ({
            name,
            type: typeNames.name(typeId),
          }));
          writer = request.keep(columns, asOf);
          const source = liveSource({
            columns,
            channel,
            caller,
            wasCut,
            isAbandoned: () => isAbandoned,
            rest: async () =>
              behindAt === null ? null : { at: behindAt, kept: await request.kept() },
            failure: () => failure,
          });
          const abandon = (): void => {
            isAbandoned = true;
            channel.leave();
          };
          const fillsOn = (): boolean => caller.isDetached;
          resolve({ source, asOf, writer, finished: done, abandon, fillsOn });
          end = await fill({
            firstRows,
            cursor,
            lines,
            channel,
            writer,
            stop,
            onBehind(row) {
              behindAt = row;
              // It drains what is there, then reads on elsewhere.
              channel.end();
            },
          });
        } finally {
          await cursor.close().catch(() => undefined);
        }
        runMs = performance.now() - begunAt;
        // Nothing that fails here fails the rows.
        if (end !== 'unwanted') validity = await request.validity(client).catch(() => null);
      })
        .then(async () => {
          await writer?.finish({ wasCut: wasCut(), validity, runMs });
          channel.end();
        })
        .catch(async (error: unknown) => {
          reject(error);
          // The rows that came are a prefix of the snapshot: cursors into it stay valid.
          end = 'failed';
          failure = error;
          await writer?.finish({ wasCut: true, validity: null, runMs });
          channel.end(error);
          options.logger.debug({ error: String(error) }, 'statement ended early');
        })
        .finally(() => running.delete(done));
      running.set(done, caller.abort);
    });
  }

  interface FillParts {
    readonly firstRows: number;
    readonly cursor: RowCursor;
    /** What the cursor reads into. */
    readonly lines: LineWriter;
    readonly channel: Channel<Chunk>;
    readonly writer: ResultWriter;
    /** Aborted by the caller or by the time limit. */
    readonly stop: AbortSignal;
    readonly onBehind: (row: number) => void;
  }

  /** Moves rows until their end, or until no more of them are wanted. */
  async function fill(parts: FillParts): Promise<End> {
    const { firstRows, cursor, lines, channel, writer, stop, onBehind } = parts;
    let bytes = 0;
    // A reader that stalls must not hold the connection when all is over.
    let onStop = (): void => {};
    const stopped = new Promise<void>((resolve) => (onStop = resolve));
    let isBehind = false;
    const isSpoolFull = (): boolean => bytes >= options.spoolMaxBytes;
    const isWanted = (): boolean =>
      (!channel.abandoned && !isBehind) || (writer.kept && !isSpoolFull());
    /** False when a chunk was left behind: that rows are missing is known, not guessed. */
    const passAll = async (): Promise<boolean> => {
      for (const chunk of lines.take()) {
        if (!isWanted()) return false;
        await pass(chunk);
      }
      return true;
    };
    const pass = async (chunk: Chunk): Promise<void> => {
      bytes += chunk.body.length;
      await writer.append(chunk);
      if (!isBehind) {
        const patience = writer.kept ? READER_PATIENCE_MS : Infinity;
        const isTaken = await Promise.race([channel.push(chunk, patience), stopped]);
        if (isTaken === false) {
          isBehind = true;
          onBehind(chunk.firstRow);
        }
      }
      stop.throwIfAborted();
    };
    stop.addEventListener('abort', onStop);
    try {
      for (let rows = firstRows; rows > 0; rows = await cursor.next()) {
        if (!(await passAll())) return isSpoolFull() ? 'limit' : 'unwanted';
      }
      return 'whole';
    } catch (error) {
      // Rows that came before it in the same batch are as good as those of the batch before.
      if (!stop.aborted) await passAll();
      throw error;
    } finally {
      stop.removeEventListener('abort', onStop);
    }
  }

  return {
    run,
    async close() {
      isClosed = true;
      for (const abort of running.values()) abort();
      await Promise.allSettled(running.keys());
    },
  };
}

/** Why there are no more rows: that was all, the spool holds no more, or nobody is left to read them. */
type End = 'whole' | 'limit' | 'unwanted';

interface Detachable {
  readonly signal: AbortSignal;
  readonly isDetached: boolean;
  /** From now on the original's abort no longer reaches this signal. */
  readonly detach: () => void;
  readonly abort: () => void;
}

function detachable(original: AbortSignal): Detachable {
  const controller = new AbortController();
  let isDetached = false;
  const forward = (): void => controller.abort();
  if (original.aborted) forward();
  original.addEventListener('abort', forward, { once: true });
  return {
    signal: controller.signal,
    get isDetached() {
      return isDetached;
    },
    detach() {
      isDetached = true;
      original.removeEventListener('abort', forward);
    },
    abort: forward,
  };
}

interface Rest {
  readonly at: number;
  readonly kept: RowSource | null;
}

interface LiveSourceParts {
  readonly columns: readonly Column[];
  readonly channel: Channel<Chunk>;
  readonly caller: Detachable;
  readonly wasCut: () => boolean;
  readonly isAbandoned: () => boolean;
  /** Rows that the channel left out; null where it had all. */
  readonly rest: () => Promise<Rest | null>;
  /** What ended the statement early. */
  readonly failure: () => unknown;
}

/** Can be read once, from the first row on: the page of the call that runs the statement. */
function liveSource(parts: LiveSourceParts): RowSource {
  const { columns, channel, caller, wasCut, isAbandoned, rest, failure } = parts;
  return {
    columns,
    wasCut,
    async *chunks() {
      try {
        yield* channel;
        // A channel that was left ends as one that is through.
        if (isAbandoned()) throw gone();
        const left = await rest();
        if (left === null) return;
        if (left.kept === null) throw rowsLost();
        yield* left.kept.chunks(left.at);
        // They end alike where no more was kept and where no more came.
        if (failure() !== undefined) throw failure();
      } finally {
        // Of a reader that is gone the signal goes on to tell whether anybody is left.
        if (!isAbandoned()) caller.detach();
      }
    },
  };
}

const gone = (): AppError =>
  new AppError('QUERY_CANCELLED', 'The caller went away; the rows after these are missing.');
