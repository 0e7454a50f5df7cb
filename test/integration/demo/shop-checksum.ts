// Owns what the demo shop must come to, whichever PostgreSQL it is built on.
import type { Client } from 'pg';

import { TABLES } from '../../../src/demo/shop-tables.ts';

/** Change both together with the shop's edition, and only then. */
export const SHOP_ROWS = 149_574;
export const SHOP_CHECKSUM = 'afc1c2a1f402d0c66b34dc72bac237be';

/** Over all rows as text, in an order that does not depend on where they lie. */
export async function checksum(client: Client): Promise<string> {
  const sums = TABLES.map(
    (
      table,
    ) => `SELECT '${table} ' || md5(string_agg(t::text, ',' ORDER BY t::text COLLATE "C")) AS sum
      FROM public.${table} AS t`,
  );
  const { rows } = await client.query<{ sum: string }>(
    `SELECT md5(string_agg(sum, ',' ORDER BY sum COLLATE "C")) AS sum
     FROM (${sums.join(' UNION ALL ')}) AS sums`,
  );
  return rows[0]?.sum ?? '';
}

export async function countRows(client: Client): Promise<number> {
  const counts = TABLES.map((table) => `SELECT count(*) AS n FROM public.${table}`);
  const { rows } = await client.query<{ n: number }>(
    `SELECT sum(n)::integer AS n FROM (${counts.join(' UNION ALL ')}) AS counts`,
  );
  return rows[0]?.n ?? 0;
}
