// Owns one kept connection that asks and waits for the answer, one at a time.
import { connect } from 'node:net';

import { createResponseReader } from './http-wire.ts';
import type { WireResponse } from './http-wire.ts';

export interface Connection {
  /** One at a time: the next only when this one is answered. Rejects when the connection ends before. */
  ask(request: string | Buffer): Promise<WireResponse>;
  readonly isOpen: boolean;
  close(): void;
}

/** Who is silent for longer does not answer any more. */
const SILENT_MS = 60_000;

export interface Address {
  readonly host: string;
  readonly port: number;
}

export function addressOf(url: string): Address {
  const { hostname, port } = new URL(url);
  return { host: hostname, port: Number(port) };
}

export async function openConnection({ host, port }: Address): Promise<Connection> {
  let waiting: { resolve(response: WireResponse): void; reject(error: Error): void } | null = null;
  let isOpen = true;
  const socket = connect({ host, port, noDelay: true });
  const reader = createResponseReader((response) => {
    const asked = waiting;
    waiting = null;
    asked?.resolve(response);
  });
  const end = (error: Error): void => {
    isOpen = false;
    waiting?.reject(error);
    waiting = null;
  };
  socket.on('data', reader.push);
  socket.setTimeout(SILENT_MS, () => socket.destroy());
  socket.on('close', () => end(new Error('the connection was closed')));
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  socket.on('error', end);
  return {
    ask: (request) =>
      new Promise((resolve, reject) => {
        if (!isOpen) {
          reject(new Error('the connection was closed'));
          return;
        }
        waiting = { resolve, reject };
        socket.write(request);
      }),
    get isOpen() {
      return isOpen;
    },
    close: () => socket.destroy(),
  };
}
