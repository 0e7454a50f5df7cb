// Owns the questions put to a server before tests rely on it: does it answer, may this role make
// databases and roles, is pgvector there. The only file under dev/ that speaks to PostgreSQL.
import { setTimeout as pause } from 'node:timers/promises';

import { Client } from 'pg';

import { AppError } from '../../src/errors.ts';

const CONNECT_TIMEOUT_MS = 10_000;
const RETRY_EVERY_MS = 200;

export async function waitUntilReady(
  url: string,
  options: { signal: AbortSignal; timeoutMs: number },
): Promise<void> {
  const deadline = Date.now() + options.timeoutMs;
  for (;;) {
    try {
      await withClient(url, (client) => client.query('select 1'));
      return;
    } catch (cause) {
      if (Date.now() > deadline) throw new Error('the server did not become ready', { cause });
    }
    await pause(RETRY_EVERY_MS, undefined, { signal: options.signal });
  }
}

/** @throws AppError saying what the server or the role lacks for the tests. */
export async function checkFitForTests(url: string): Promise<void> {
  const { rows } = await withClient(url, (client) =>
    client.query<{ makes_databases: boolean; makes_roles: boolean; has_vector: boolean }>(
      `select rolsuper or rolcreatedb as makes_databases,
              rolsuper or rolcreaterole as makes_roles,
              exists (select from pg_available_extensions where name = 'vector') as has_vector
         from pg_roles where rolname = current_user`,
    ),
  ).catch((cause: unknown) => {
    throw new AppError('DATABASE_UNAVAILABLE', 'The test database server does not answer', {
      cause,
      hint: 'Check TEST_DATABASE_URL, or unset it to let the tests provide a server.',
    });
  });
  const fit = rows[0];
  const faults: string[] = [];
  if (!fit?.makes_databases) faults.push('its role may not create databases (CREATEDB)');
  if (!fit?.makes_roles) faults.push('its role may not create roles (CREATEROLE)');
  if (!fit?.has_vector) faults.push('the server lacks the extension pgvector');
  if (faults.length === 0) return;
  throw new AppError('CONFIG_INVALID', `TEST_DATABASE_URL cannot be used: ${faults.join('; ')}`, {
    hint: 'Use the URL of a superuser of a PostgreSQL with pgvector, or unset it.',
  });
}

async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  });
  // Without a listener a connection that breaks while idle would end this process.
  client.on('error', () => {});
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => {});
  }
}
