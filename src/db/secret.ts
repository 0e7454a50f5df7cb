// Owns secrets that live with the cache: made by whoever comes first, the same for all who share its
// database, and there again after a restart. Never shown to anybody.
import { randomBytes } from 'node:crypto';

import type { Pool } from './pool.ts';

const SECRET_BYTES = 32;

export async function sharedSecret(pool: Pool, name: string): Promise<Buffer> {
  await pool.query(
    'INSERT INTO askonce.secrets (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING',
    [name, randomBytes(SECRET_BYTES)],
  );
  const [row] = await pool.query<{ value: Buffer }>(
    'SELECT value FROM askonce.secrets WHERE name = $1',
    [name],
  );
  return row!.value;
}
