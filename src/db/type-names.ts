// Owns the names of types as PostgreSQL writes them, by OID. Loaded once over the caller's own
// connection: a second one taken while holding the first could starve the pool.
import type { Client } from './pool.ts';

export interface TypeNames {
  /** Loads the names if that was not done yet, or if an unknown type was met since. */
  ensure(client: Client): Promise<void>;
  name(typeId: number): string;
}

export function createTypeNames(): TypeNames {
  let names: ReadonlyMap<number, string> = new Map();
  let stale = true;
  return {
    async ensure(client) {
      if (!stale) return;
      const { rows } = await client.query<{ oid: number; name: string }>(
        'SELECT oid::bigint::float8 AS oid, format_type(oid, NULL) AS name FROM pg_catalog.pg_type',
      );
      names = new Map(rows.map((row) => [row.oid, row.name]));
      stale = false;
    },
    name(typeId) {
      const known = names.get(typeId);
      if (known === undefined) stale = true;
      return known ?? 'unknown';
    },
  };
}
