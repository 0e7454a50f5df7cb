// As whom a statement runs in the database, and that nothing of it is left for whoever runs the next.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import type { DatabaseIdentity } from '../../../src/db/identity.ts';
import { withReadOnlyTransaction } from '../../../src/db/transaction.ts';
import { isAppError } from '../../../src/errors.ts';
import { admin } from '../../support/database.ts';
import { tenantDatabase } from '../../support/tenants.ts';
import { never, poolOf } from './pools.ts';

const LIMITS = { statementTimeoutMs: 20_000, signal: never };

async function readerAs(t: TestContext) {
  const tenants = await tenantDatabase(t);
  const pool = poolOf(t, tenants.readerUrl, { max: 1 });
  const as = async (identity: DatabaseIdentity, sql: string): Promise<unknown[]> =>
    await withReadOnlyTransaction(pool, { ...LIMITS, identity }, async (client) => {
      const { rows } = await client.query({ text: sql, rowMode: 'array' });
      return rows.map((row: unknown[]) => row[0]);
    });
  return { ...tenants, pool, as };
}

const of = (role: string | null, tenant?: string): DatabaseIdentity => ({
  role,
  settings: tenant === undefined ? [] : [['app.tenant', tenant]],
});

test('a statement sees what its role was granted and what the policies give its settings', async (t) => {
  const { as, red, blue } = await readerAs(t);
  const mine = 'SELECT DISTINCT tenant FROM orders ORDER BY 1';
  assert.deepEqual(await as(of(red, 'a'), mine), ['a']);
  assert.deepEqual(await as(of(blue, 'b'), mine), ['b']);
  assert.deepEqual(await as(of(red), mine), [], 'who has no tenant has no rows');
  assert.deepEqual(await as(of(red), 'SELECT note FROM red_notes'), ['only for red']);
  for (const other of [of(blue), of(null)]) {
    await assert.rejects(as(other, 'SELECT note FROM red_notes'), (error) =>
      isAppError(error, 'QUERY_REJECTED'),
    );
  }
});

test('nothing of an identity is left for whoever has the connection next', async (t) => {
  const { as, red, pool } = await readerAs(t);
  const who = `SELECT current_user || ' ' || coalesce(current_setting('app.tenant', true), '')`;
  const [login] = await as(of(null), 'SELECT session_user');
  assert.deepEqual(await as(of(red, 'a'), who), [`${red} a`]);
  assert.deepEqual(await as(of(null), who), [`${String(login)} `]);
  await assert.rejects(as(of(red, 'a'), 'SELECT 1 / 0'));
  assert.deepEqual(await as(of(null), who), [`${String(login)} `], 'behind a failure, too');
  assert.equal(pool.stats().total, 1);
});

test('values are set as they are, whatever stands in them', async (t) => {
  const { as, red } = await readerAs(t);
  const show = `SELECT current_setting('app.tenant')`;
  for (const value of ["a'b", 'a\\', "\\'; RESET ROLE; --", '$$', '"', 'ü\n', "E'\\x41'"]) {
    assert.deepEqual(await as(of(red, value), show), [value]);
  }
});

test('a role that is not there, or that the login may not become, is FORBIDDEN and costs nobody else', async (t) => {
  const { as, red, url, reader } = await readerAs(t);
  const refused = async (role: string): Promise<void> =>
    await assert.rejects(
      as(of(role), 'SELECT 1'),
      (error) => isAppError(error, 'FORBIDDEN') && error.message.includes('role'),
    );
  const [backend] = await as(of(null), 'SELECT pg_backend_pid()');
  await refused('nobody at all');
  await refused('postgres');
  await admin(url, `REVOKE ${red} FROM ${reader}`);
  await refused(red);
  await admin(url, `GRANT ${red} TO ${reader}`);
  assert.deepEqual(await as(of(red), 'SELECT 1'), [1]);
  assert.deepEqual(await as(of(null), 'SELECT pg_backend_pid()'), [backend], 'nor a connection');
});
