// Owns the world of the cross-scope test: who may see what at which moment, as the grants and policies went, and
// whether rows that somebody was given could be seen by them. Every value that a statement returns names its row.
import { admin } from './database.ts';
import { TENANTS } from './tenants.ts';
import type { TenantDatabase } from './tenants.ts';

export interface Person {
  /** Of this person as the database knows it. */
  readonly name: string;
  /** As its token says; the same person may come as somebody else to the database. */
  readonly subject: string;
  readonly color: 'red' | 'blue';
  readonly tenant: string;
}

/** Of each role and tenant one, of one of them two, and one who is in two places. */
export const PEOPLE: readonly Person[] = [
  ...TENANTS.flatMap((tenant) =>
    (['red', 'blue'] as const).map((color) => {
      const name = `${color}-${tenant}`;
      return { name, subject: name, color, tenant };
    }),
  ),
  { name: 'red-a-too', subject: 'red-a-too', color: 'red', tenant: 'a' },
  { name: 'pat-red-b', subject: 'pat', color: 'red', tenant: 'b' },
  { name: 'pat-blue-c', subject: 'pat', color: 'blue', tenant: 'c' },
];

/** What the database lets see at a moment. */
interface Rules {
  readonly orders: 'own' | 'cheap' | 'none';
  readonly notesFor: ReadonlySet<string>;
  readonly bannedFromLedger: string | null;
}

interface Change {
  readonly sql: (tenants: TenantDatabase) => string;
  readonly to: (rules: Rules) => Rules;
}

const OWN = `tenant = current_setting('app.tenant', true)`;
const ordersBy = (orders: Rules['orders'], condition: string): Change => ({
  sql: () => `ALTER POLICY of_tenant ON orders USING (${condition})`,
  to: (rules) => ({ ...rules, orders }),
});
const notesFor = (color: 'red' | 'blue', isGranted: boolean): Change => ({
  sql: (tenants) =>
    `${isGranted ? 'GRANT' : 'REVOKE'} SELECT ON red_notes ${isGranted ? 'TO' : 'FROM'} ${tenants[color]}`,
  to: ({ notesFor: known, ...rules }) => ({
    ...rules,
    notesFor: new Set([...known].filter((other) => other !== color).concat(isGranted ? color : [])),
  }),
});
const ban = (tenant: string | null): Change => ({
  sql: () =>
    tenant === null
      ? 'TRUNCATE banned'
      : `TRUNCATE banned; INSERT INTO banned VALUES ('${tenant}')`,
  to: (rules) => ({ ...rules, bannedFromLedger: tenant }),
});

export const CHANGES: readonly Change[] = [
  ordersBy('own', OWN),
  ordersBy('own', OWN),
  ordersBy('cheap', `${OWN} AND total < 60`),
  ordersBy('none', 'false'),
  notesFor('red', true),
  notesFor('red', false),
  notesFor('blue', true),
  notesFor('blue', false),
  ban('a'),
  ban('b'),
  ban(null),
];

/** A policy that names the role, one that reads another table, and a view that asks as whoever reads it. */
export async function addLedger({ url, red, blue, reader }: TenantDatabase): Promise<void> {
  await admin(
    url,
    `CREATE TABLE banned (tenant text);
     CREATE TABLE ledger (owner text, id integer);
     INSERT INTO ledger SELECT o, i FROM unnest(ARRAY['red', 'blue']) o, generate_series(1, 3) i;
     ALTER TABLE ledger ENABLE ROW LEVEL SECURITY;
     CREATE POLICY of_role ON ledger FOR SELECT TO ${red}, ${blue}
       USING (current_user = '${reader}_' || owner
         AND NOT EXISTS (SELECT FROM banned b WHERE b.tenant = current_setting('app.tenant', true)));
     CREATE VIEW book WITH (security_invoker) AS SELECT owner, id FROM ledger;
     GRANT SELECT ON banned, ledger, book TO ${red}, ${blue};`,
  );
}

export const STATEMENTS: readonly string[] = [
  `SELECT 'o:' || tenant || ':' || total FROM orders ORDER BY id`,
  `SELECT string_agg('o:' || tenant || ':' || total, ' ' ORDER BY id) FROM orders`,
  `SELECT 'o:' || tenant || ':' || max(total) FROM orders GROUP BY tenant`,
  `SELECT 'l:' || owner FROM ledger`,
  `SELECT 'l:' || b.owner || ' o:' || o.tenant || ':' || o.total FROM book b CROSS JOIN orders o`,
  `SELECT 'n:' || note FROM red_notes`,
  `SELECT 'g:' || name FROM goods`,
  `WITH mine AS (SELECT * FROM book) SELECT 'l:' || owner || ' s:' || current_setting('app.tenant') FROM mine`,
];

/** What the database let see, from the moment of each change to the next. */
export class History {
  private readonly states = [{ since: -Infinity, until: Infinity, rules: FIRST }];

  async change(tenants: TenantDatabase, { sql, to }: Change): Promise<void> {
    const last = this.states.at(-1)!;
    // Until it is committed one or the other holds.
    const next = { since: Date.now(), until: Infinity, rules: to(last.rules) };
    this.states.push(next);
    await admin(tenants.url, sql(tenants));
    last.until = Date.now();
  }

  /** Null where each value could be seen at some moment between the two. */
  leakIn(rows: readonly unknown[][], person: Person, from: number, to: number): string | null {
    const inForce = this.states.filter(({ since, until }) => since <= to && until >= from);
    const values = rows.flat().flatMap((value) => String(value ?? '').split(' '));
    const leaked = values.find(
      (value) => value !== '' && !inForce.some(({ rules }) => maySee(rules, person, value)),
    );
    return leaked ?? null;
  }
}

const FIRST: Rules = { orders: 'own', notesFor: new Set(['red']), bannedFromLedger: null };

function maySee(rules: Rules, { color, tenant }: Person, value: string): boolean {
  const [kind, whose, total] = value.split(':');
  if (kind === 'o') {
    const isCheap = Number(total) < 60;
    return whose === tenant && (rules.orders === 'own' || (rules.orders === 'cheap' && isCheap));
  }
  if (kind === 'l') return whose === color && rules.bannedFromLedger !== tenant;
  if (kind === 's') return whose === tenant;
  if (kind === 'n') return rules.notesFor.has(color);
  // Goods, and the words of a note behind its first.
  return true;
}
