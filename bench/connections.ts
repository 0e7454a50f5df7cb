// Owns the connections of many agents in one process: opened before they are needed, kept, never more than
// a number; who finds none waits.
import { openConnection } from './http-connection.ts';
import type { Address, Connection } from './http-connection.ts';
import type { WireResponse } from './http-wire.ts';

export interface Connections {
  /** A few at a time: a storm of connections measures how the kernel's queues overflow. */
  open(count: number): Promise<void>;
  ask(request: string): Promise<WireResponse>;
  /** Most that were under way or waited at once. */
  readonly mostAtOnce: number;
  close(): void;
}

const BATCH = 50;

export function createConnections(address: Address, max: number): Connections {
  const free: Connection[] = [];
  const waiting: Array<() => void> = [];
  let [open, underWay, mostAtOnce] = [0, 0, 0];

  async function taken(): Promise<Connection> {
    if (free.length === 0 && open >= max) {
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
    const kept = free.pop();
    if (kept?.isOpen) return kept;
    if (!kept) open += 1;
    try {
      return await openConnection(address);
    } catch (error) {
      open -= 1;
      waiting.shift()?.();
      throw error;
    }
  }

  return {
    async open(count) {
      while (open < Math.min(count, max)) {
        const batch = Math.min(BATCH, count - open, max - open);
        open += batch;
        free.push(
          ...(await Promise.all(Array.from({ length: batch }, () => openConnection(address)))),
        );
      }
    },
    async ask(request) {
      underWay += 1;
      mostAtOnce = Math.max(mostAtOnce, underWay);
      try {
        const connection = await taken();
        try {
          return await connection.ask(request);
        } finally {
          free.push(connection);
          waiting.shift()?.();
        }
      } finally {
        underWay -= 1;
      }
    },
    get mostAtOnce() {
      return mostAtOnce;
    },
    close() {
      for (const connection of free) connection.close();
    },
  };
}
