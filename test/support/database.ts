// Owns the databases of the integration tests: a fresh one for each test that asks, with pgvector and a
// role that may only read. Dropped afterwards; kept, and named in the output, when the test failed.
// A test file that imports this needs a server: without one `npm test` leaves the whole file out.
import { randomBytes } from 'node:crypto';
import { basename } from 'node:path';
import type { TestContext } from 'node:test';

import { Client } from 'pg';

export interface FreshDatabase {
  /** As the role of TEST_DATABASE_URL, which owns the database. */
  readonly url: string;
  /** As a role that may SELECT from what the owner makes, and nothing else. */
  readonly readerUrl: string;
}

/** Each of these has broken some program that put a password into a URL as it is. */
const HARD_CHARACTERS = 'p@ss/w#rd:%';
const NO_SERVER =
  'this test needs PostgreSQL: run it with `npm test -- FILE`, which provides one, ' +
  'or set TEST_DATABASE_URL (`npm run --silent postgres -- start` prints one)';
const INSUFFICIENT_PRIVILEGE = '42501';

/** @param ownServer URL of a superuser of a server that ends with the test, and its databases with it. */
export async function freshDatabase(t: TestContext, ownServer?: string): Promise<FreshDatabase> {
  const serverUrl = ownServer ?? process.env['TEST_DATABASE_URL'];
  if (!serverUrl) throw new Error(process.env['TEST_POSTGRES_SKIP'] || NO_SERVER);
  const name = databaseName();
  const reader = `${name}_reader`;
  const password = HARD_CHARACTERS + randomBytes(6).toString('hex');
  const url = withDatabase(serverUrl, name);
  t.after(async () => {
    if (ownServer !== undefined) return;
    if (hasFailed(t)) t.diagnostic(`kept as long as its server runs: ${url}`);
    else await dropDatabase(serverUrl, name, reader);
  });
  await createDatabase(serverUrl, name);
  await withClient(url, async (client) => {
    const secret = client.escapeLiteral(password);
    await client.query(`
      create extension vector;
      create role ${reader} login password ${secret}
        nosuperuser nocreatedb nocreaterole noinherit noreplication;
      revoke all on database ${name} from public;
      grant connect on database ${name} to ${reader};
      grant usage on schema public to ${reader};
      alter default privileges grant usage on schemas to ${reader};
      alter default privileges grant select on tables to ${reader};`);
  });
  return { url, readerUrl: withUser(url, reader, password) };
}

/** Runs one statement, or several without parameters, as the role in the URL. */
export async function admin(
  url: string,
  text: string,
  values?: readonly unknown[],
): Promise<Array<Record<string, unknown>>> {
  return withClient(url, async (client) => {
    const { rows } = await client.query<Record<string, unknown>>(text, values && [...values]);
    return rows;
  });
}

async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  // A connection that is lost between statements fails the next one: that error is the one to see.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function createDatabase(serverUrl: string, name: string): Promise<void> {
  try {
    // template1 may have been changed by others; template0 is as PostgreSQL made it.
    await admin(serverUrl, `create database ${name} template template0 encoding 'UTF8'`);
  } catch (cause) {
    if ((cause as { code?: string }).code !== INSUFFICIENT_PRIVILEGE) throw cause;
    throw new Error('the role in TEST_DATABASE_URL may not create databases', { cause });
  }
}

async function dropDatabase(serverUrl: string, name: string, reader: string): Promise<void> {
  await admin(serverUrl, `drop database if exists ${name} with (force)`);
  await admin(serverUrl, `drop role if exists ${reader}`);
}

/** From the test's file, so that a database that was kept tells where it comes from. */
function databaseName(): string {
  const file = basename(process.argv[1] ?? 'test').replace(/\.test\.[jt]s$/, '');
  const readable = file
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .slice(0, 30);
  return `test_${readable}_${randomBytes(5).toString('hex')}`;
}

/**
 * A failed subtest marks its parent only after the parent's hooks, but the exit code at once: it stands
 * for any failure so far in this file.
 */
function hasFailed(t: TestContext): boolean {
  const passed = (t as { passed?: boolean }).passed ?? true;
  return !passed || Boolean(process.exitCode);
}

function withDatabase(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}

function withUser(databaseUrl: string, user: string, password: string): string {
  const url = new URL(databaseUrl);
  url.username = user;
  url.password = encodeURIComponent(password);
  return url.href;
}
