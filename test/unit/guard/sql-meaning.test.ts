import assert from 'node:assert/strict';
import test from 'node:test';

import { createStatementGuard } from '../../../src/guard/guard.ts';

const guard = await createStatementGuard();
const meaning = (sql: string): string => guard.check(sql).meaning();

const SAME: readonly (readonly [string, string])[] = [
  [
    "SELECT count(*) FROM customers c WHERE c.country = 'Germany' AND c.active",
    "select COUNT(1) n from customers where active and 'Germany' = country",
  ],
  [
    'SELECT p.name, sum(i.qty) AS total FROM items i JOIN products p ON p.id = i.product_id GROUP BY p.name ORDER BY total DESC LIMIT 5',
    'SELECT sum(items.qty), products.name FROM products, items WHERE items.product_id = products.id GROUP BY 2 ORDER BY 1 DESC LIMIT 5',
  ],
  [
    "SELECT * FROM orders WHERE day BETWEEN '2023-01-01' AND DATE '2023-12-31'",
    "SELECT o.* FROM orders o WHERE day >= DATE '2023-01-01' AND '2023-12-31'::date >= day",
  ],
  ['SELECT a FROM t WHERE x IN (3, 1, 2)', 'SELECT a FROM t WHERE x IN (1, 2, 3.0)'],
  [
    "SELECT a FROM t WHERE at < '2024-01-01'::date AND b > 1.50",
    "SELECT a FROM t WHERE b > 1.5 AND at < TIMESTAMP '2024-01-01'",
  ],
  ['SELECT a FROM t WHERE x <> 1 OR y = 2', 'SELECT a FROM t WHERE 2 = y OR x != 1'],
  [
    "SELECT m.name FROM staff e JOIN staff m ON e.boss = m.id WHERE e.name = 'x'",
    "SELECT b.name FROM staff a, staff b WHERE a.name = 'x' AND b.id = a.boss",
  ],
  [
    'SELECT 1 FROM a WHERE EXISTS (SELECT 1 FROM b WHERE b.x = a.x)',
    'SELECT 1 FROM a t WHERE EXISTS (SELECT 1 FROM b u WHERE t.x = u.x)',
  ],
];

for (const [index, [first, second]] of SAME.entries()) {
  test(`two spellings of one statement mean the same (${index + 1})`, () => {
    assert.equal(meaning(first), meaning(second));
  });
}

const DIFFERENT: readonly (readonly [string, string])[] = [
  [
    "SELECT m.name FROM staff e JOIN staff m ON e.boss = m.id WHERE e.name = 'x'",
    "SELECT e.name FROM staff e JOIN staff m ON e.boss = m.id WHERE m.name = 'x'",
  ],
  ['SELECT a FROM t WHERE x < 3', 'SELECT a FROM t WHERE x > 3'],
  ['SELECT a FROM t WHERE x < 3', 'SELECT a FROM t WHERE x <= 3'],
  ['SELECT a FROM t ORDER BY b', 'SELECT a FROM t ORDER BY b DESC'],
  ['SELECT a FROM t ORDER BY b, c', 'SELECT a FROM t ORDER BY c, b'],
  ['SELECT a FROM t ORDER BY b', 'SELECT a FROM t ORDER BY b NULLS FIRST'],
  ['SELECT count(DISTINCT a) FROM t', 'SELECT count(a) FROM t'],
  ['SELECT count(a) FROM t', 'SELECT count(*) FROM t'],
  ['SELECT count(NULL) FROM t', 'SELECT count(1) FROM t'],
  ['SELECT DISTINCT a FROM t', 'SELECT a FROM t'],
  ['SELECT a FROM t WHERE NOT x', 'SELECT a FROM t WHERE x'],
  ['SELECT a - b FROM t', 'SELECT b - a FROM t'],
  ['SELECT a FROM t WHERE x = 1 OR y = 2', 'SELECT a FROM t WHERE x = 1 AND y = 2'],
  [
    'SELECT a FROM t WHERE x = 1 AND (y = 2 OR z = 3)',
    'SELECT a FROM t WHERE (x = 1 AND y = 2) OR z = 3',
  ],
  ['SELECT 1 FROM t LEFT JOIN u ON t.id = u.id', 'SELECT 1 FROM u LEFT JOIN t ON t.id = u.id'],
  ['SELECT 1 FROM t LEFT JOIN u ON t.id = u.id', 'SELECT 1 FROM t JOIN u ON t.id = u.id'],
  ['SELECT a FROM t UNION SELECT a FROM u', 'SELECT a FROM t UNION ALL SELECT a FROM u'],
  ['SELECT a FROM t EXCEPT SELECT a FROM u', 'SELECT a FROM u EXCEPT SELECT a FROM t'],
  ['SELECT a FROM t LIMIT 5', 'SELECT a FROM t LIMIT 6'],
  ['SELECT a FROM t WHERE x = 1', "SELECT a FROM t WHERE x = '2'"],
  ['SELECT a FROM one.t', 'SELECT a FROM two.t'],
  [
    'SELECT 1 FROM a WHERE EXISTS (SELECT 1 FROM b WHERE b.x = a.x)',
    'SELECT 1 FROM a WHERE EXISTS (SELECT 1 FROM b WHERE b.x = b.x)',
  ],
  ['SELECT a FROM t GROUP BY a HAVING count(*) > 1', 'SELECT a FROM t GROUP BY a'],
  ["SELECT x::date FROM t WHERE y = 'a'", "SELECT x::text FROM t WHERE y = 'a'"],
  ["SELECT a FROM t WHERE x LIKE 'a%'", "SELECT a FROM t WHERE x ILIKE 'a%'"],
  ['SELECT sum(a) FILTER (WHERE b) FROM t', 'SELECT sum(a) FROM t'],
  [
    "SELECT a FROM t WHERE at >= '2024-01-01 12:00'::date",
    "SELECT a FROM t WHERE at >= '2024-01-01 12:00'::timestamp",
  ],
  [
    "SELECT a FROM t WHERE at >= '2024-01-01 12:00'::date",
    "SELECT a FROM t WHERE at >= '2024-01-01 12:00'",
  ],
  [
    "SELECT a FROM t WHERE at >= '2024-01-01'::timestamp AT TIME ZONE 'UTC'",
    "SELECT a FROM t WHERE at >= '2024-01-01'::timestamptz AT TIME ZONE 'UTC'",
  ],
  ["SELECT '2024-01-01'::date FROM t", "SELECT '2024-01-01'::timestamp FROM t"],
  ["SELECT a FROM t WHERE b = 'abcdef'::varchar(3)", "SELECT a FROM t WHERE b = 'abcdef'"],
  // Of citext, the one compares letters and the other words.
  ["SELECT a FROM t WHERE b = 'x'::text", "SELECT a FROM t WHERE b = 'x'"],
  ['SELECT b::numeric(10, 2) FROM t', 'SELECT b::numeric(10, 0) FROM t'],
  ['SELECT b::text[] FROM t', 'SELECT b::text FROM t'],
  ['SELECT 100 * a / b FROM t', 'SELECT 100.0 * a / b FROM t'],
  ["SELECT '5' FROM t", 'SELECT 5 FROM t'],
];

for (const [index, [first, second]] of DIFFERENT.entries()) {
  test(`what asks for other rows means something else (${index + 1})`, () => {
    assert.notEqual(meaning(first), meaning(second));
  });
}
