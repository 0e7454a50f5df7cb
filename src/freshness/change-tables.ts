// Owns changing the tables of a data database one after another, so that nobody waits long for any of it: each in
// a transaction of its own, and one that stays in use is left for another run.
import type { Client, Pool } from '../db/pool.ts';

export interface ChangeOptions {
  /** As the owner of the tables. */
  readonly pool: Pool;
  /** Told of each table. */
  readonly onProgress: (line: string) => void;
}

export interface ChangeReport {
  readonly done: number;
  /** Tables on which it could not be done, with why. */
  readonly failed: readonly string[];
}

const LOCK_TIMEOUT = '3s';

/** @param statementsOf What is done with a table; it counts as done where that is nothing. */
export async function changeTables<Table extends { readonly name: string }>(
  { pool, onProgress }: ChangeOptions,
  tables: readonly Table[],
  statementsOf: (table: Table) => readonly string[],
): Promise<ChangeReport> {
  const failed: string[] = [];
  for (const [index, table] of tables.entries()) {
    const at = `${index + 1} of ${tables.length}: ${table.name}`;
    try {
      await inTransaction(pool, async (client) => {
        for (const statement of statementsOf(table)) await client.query(statement);
      });
      onProgress(at);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      failed.push(`${table.name}: ${reason}`);
      onProgress(`${at}: left out: ${reason}`);
    }
  }
  return { done: tables.length - failed.length, failed };
}

export async function inTransaction(
  pool: Pool,
  work: (client: Client) => Promise<void>,
): Promise<void> {
  await pool.withClient(async (client) => {
    await client.query(`BEGIN; SET LOCAL lock_timeout = '${LOCK_TIMEOUT}'`);
    try {
      await work(client);
      await client.query('COMMIT');
    } catch (error) {
      await client.query('ROLLBACK');
      throw error;
    }
  });
}
