// Owns carrying one TCP connection to another address, until either end is gone.
import { connect } from 'node:net';
import type { Socket } from 'node:net';

const POSTGRES_PORT = 5432;

/** @param sockets Holds both ends as long as they stand. */
export function carry(socket: Socket, target: URL, sockets: Set<Socket>): void {
  const upstream = connect(Number(target.port || POSTGRES_PORT), target.hostname);
  for (const end of [socket, upstream]) {
    sockets.add(end);
    end.on('error', () => undefined);
    end.on('close', () => {
      sockets.delete(end);
      socket.destroy();
      upstream.destroy();
    });
  }
  socket.pipe(upstream).pipe(socket);
}
