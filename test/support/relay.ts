// Owns a network between askonce and its database that tests can cut and mend: a TCP relay on loopback.
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import type { TestContext } from 'node:test';

import { carry } from '../../dev/relay.ts';

export interface Relay {
  /** The given URL with the relay's address in it. */
  readonly url: string;
  /** Breaks every connection and refuses new ones. */
  cut(): Promise<void>;
  /** Carries nothing any more, in either direction, on the connections that stand: they stay open. */
  silence(): void;
  /** @param elsewhere A database with another address, from now on. */
  mend(elsewhere?: string): Promise<void>;
}

export async function relayTo(t: TestContext, databaseUrl: string): Promise<Relay> {
  let target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let server: Server | undefined;
  let port = 0;

  const mend = (elsewhere?: string): Promise<void> =>
    new Promise((resolve) => {
      if (elsewhere !== undefined) target = new URL(elsewhere);
      server = createServer((socket) => carry(socket, target, sockets)).listen(
        port,
        '127.0.0.1',
        () => {
          port = (server!.address() as AddressInfo).port;
          resolve();
        },
      );
    });
  const cut = (): Promise<void> =>
    new Promise((resolve) => {
      server?.close(() => resolve());
      server = undefined;
      for (const socket of sockets) socket.destroy();
    });

  const silence = (): void => {
    for (const socket of sockets) socket.unpipe().pause();
  };

  await mend();
  t.after(() => (server ? cut() : undefined));
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String(port);
  return { url: url.href, cut, silence, mend };
}
