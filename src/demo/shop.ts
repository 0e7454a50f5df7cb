// Owns the building of the demo shop: all of it in one transaction, so that it is there whole or not at
// all, and a note in the same transaction by which a later start knows that it is. Never overwrites
// tables that it has not made.
import * as rows from './shop-rows.ts';
import { CREATE_DICE, DROP_DICE, literal } from './shop-sql.ts';
import { ADD_KEYS, CREATE_TABLES, TABLES, addComments } from './shop-tables.ts';

export interface ShopConnection {
  /** One connection, not a pool: the whole build is one transaction. */
  query(sql: string): Promise<unknown>;
}

/** Raise the edition with every change to the shop: older ones are then replaced. */
const NOTE = 'Demo shop of askonce: an online shop with customers, products and orders.';
const EDITION = 'Edition 1.';

const STEPS: ReadonlyArray<readonly [string, readonly string[]]> = [
  ['tables', [CREATE_TABLES, CREATE_DICE]],
  ['countries and staff', [rows.INSERT_COUNTRIES, rows.INSERT_EMPLOYEES]],
  ['catalogue and stock', [rows.INSERT_CATALOGUE, rows.INSERT_STOCK]],
  ['customers', [rows.DRAFT_ORDERS, rows.INSERT_CUSTOMERS]],
  ['orders and payments', [rows.INSERT_ORDERS, rows.INSERT_PAYMENTS]],
  ['shipments and reviews', [rows.INSERT_SHIPMENTS, rows.INSERT_REVIEWS, DROP_DICE]],
  ['keys and indexes', [ADD_KEYS]],
  ['comments and statistics', [addComments(), `ANALYZE ${TABLES.join(', ')}`]],
];

/** Returns at once if the shop is there. Throws if other tables of the same names are. */
export async function buildDemoShop(
  db: ShopConnection,
  onProgress: (line: string) => void,
): Promise<void> {
  await db.query('BEGIN');
  try {
    const note = await readNote(db);
    if (note !== `${NOTE} ${EDITION}`) {
      if (note.startsWith(NOTE)) await db.query(`DROP TABLE IF EXISTS ${TABLES.join(', ')}`);
      await build(db, onProgress);
    }
    await db.query('COMMIT');
  } catch (error) {
    // Fails only where the connection is lost, and with it the transaction.
    await db.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

async function build(db: ShopConnection, onProgress: (line: string) => void): Promise<void> {
  await db.query('SET LOCAL search_path = public');
  for (const [at, [name, statements]] of STEPS.entries()) {
    onProgress(`demo shop ${at + 1}/${STEPS.length}: ${name}`);
    await db.query(statements.join(';\n'));
  }
  await db.query(`COMMENT ON SCHEMA public IS ${literal(`${NOTE} ${EDITION}`)}`);
}

async function readNote(db: ShopConnection): Promise<string> {
  const result = (await db.query(
    `SELECT coalesce(obj_description('public'::regnamespace), '') AS note`,
  )) as { rows: ReadonlyArray<{ note: string }> };
  return result.rows[0]?.note ?? '';
}
