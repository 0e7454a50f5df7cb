// Whose rows: each principal is itself in the database, for what it runs, for what it is served, for what it is told.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import type { Client } from '@modelcontextprotocol/client';

import { call, connect, runAskonce, startAskonce } from '../support/askonce.ts';
import type { Environment } from '../support/askonce.ts';
import { startAuthorizationServer } from '../support/authorization-server.ts';
import { admin, freshDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { ORDERS_OF_EACH, tenantDatabase } from '../support/tenants.ts';

const tokenOf = (name: string): string => `token-of-${name}-0000`;
const PEOPLE = ['alice', 'bob', 'carol'] as const;
const AUTH_TOKENS = PEOPLE.map((name) => `${name}:${tokenOf(name)}`).join(',');
const DATABASE_IDENTITY = 'role=db_role,app.tenant=tenant';
const ORDERS = {
  question: 'how many orders does each tenant have?',
  sql: 'SELECT tenant, count(*)::int FROM orders GROUP BY 1',
};
const NOTES = { question: 'what do the notes say?', sql: 'SELECT note FROM red_notes' };

/** Alice and Carol are the same to the database, Bob is another. */
async function startTenants(t: TestContext, env: Environment = {}, his: 'red' | 'blue' = 'blue') {
  const tenants = await tenantDatabase(t);
  const { red } = tenants;
  const settings = {
    DATABASE_URL: tenants.readerUrl,
    CACHE_DATABASE_URL: (await freshDatabase(t)).url,
    AUTH_TOKENS,
    DATABASE_IDENTITY,
    TOKEN_CLAIMS: [
      `alice.db_role=${red},carol.db_role=${red},bob.db_role=${tenants[his]}`,
      'alice.tenant=a,carol.tenant=a,bob.tenant=b',
    ].join(','),
    ...env,
  };
  const server = await startAskonce(t, settings);
  const of = (name: string): Promise<Client> => connect(t, server.url, { token: tokenOf(name) });
  const [alice, bob, carol] = [await of('alice'), await of('bob'), await of('carol')];
  return { ...tenants, settings, server, alice, bob, carol };
}

test('each principal has the rows of its role and its claims, whoever asked in the same words', async (t) => {
  const { alice, bob, carol } = await startTenants(t);
  const first = await call(alice, 'query', ORDERS);
  assert.deepEqual(first.rows, [['a', ORDERS_OF_EACH]]);
  assert.equal((await call(alice, 'ask', { question: ORDERS.question })).source, 'memory');

  const hers = await call(carol, 'ask', { question: ORDERS.question });
  assert.equal(hers.source, 'database', 'the same to the database: a known plan, rows of her own');
  assert.deepEqual(hers.rows, first.rows);

  const his = await call(bob, 'ask', { question: ORDERS.question });
  assert.equal(his.status, 'needs_sql');
  assert.equal(
    JSON.stringify(his).includes('GROUP BY'),
    false,
    'nor is her SQL an example for him',
  );
  assert.deepEqual((await call(bob, 'query', ORDERS)).rows, [['b', ORDERS_OF_EACH]]);
  assert.deepEqual((await call(alice, 'ask', { question: ORDERS.question })).rows, first.rows);
});

test("answers, cursors and rows by id are nobody else's", async (t) => {
  const { alice, bob, carol, server } = await startTenants(t);
  const large = { question: 'all orders', sql: 'SELECT id, tenant FROM orders', max_rows: 1 };
  const page = await call(alice, 'query', large);
  for (const [client, name] of [
    [bob, 'bob'],
    [carol, 'carol'],
  ] as const) {
    const next = await call(client, 'fetch_rows', { cursor: page.next_cursor });
    assert.equal(next.error?.code, 'NOT_FOUND');
    const report = { answer_id: page.answer_id, verdict: 'wrong' };
    assert.equal((await call(client, 'report', report)).error?.code, 'NOT_FOUND');
    const whole = await fetch(`${server.origin}/results/${page.answer_id}`, {
      headers: { authorization: `Bearer ${tokenOf(name)}` },
    });
    assert.equal(whole.status, 404);
  }
  const next = await call(alice, 'fetch_rows', { cursor: page.next_cursor });
  assert.equal(next.rows[0]?.[1], 'a');
});

test('what is told of the schema is what the principal may read', async (t) => {
  const { alice, bob } = await startTenants(t);
  const known = async (client: Client): Promise<string> =>
    JSON.stringify([
      await call(client, 'search_schema', {}),
      await call(client, 'ask', { question: 'which notes are there?' }),
    ]);
  assert.match(await known(alice), /red_notes/);
  assert.doesNotMatch(await known(bob), /red_notes/);
  const plan = await call(bob, 'explain', { sql: NOTES.sql });
  assert.equal(plan.error?.code, 'QUERY_REJECTED');
});

test('a right that is taken away ends the rows that were read by it', async (t) => {
  const { alice, bob, red, reader, url } = await startTenants(t);
  const ask = { question: NOTES.question };
  assert.deepEqual((await call(alice, 'query', NOTES)).rows, [['only for red']]);
  await call(alice, 'query', ORDERS);
  await call(bob, 'query', ORDERS);
  assert.equal((await call(alice, 'ask', ask)).source, 'memory');
  await admin(url, `REVOKE SELECT ON red_notes FROM ${red}`);
  await eventually('the notes are hers no more', async () => {
    const answer = await call(alice, 'ask', ask);
    return answer.error?.code === 'QUERY_REJECTED';
  });
  assert.equal((await call(alice, 'ask', { question: ORDERS.question })).source, 'memory');

  await admin(url, `REVOKE ${red} FROM ${reader}`);
  await eventually('she is nobody there', async () => {
    const answer = await call(alice, 'ask', { question: ORDERS.question });
    return answer.error?.code === 'FORBIDDEN';
  });
  assert.equal((await call(bob, 'ask', { question: ORDERS.question })).source, 'memory');
});

test('a policy that changes ends the rows that it showed', async (t) => {
  const { alice, url } = await startTenants(t);
  const ask = { question: ORDERS.question };
  await call(alice, 'query', ORDERS);
  assert.equal((await call(alice, 'ask', ask)).source, 'memory');
  await admin(url, 'ALTER POLICY of_tenant ON orders USING (false)');
  await eventually('she sees none', async () => {
    const { rows } = await call(alice, 'ask', ask);
    return Array.isArray(rows) && rows.length === 0;
  });
});

test('a right that is kept as a row is no old row, however long stale ones may be served', async (t) => {
  const { alice, url, red } = await startTenants(t, { STALE_WHILE_REVALIDATE_SECONDS: '600' });
  await admin(
    url,
    `CREATE TABLE members (tenant text); INSERT INTO members VALUES ('a');
     GRANT SELECT ON members TO ${red};
     ALTER POLICY of_tenant ON orders USING (
       tenant = current_setting('app.tenant', true) AND tenant IN (SELECT m.tenant FROM members m))`,
  );
  const ask = { question: ORDERS.question };
  assert.deepEqual((await call(alice, 'query', ORDERS)).rows, [['a', ORDERS_OF_EACH]]);
  assert.equal((await call(alice, 'ask', ask)).source, 'memory');
  await admin(url, 'DELETE FROM members');
  await eventually('she sees none', async () => {
    const { rows, notice } = await call(alice, 'ask', ask);
    assert.doesNotMatch(String(notice), /may have changed/);
    return Array.isArray(rows) && rows.length === 0;
  });
});

test('what a role of somebody can do beside reading is told from the start on', async (t) => {
  const { server, settings, url, red } = await startTenants(t);
  const isHarmful = async (): Promise<boolean> =>
    /"role":"can do more than read/.test(await (await fetch(`${server.origin}/readyz`)).text());
  assert.equal(await isHarmful(), false);
  await admin(url, `GRANT INSERT ON orders TO ${red}; ALTER TABLE orders OWNER TO ${red}`);
  const second = await startAskonce(t, settings);
  const text = async () => await (await fetch(`${second.origin}/readyz`)).text();
  await eventually('it is seen', async () => /"role":"can do more than read/.test(await text()));
  const told = (can: string) => new RegExp(`"role":"${red}".*"can":"${can} public.orders"`);
  const owned = told('pass row level security as the owner of');
  await eventually(
    'it is logged',
    () => told('write to').test(second.log()) && owned.test(second.log()),
  );
});

test('where all learn from all, a plan is shared and its rows are not', async (t) => {
  const { alice, bob } = await startTenants(t, { PLAN_SHARING: 'database' }, 'red');
  const ask = { question: ORDERS.question };
  assert.deepEqual((await call(alice, 'query', ORDERS)).rows, [['a', ORDERS_OF_EACH]]);
  const his = await call(bob, 'ask', ask);
  assert.equal(his.source, 'database');
  assert.deepEqual(his.rows, [['b', ORDERS_OF_EACH]]);
  assert.deepEqual((await call(alice, 'ask', ask)).rows, [['a', ORDERS_OF_EACH]]);
});

test('where nobody learns from anybody, each brings its own SQL', async (t) => {
  const { alice, carol } = await startTenants(t, { PLAN_SHARING: 'principal' });
  await call(alice, 'query', ORDERS);
  const hers = await call(carol, 'ask', { question: ORDERS.question });
  assert.equal(hers.status, 'needs_sql');
  assert.equal(JSON.stringify(hers).includes('GROUP BY'), false);
});

test('whose token lacks a claim is refused, and a token of the settings without one stops the start', async (t) => {
  const authorization = await startAuthorizationServer(t);
  const tenants = await tenantDatabase(t);
  const PUBLIC_URL = 'https://askonce.example.org/mcp';
  const settings = { DATABASE_URL: tenants.readerUrl, DATABASE_IDENTITY };
  const server = await startAskonce(t, {
    ...settings,
    CACHE_DATABASE_URL: (await freshDatabase(t)).url,
    PUBLIC_URL,
    OAUTH_ISSUER: authorization.issuer,
    OAUTH_JWKS_URL: authorization.jwksUrl,
  });
  const aud = PUBLIC_URL;
  const whole = { sub: 'dave', aud, db_role: tenants.blue, tenant: 'c' };
  const dave = await connect(t, server.url, { token: await authorization.token(whole) });
  assert.deepEqual((await call(dave, 'query', ORDERS)).rows, [['c', ORDERS_OF_EACH]]);
  for (const claims of [
    { sub: 'dave', aud, tenant: 'c' },
    { sub: 'dave', aud, db_role: tenants.blue },
    { ...whole, db_role: 'none' },
  ]) {
    const token = await authorization.token(claims);
    const refused = await fetch(server.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }),
    });
    assert.equal(refused.status, 403);
    assert.match(await refused.text(), /does not know who you are.*FORBIDDEN/);
  }
  const strange = await authorization.token({ ...whole, db_role: 'postgres' });
  const stranger = await connect(t, server.url, { token: strange });
  assert.equal((await call(stranger, 'query', ORDERS)).error?.code, 'FORBIDDEN');

  const { code, stderr } = await runAskonce(['serve'], { ...settings, AUTH_TOKENS });
  assert.equal(code, 1);
  assert.match(stderr, /DATABASE_IDENTITY does not fit "alice".*tenant/);
});
