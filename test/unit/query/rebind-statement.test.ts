// Statements that were given new values, read by the real guard. The judge here lets everything pass:
// what is refused is refused by the statement.
import assert from 'node:assert/strict';
import test from 'node:test';

import type { Judge } from '../../../src/cache/decide.ts';
import type { Neighbour } from '../../../src/cache/entities.ts';
import { createStatementGuard } from '../../../src/guard/guard.ts';
import { withParams } from '../../../src/query/parameters.ts';
import { createRebinder } from '../../../src/query/rebind-statement.ts';
import { createColumnValues } from '../../../src/query/schema-names.ts';
import type { Catalog, CatalogTable } from '../../../src/schema/catalog.ts';

const guard = await createStatementGuard();
const catalog: Catalog = {
  version: '1',
  tables: [
    table('orders', { status: ['pending', 'processing', 'shipped', 'in_progress', 'Café'] }),
    table('payments', { status: ['pending', 'paid', 'failed'], method: ['card', 'phone'] }),
    table('customers', { c: ['DE', 'FR'], country: ['Germany', 'France', 'US', 'IT'] }),
    table('departments', { name: ['Marketing', 'Sales'] }),
  ],
};

function table(name: string, columns: Readonly<Record<string, readonly string[]>>): CatalogTable {
  const ofColumn = { type: 'text', nullable: true, comment: null, primaryKey: false };
  return {
    schema: 'public',
    name,
    sqlName: name,
    onSearchPath: true,
    kind: 'table',
    comment: null,
    estimatedRows: null,
    columns: Object.entries(columns).map(([column, samples]) => ({
      ...ofColumn,
      name: column,
      sqlName: column,
      references: null,
      samples,
    })),
  };
}

const judge: Judge = () => ({
  outcome: 'hit',
  confidence: 1,
  differences: [],
  rule: 'same text',
  weighed: null,
  microseconds: 0,
  frames: () => assert.fail('never logged here'),
});

interface Earlier {
  readonly question: string;
  readonly sql: string;
  readonly params?: readonly unknown[];
}

/** The statement and parameters that answer the later question; null where it is left to the agent. */
async function rebound(
  { question, sql, params = [] }: Earlier,
  later: string,
): Promise<string | null> {
  const rebinder = createRebinder({ guard, knownValues: createColumnValues(() => catalog) });
  const { tables } = guard.check(sql);
  const { facts, volatility } = withParams(guard.check(sql), params);
  const plan = { id: 'p', statementKey: 'k' as never, sql, params, tables, facts, volatility };
  const neighbour: Neighbour = { id: 'n', question, madeBy: 'alice', plan, similarity: 0.9 };
  const found = await rebinder(later, [neighbour], judge, async () => undefined);
  return found && [found.statement.sql, ...found.params].join(' | ');
}

const refuses = async (earlier: Earlier, later: string): Promise<void> =>
  assert.equal(await rebound(earlier, later), null, earlier.sql);

const orders = (where: string, select = 'count(*)'): string =>
  `SELECT ${select} FROM orders WHERE ${where}`;
const of = (question: string, ...statements: readonly string[]): readonly Earlier[] =>
  statements.map((sql) => ({ question, sql }));

test('an end of a window in a notation that is not understood refuses the new window', async () => {
  const year = of(
    'Phone orders of 2024',
    orders("d BETWEEN '2024-01-01' AND '2024-12-31T23:59:59+02'"),
    orders("d BETWEEN '2024-01-01' AND to_date('31.12.2024', 'DD.MM.YYYY')"),
    orders("d >= '2024-01-01' AND d < '20250101'"),
    orders("d >= '2024-01-01 05:00' AND d < '2025-01-01 05:00'"),
    orders("d >= '2024-01-01' AND d < make_date(2025, 1, 1)"),
    orders("d >= '2024-01-01' AND d < E'2025-01-01'"),
    orders("d <@ tstzrange('2024-01-01', NULL) AND d <@ '[2024-01-01,2025-01-01)'::tstzrange"),
    orders("d >= '2024-01-01' AND to_char(d, 'YYYY-MM') <= '2024-12'"),
    orders("d >= '2024-01-01' AND d::text LIKE '2024-%'"),
  );
  for (const earlier of year) await refuses(earlier, 'Phone orders of 2023');
  const june = of(
    'orders in June 2024',
    orders("d >= '2024-06-01' AND EXTRACT(year FROM d) = 2024"),
    orders("d >= '2024-06-01' AND EXTRACT(month FROM d) = 6"),
    orders("d >= '2024-06-01' AND EXTRACT(quarter FROM d) = 2"),
    orders("d >= '2024-06-01' AND to_char(d, 'YYYY') = '2024'"),
    orders("d >= '2024-06-01' AND to_char(d, 'FMMonth') = 'June'"),
    orders("d >= '2024-06-01' AND d < make_date(2024, 7, 1)"),
  );
  for (const earlier of june) await refuses(earlier, 'orders in May 2024');
  const param = { question: 'orders in June 2024', sql: orders("d >= $1 AND d < '2024-07-01'") };
  await refuses({ ...param, params: ['01/06/2024'] }, 'orders in May 2024');
});

test('a window that the statement leaves open, or ends now, is open for its own year alone', async () => {
  const statements = of(
    'orders in 2024',
    orders("d >= '2024-01-01'"),
    orders("d >= '2024-01-01' AND d < now()"),
    orders('EXTRACT(year FROM d) >= 2024'),
    orders("d < '2025-01-01' AND extract(epoch FROM d) >= 1704067200"),
    orders("d >= '2024-01-01' AND d < '2025-01-01' AND k >= 20240101"),
  );
  for (const earlier of statements) await refuses(earlier, 'orders in 2023');
  const param = { question: 'orders in 2024', sql: orders('d >= $1'), params: ['2024-01-01'] };
  await refuses(param, 'orders in 2023');
  const since = { question: 'orders since 2024', sql: orders("d >= '2024-01-01'") };
  assert.equal(await rebound(since, 'orders since 2023'), orders("d >= '2023-01-01'"));
});

test('the last moment of a window moves with it', async () => {
  const sql = orders("d BETWEEN '2024-01-01 00:00' AND timestamp '2024-12-31T23:59:59.999'");
  assert.equal(
    await rebound({ question: 'Phone orders of 2024', sql }, 'Phone orders of 2023'),
    orders("d BETWEEN '2023-01-01 00:00' AND timestamp '2023-12-31T23:59:59.999'"),
  );
  const february = orders("d BETWEEN '2024-02-01' AND '2024-02-29 23:59'");
  assert.equal(
    await rebound({ question: 'orders in February 2024', sql: february }, 'orders in March 2024'),
    orders("d BETWEEN '2024-03-01' AND '2024-03-31 23:59'"),
  );
});

test('a date that two windows of the question could explain stays with the agent', async () => {
  const sql =
    'SELECT count(*) FROM orders JOIN customers USING (id) ' +
    "WHERE o >= '2024-01-01' AND r >= '2023-01-01' AND r < '2024-01-01'";
  const question = 'Orders since 2024 by customers registered in 2023';
  await refuses({ question, sql }, 'Orders since 2024 by customers registered in 2022');
  await refuses({ question, sql }, 'Orders since 2025 by customers registered in 2023');
  const apart = sql.replace("o >= '2024", "o >= '2025");
  assert.equal(
    await rebound(
      { question: 'Orders since 2025 by customers registered in 2023', sql: apart },
      'Orders since 2025 by customers registered in 2022',
    ),
    apart.replace("'2024-01-01'", "'2023-01-01'").replace("r >= '2023", "r >= '2022"),
  );
});

test('a constant that may follow from the old window refuses the new one', async () => {
  const april = "d >= '2024-04-01' AND d < '2024-05-01'";
  const statements = of(
    'orders per day in April 2024',
    orders(april, 'count(*) / 30.0'),
    orders("d >= '2024-04-01' AND d < date '2024-04-01' + interval '30 days'"),
    orders("d >= '2024-04-01' AND d < date '2024-04-01' + 30"),
    orders("d >= '2024-04-01' AND d < date '2024-04-01' + make_interval(days => 30)"),
    orders(april, 'count(*) / (30 * 24)'),
    orders(april, 'count(*) / 720.0'),
    orders(april, 'count(*) / 22.0'),
    orders(`${april} AND n = 30`, 'count(*)'),
    `${orders(april, 'day, count(*)')} GROUP BY day LIMIT 30`,
    orders(april, 'count(*) AS april_orders'),
    orders(april, 'count(*) AS "orders of 2024"'),
    `SELECT count(*) FROM orders_2024 WHERE ${april}`,
    orders(april, 'count(*) AS fy24'),
  );
  for (const earlier of statements) await refuses(earlier, 'orders per day in May 2024');
  const leap = orders("d >= '2024-01-01' AND d < '2025-01-01'", 'count(*) / 366');
  await refuses({ question: 'orders per day in 2024', sql: leap }, 'orders per day in 2023');
});

test('a constant that is the same for every window of its kind stays as it is', async () => {
  const april = orders(
    "d >= '2024-04-01' AND d < date '2024-04-01' + interval '1 month' AND total > 0",
    "round(100.0 * sum(total) / 2, 2), to_char(d, 'HH24')",
  );
  assert.equal(
    await rebound({ question: 'orders in April 2024', sql: april }, 'orders in May 2024'),
    april.replaceAll('2024-04', '2024-05'),
  );
  const big = orders("d >= '2024-01-01' AND d < '2025-01-01' AND total > 30");
  assert.equal(
    await rebound({ question: 'orders above 30 in 2024', sql: big }, 'orders above 30 in 2023'),
    big.replace('2024', '2023').replace('2025', '2024'),
  );
  await refuses(
    { question: 'orders above 30 in 2024', sql: big.replace('count(*)', 'count(*) / 30') },
    'orders above 30 in 2023',
  );
});

test('a label that speaks of the old value, or of nothing that was said, refuses the new one', async () => {
  const count = (select: string) => `SELECT ${select}, count(*) FROM customers WHERE c = 'DE'`;
  const statements = of(
    'customers in DE',
    count("'Germany' AS country"),
    count("'in ' || 'Germany'"),
    count("CASE WHEN true THEN 'Germany' END"),
    count("upper('Germany')"),
    count('max(c) AS "DE"'),
    count("'de-customers'"),
  );
  for (const earlier of statements) await refuses(earlier, 'customers in FR');
  const above = (label: string) => orders('total > 300', `${label}, count(*)`);
  const labels = ["'above 300'", "'Above 300.00 EUR'", "'three hundred and more'", "'€300+'"];
  const numbers = of('orders above 300', ...labels.map(above), above('1 AS "above 300"'));
  for (const earlier of numbers) await refuses(earlier, 'orders above 400');
  assert.equal(
    await rebound({ question: 'orders above 300', sql: above("'orders'") }, 'orders above 400'),
    above("'orders'").replace('300', '400'),
  );
  const germany = "SELECT 'Germany' AS country, count(*) FROM customers WHERE country = 'Germany'";
  assert.equal(
    await rebound({ question: 'customers in Germany', sql: germany }, 'customers in France'),
    germany.replaceAll('Germany', 'France'),
  );
});

test('known values are those of the very table that the statement reads', async () => {
  const pending = { question: 'Number of pending orders', sql: orders("status = 'pending'") };
  await refuses(pending, 'Number of paid orders');
  assert.equal(await rebound(pending, 'Number of shipped orders'), orders("status = 'shipped'"));
  const joined = "SELECT count(*) FROM orders JOIN payments USING (id) WHERE status = 'pending'";
  await refuses({ ...pending, sql: joined }, 'Number of shipped orders');
  await refuses(
    { ...pending, sql: "SELECT count(*) FROM unheard WHERE status = 'pending'" },
    'Number of shipped orders',
  );
  const renamed =
    "SELECT count(*) FROM (SELECT phase AS status FROM orders) o WHERE status = 'pending'";
  await refuses({ ...pending, sql: renamed }, 'Number of shipped orders');
  await refuses(
    { ...pending, sql: orders("doc ->> 'status' = 'pending'") },
    'Number of shipped orders',
  );
  await refuses(
    { ...pending, sql: orders("upper(status) = 'PENDING'") },
    'Number of shipped orders',
  );
});

test('a new value counts only where it is said to the letter', async () => {
  const shipped = { question: 'How many orders are shipped?', sql: orders("status = 'shipped'") };
  await refuses(shipped, 'How many orders are processed?');
  await refuses(shipped, 'How many orders are process?');
  const pending = { question: 'How many pending orders?', sql: orders("status = 'pending'") };
  await refuses(pending, 'How many shipping orders?');
  const department = "SELECT count(*) FROM departments WHERE name = 'Marketing'";
  const marketing = { question: 'size of the marketing department', sql: department };
  await refuses(marketing, 'size of the revenue department');
  assert.ok(await rebound(marketing, 'size of the sales department'));
  for (const spelling of ['in progress', 'In-Progress', 'in_progress']) {
    const later = `How many ${spelling} orders?`;
    assert.equal(await rebound(pending, later), orders("status = 'in_progress'"), spelling);
  }
  assert.equal(await rebound(pending, 'How many cafe orders?'), orders("status = 'Café'"));
  const card = "SELECT count(*) FROM payments WHERE method = 'card'";
  assert.equal(
    await rebound({ question: 'payments by card', sql: card }, 'payments by phones'),
    card.replace('card', 'phone'),
  );
  const usa = {
    question: 'customers in Germany',
    sql: "SELECT 1 FROM customers WHERE country = 'Germany'",
  };
  await refuses(usa, 'give us customers in it');
  assert.ok(await rebound(usa, 'customers in US'));
});

test('a value that stands beside another for the same thing takes no other value', async () => {
  const sql = "SELECT count(*) FROM customers WHERE country IN ('Germany', 'Deutschland')";
  await refuses({ question: 'customers in Germany', sql }, 'customers in France');
  const both = sql.replace('Deutschland', 'US');
  assert.equal(
    await rebound(
      { question: 'customers in Germany or the US', sql: both },
      'customers in France or the US',
    ),
    both.replace('Germany', 'France'),
  );
});

test('a number is read with its sign and its decimal point', async () => {
  const stars = { question: 'hotels above 3 stars', sql: 'SELECT 1 FROM hotels WHERE stars > 3' };
  const later = (said: string): Promise<string | null> =>
    rebound(stars, `hotels above ${said} stars`);
  assert.equal(await later('.5'), 'SELECT 1 FROM hotels WHERE stars > 0.5');
  assert.equal(await later('-5'), 'SELECT 1 FROM hotels WHERE stars > (-5)');
  assert.equal(await later('-.5'), 'SELECT 1 FROM hotels WHERE stars > (-0.5)');
  assert.equal(await later('minus 5'), null);
  assert.equal(await later('1.000'), null);
  assert.equal(await later('1.000,50'), null);
  assert.equal(await later('4'), 'SELECT 1 FROM hotels WHERE stars > 4');
});

test('a number of two digits takes no place of a year', async () => {
  const born = { question: 'people born in 1985', sql: 'SELECT 1 FROM people WHERE year = 1985' };
  await refuses(born, 'people born in 85');
  await refuses(born, "people born in '85");
  const after = {
    question: 'people born after 1990',
    sql: 'SELECT 1 FROM people WHERE year > 1990',
  };
  await refuses(after, 'people born after 90');
  assert.ok(await rebound(after, 'people born after 1985'));
});

test('a number of a computation is not the number that is said', async () => {
  const two = { question: 'top 2 products', sql: 'SELECT round(avg(price), 2) FROM products' };
  await refuses(two, 'top 3 products');
  const half = { question: 'prices above 5', sql: 'SELECT 1 FROM products WHERE price > 5.0' };
  assert.equal(await rebound(half, 'prices above 4'), 'SELECT 1 FROM products WHERE price > 4.0');
});

test('an impossible date and a statement that the guard refuses are left to the agent', async () => {
  const day = { question: 'orders on 30 March 2024', sql: orders("d = '2024-03-30'") };
  await refuses(day, 'orders on 31 April 2024');
  await refuses(day, 'orders on 2023-02-29');
  assert.ok(await rebound(day, 'orders on 29 February 2024'));
  const named = {
    question: 'customers named "A b"',
    sql: "SELECT 1 FROM customers WHERE n = 'A b'",
  };
  assert.ok(await rebound(named, 'customers named "xy"'));
  await refuses(named, 'customers named "x\ud800y"');
});

test('what both questions say keeps its place among the values', async () => {
  const sql = 'SELECT 1 FROM products WHERE price BETWEEN 10 AND 20';
  const between = { question: 'prices between 10 and 20', sql };
  await refuses(between, 'prices between 20 and 30');
  assert.equal(
    await rebound(between, 'prices between 30 and 40'),
    'SELECT 1 FROM products WHERE price BETWEEN 30 AND 40',
  );
  const days = {
    question: 'orders between 2024-03-01 and 2024-04-01',
    sql: orders("d >= '2024-03-01' AND d < '2024-04-02'"),
  };
  await refuses(days, 'orders between 2024-04-01 and 2024-05-01');
});

test('a text all in one case takes a text in the same case alone', async () => {
  const sql = "SELECT 1 FROM customers WHERE lower(name) = 'smith'";
  const smith = { question: 'customers named "smith"', sql };
  await refuses(smith, 'customers named "Jones"');
  assert.equal(await rebound(smith, 'customers named "jones"'), sql.replace('smith', 'jones'));
});
