// Owns the end of patience with a connection that says nothing: a network may swallow what is sent, and a
// pooler let a statement wait for a server that it has not got. Whoever waits on it is told at once.
import { connectionOf } from './connection.ts';
import type { Client } from './pool.ts';

export function cut(client: Client): void {
  connectionOf(client).stream.destroy(new Error('the server did not answer in time'));
}
