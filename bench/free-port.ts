// Owns ports on loopback for servers that take a number and cannot tell one of their own.
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { openConnection } from './http-connection.ts';

export const HOST = '127.0.0.1';
const START_MS = 20_000;

export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, HOST, resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/** Resolves when somebody listens there. */
export async function accepting(port: number): Promise<void> {
  const deadline = performance.now() + START_MS;
  for (;;) {
    try {
      (await openConnection({ host: HOST, port })).close();
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await sleep(100);
    }
  }
}
