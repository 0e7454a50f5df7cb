// Owns a database of several tenants: two roles that statements run as, and policies that read a setting.
import type { TestContext } from 'node:test';

import { admin, freshDatabase } from './database.ts';
import type { FreshDatabase } from './database.ts';

export interface TenantDatabase extends FreshDatabase {
  /** The role that logs in. */
  readonly reader: string;
  readonly red: string;
  readonly blue: string;
}

export const TENANTS = ['a', 'b', 'c'] as const;
export const ORDERS_OF_EACH = 4;

/**
 * Orders are their tenant's, as app.tenant says; red_notes can be read by the role red alone; everybody reads goods.
 * The reader may read orders, and sees none: no policy is for it.
 */
export async function tenantDatabase(t: TestContext): Promise<TenantDatabase> {
  const database = await freshDatabase(t);
  const reader = decodeURIComponent(new URL(database.readerUrl).username);
  const [red, blue] = [`${reader}_red`, `${reader}_blue`];
  await admin(
    database.url,
    `CREATE ROLE ${red} NOLOGIN; CREATE ROLE ${blue} NOLOGIN;
     GRANT ${red}, ${blue} TO ${reader};
     GRANT USAGE ON SCHEMA public TO ${red}, ${blue};
     CREATE TABLE orders (id integer PRIMARY KEY, tenant text NOT NULL, total integer NOT NULL);
     INSERT INTO orders SELECT i, (ARRAY['a', 'b', 'c'])[1 + i % 3], i * 10
       FROM generate_series(0, ${TENANTS.length * ORDERS_OF_EACH - 1}) i;
     ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
     CREATE POLICY of_tenant ON orders FOR SELECT TO ${red}, ${blue}
       USING (tenant = current_setting('app.tenant', true));
     CREATE TABLE red_notes (note text);
     INSERT INTO red_notes VALUES ('only for red');
     REVOKE ALL ON red_notes FROM ${reader};
     GRANT SELECT ON red_notes TO ${red};
     CREATE TABLE goods (id integer PRIMARY KEY, name text);
     INSERT INTO goods VALUES (1, 'chair'), (2, 'table');
     GRANT SELECT ON orders, goods TO ${red}, ${blue};
     ANALYZE`,
  );
  t.after(async () => {
    await admin(
      database.url,
      `REVOKE ALL ON ALL TABLES IN SCHEMA public FROM ${red}, ${blue};
       DROP POLICY IF EXISTS of_tenant ON orders;
       DROP OWNED BY ${red}; DROP OWNED BY ${blue}; DROP ROLE ${red}; DROP ROLE ${blue}`,
    ).catch(() => undefined);
  });
  return { ...database, reader, red, blue };
}
