// Owns hearing what others tell through a database (LISTEN): one connection, made again whenever it goes. What is
// told meanwhile is not heard, and behind a pooler nothing is: it is a hint, never the truth.
import { Client } from 'pg';

import type { Logger } from '../logger.ts';

export interface ListenerOptions {
  readonly url: string;
  readonly channel: string;
  readonly onNotice: (text: string) => void;
  /** From now on notices are heard: what was told before may have been missed. */
  readonly onListening: () => void;
  readonly logger: Logger;
}

export interface Listener {
  close(): Promise<void>;
}

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 30_000;
/** A connection that died without a word is found by asking. */
const ALIVE_EVERY_MS = 15_000;
const CONNECT_TIMEOUT_MS = 5000;

export function createListener(options: ListenerOptions): Listener {
  const { url, channel, onNotice, onListening, logger } = options;
  let client: Client | null = null;
  let timer: NodeJS.Timeout | undefined;
  let retryMs = FIRST_RETRY_MS;
  let isClosed = false;

  function again(lost: Client, error?: Error): void {
    if (client !== lost) return;
    client = null;
    clearTimeout(timer);
    void lost.end().catch(() => undefined);
    if (isClosed) return;
    logger.debug({ error: error?.message }, 'not listening to other replicas');
    timer = setTimeout(() => void listen(), retryMs).unref();
    retryMs = Math.min(LONGEST_RETRY_MS, retryMs * 2);
  }

  async function listen(): Promise<void> {
    const mine = new Client({
      connectionString: url,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: CONNECT_TIMEOUT_MS,
      keepAlive: true,
    });
    client = mine;
    mine.on('error', (error) => again(mine, error));
    mine.on('end', () => again(mine));
    mine.on('notification', ({ payload }) => onNotice(payload ?? ''));
    try {
      await mine.connect();
      if (await isPooled(mine)) return giveUp(mine);
      await mine.query(`LISTEN ${mine.escapeIdentifier(channel)}`);
    } catch (error) {
      return again(mine, error as Error);
    }
    retryMs = FIRST_RETRY_MS;
    onListening();
    watch(mine);
  }

  function giveUp(mine: Client): void {
    client = null;
    void mine.end().catch(() => undefined);
    logger.info(
      'the cache database is behind a pooler: what other replicas tell is found within seconds',
    );
  }

  function watch(mine: Client): void {
    timer = setTimeout(() => {
      mine.query('SELECT 1').then(
        () => watch(mine),
        (error: Error) => again(mine, error),
      );
    }, ALIVE_EVERY_MS).unref();
  }

  void listen();
  return {
    async close() {
      isClosed = true;
      clearTimeout(timer);
      await client?.end().catch(() => undefined);
    },
  };
}

/** LISTEN would be said to a connection that is somebody else's a moment later. */
async function isPooled(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return rows[0]?.pid !== (client as { readonly processID?: number }).processID;
}
