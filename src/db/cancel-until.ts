// Owns stopping what runs on a connection: a request to cancel stops at most what the server is at right then.
import { setTimeout as sleep } from 'node:timers/promises';

import type { Client, Pool } from './pool.ts';

const AGAIN_MS = 200;

/** A request that reaches the server between two messages of a statement is lost: it is said again. Never rejects. */
export async function cancelUntil(
  isOver: () => boolean,
  pool: Pool,
  client: Client,
): Promise<void> {
  while (!isOver()) {
    await pool.cancel(client).catch(() => undefined);
    await sleep(AGAIN_MS);
  }
}
