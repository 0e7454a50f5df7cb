// Owns the door to what the driver keeps to itself: the connection under a client, with its socket.
import type { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';

import type { ClientBase } from 'pg';

export interface DriverConnection extends EventEmitter {
  readonly stream: Socket;
  /** Each sends a message of the protocol, here of the unnamed statement and portal. */
  parse(statement: { readonly text: string }): void;
  execute(limits: object): void;
  sync(): void;
}

export function connectionOf(client: ClientBase): DriverConnection {
  return (client as unknown as { readonly connection: DriverConnection }).connection;
}
