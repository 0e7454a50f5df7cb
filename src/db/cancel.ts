// Owns the protocol-level CancelRequest. Unlike pg_cancel_backend() it takes no pooled connection and
// passes through PgBouncer. pg has the message but no public way to send it: its internals are named here.
import { Client } from 'pg';
import type { ClientBase, ClientConfig, Connection } from 'pg';

const CANCEL_TIMEOUT_MS = 2000;

interface ConnectionInternals extends Connection {
  connect(port: number | string, host?: string): void;
  requestSsl(): void;
  cancel(processId: number, secretKey: number): void;
}

interface ClientInternals {
  readonly connection: ConnectionInternals;
  readonly processID: number;
  readonly secretKey: number;
}

/** Asks the server to stop what `client` is doing; resolves when the request is out or has failed. */
export async function cancelOnServer(config: ClientConfig, client: ClientBase): Promise<void> {
  const { processID, secretKey } = client as unknown as ClientInternals;
  const messenger = new Client(config);
  const { connection } = messenger as unknown as ClientInternals;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      connection.stream.destroy();
      resolve();
    };
    const timer = setTimeout(done, CANCEL_TIMEOUT_MS);
    const send = (): void => connection.cancel(processID, secretKey);
    connection.on('error', done);
    connection.on('end', done);
    connection.on('connect', () => (messenger.ssl ? connection.requestSsl() : send()));
    connection.on('sslconnect', send);
    const { host, port } = messenger;
    if (host.startsWith('/')) connection.connect(`${host}/.s.PGSQL.${port}`);
    else connection.connect(port, host);
  });
}
