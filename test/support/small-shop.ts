// Owns a few tables with known contents for the end-to-end tests, and askonce over them.
import type { TestContext } from 'node:test';

import { connect, startAskonce } from './askonce.ts';
import type { Environment } from './askonce.ts';
import { admin, freshDatabase } from './database.ts';

export const GERMAN_CUSTOMERS = 40;

export async function createSmallShop(url: string): Promise<void> {
  await admin(
    url,
    `CREATE TABLE customers (
       id integer PRIMARY KEY, name text NOT NULL, country text NOT NULL, created_at date NOT NULL);
     COMMENT ON TABLE customers IS 'People who buy';
     INSERT INTO customers
       SELECT i, 'Customer ' || i, (ARRAY['Germany', 'France', 'Spain'])[1 + i % 3],
              date '2024-01-01' + i FROM generate_series(1, 120) i;
     CREATE TABLE orders (
       id integer PRIMARY KEY, customer_id integer NOT NULL REFERENCES customers,
       total numeric(10, 2) NOT NULL, ordered_on date NOT NULL);
     COMMENT ON TABLE orders IS 'What customers bought';
     INSERT INTO orders
       SELECT i, 1 + i % 120, i * 1.25, date '2024-01-01' + i % 365 FROM generate_series(1, 1500) i;
     CREATE TABLE warehouse_sensors (id integer PRIMARY KEY, temperature real);
     ANALYZE`,
  );
}

/**
 * The tables and a cache of their own, a server over both and a client of it.
 * @param more Statements that make what else the test needs.
 * @param onServer URL of the server that holds both; the one of all tests otherwise.
 */
export async function startSmallShop(
  t: TestContext,
  env: Environment = {},
  more: readonly string[] = [],
  onServer?: string,
) {
  const [database, cache] = [await freshDatabase(t, onServer), await freshDatabase(t, onServer)];
  await createSmallShop(database.url);
  for (const statement of more) await admin(database.url, statement);
  const settings = { DATABASE_URL: database.readerUrl, CACHE_DATABASE_URL: cache.url, ...env };
  const server = await startAskonce(t, settings);
  const client = await connect(t, server.url);
  return { client, server, settings, databaseUrl: database.url, cacheUrl: cache.url };
}
