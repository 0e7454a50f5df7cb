// Pairs by which an attack once got rows for another question: none of them may be served by itself.
import assert from 'node:assert/strict';
import test from 'node:test';

import { createDecider } from '../../../src/cache/decide.ts';
import { conceptsOf } from '../../../src/cache/frame-residue.ts';
import { createStatementGuard } from '../../../src/guard/guard.ts';
import { verifierAt } from '../../support/verifier.ts';

const decider = createDecider(await verifierAt());
/** Names of the tables and columns around. */
const SHOP = conceptsOf(
  'customers name country newsletter orders total revenue status ordered_at shipped_at delivered_at products price cost stock rating reviews suppliers employees manager_id department stores countries region shipments'.split(
    ' ',
  ),
);
const guard = await createStatementGuard();
/** The earlier question, the new one, and the earlier one's statement. */
const PAIRS: ReadonlyArray<readonly [string, string, string]> = [
  ['average product price', 'average product cost', 'SELECT avg(price) FROM products'],
  [
    'which product has the highest price',
    'which product has the highest cost',
    'SELECT name FROM products ORDER BY price DESC LIMIT 1',
  ],
  [
    'how many products have a price above their cost',
    'how many products have a cost above their price',
    'SELECT count(*) FROM products WHERE price > cost',
  ],
  [
    'how many reviews have a rating of 1',
    'how many reviews have a rating of -1',
    'SELECT count(*) FROM reviews WHERE rating = 1',
  ],
  ['orders over 100 euros', 'orders over -100 euros', 'SELECT * FROM orders WHERE total > 100'],
  [
    'how many parcels were shipped in 2024',
    'how many parcels were delivered in 2024',
    "SELECT count(*) FROM shipments WHERE shipped_at >= '2024-01-01' AND shipped_at < '2025-01-01'",
  ],
  [
    'average time to ship an order',
    'average time to deliver an order',
    'SELECT avg(shipped_at - ordered_at) FROM orders',
  ],
  [
    'how many parcels were shipped in 2024',
    'how many parcels were shipped by 2024',
    "SELECT count(*) FROM shipments WHERE shipped_at >= '2024-01-01' AND shipped_at < '2025-01-01'",
  ],
  [
    'how many orders were placed in March 2024',
    'how many orders were placed from March 2024 on',
    "SELECT count(*) FROM orders WHERE ordered_at >= '2024-03-01' AND ordered_at < '2024-04-01'",
  ],
  [
    'how many orders were placed in March 2024',
    'how many orders were placed to March 2024',
    "SELECT count(*) FROM orders WHERE ordered_at >= '2024-03-01' AND ordered_at < '2024-04-01'",
  ],
  [
    'how many customers have reviews',
    'how many reviews do customers have',
    'SELECT count(DISTINCT customer_id) FROM reviews',
  ],
  [
    'how many employees have a manager',
    'how many managers have employees',
    'SELECT count(*) FROM employees WHERE manager_id IS NOT NULL',
  ],
  [
    'which supplier has the most products',
    'which product has the most suppliers',
    'SELECT s.name FROM suppliers s JOIN products p ON p.supplier_id = s.id GROUP BY s.id, s.name ORDER BY count(*) DESC LIMIT 1',
  ],
  [
    'which supplier has the most products',
    'which supplier has the best products',
    'SELECT s.name FROM suppliers s JOIN products p ON p.supplier_id = s.id GROUP BY s.id, s.name ORDER BY count(*) DESC LIMIT 1',
  ],
  [
    'how many customers in Germany',
    'how many customers in germany and us',
    "SELECT count(*) FROM customers WHERE country = 'Germany'",
  ],
  ['how many orders are there', 'how many orders in us', 'SELECT count(*) FROM orders'],
  [
    'customers who bought products',
    'customers who bought all products',
    'SELECT DISTINCT c.* FROM customers c JOIN orders o ON o.customer_id = c.id',
  ],
  ['did all customers pay', 'did any customers pay', 'SELECT bool_and(paid) FROM customers'],
  [
    'orders where most of the items were discounted',
    'orders where the items were discounted',
    'SELECT order_id FROM order_items GROUP BY order_id HAVING avg((discount > 0)::int) > 0.5',
  ],
  [
    'how many orders did customers return',
    'how many orders did customers get',
    "SELECT count(*) FROM orders WHERE status = 'returned'",
  ],
  [
    'how many orders were returned',
    'how many orders will be returned',
    "SELECT count(*) FROM orders WHERE status = 'returned'",
  ],
  [
    'how many shipments arrived during the day',
    'how many shipments arrived daily',
    'SELECT count(*) FROM shipments WHERE extract(hour FROM arrived_at) BETWEEN 8 AND 18',
  ],
  [
    'how many stores do we own',
    'how many stores own us',
    'SELECT count(*) FROM stores WHERE is_owned',
  ],
  ['list the customers', 'list the newsletter customers', 'SELECT * FROM customers'],
  [
    'list the customers',
    'list the customers with newsletter',
    'SELECT name, newsletter FROM customers',
  ],
  ['list the countries', 'list the countries by region', 'SELECT name, region FROM countries'],
  [
    'customers in Germany who ordered from suppliers in France',
    'customers in France who ordered from suppliers in Germany',
    "SELECT DISTINCT c.* FROM customers c JOIN orders o ON o.customer_id = c.id JOIN suppliers s ON s.id = o.supplier_id WHERE c.country = 'Germany' AND s.country = 'France'",
  ],
  [
    'employees in sales who report to managers in finance',
    'employees in finance who report to managers in sales',
    "SELECT e.* FROM employees e JOIN employees m ON m.id = e.manager_id WHERE e.department = 'sales' AND m.department = 'finance'",
  ],
  [
    'products with a rating above 4',
    'products with more than 4 ratings',
    'SELECT * FROM products WHERE rating > 4',
  ],
  [
    'which customers spent the most in 2025',
    'which customers sent the most in 2025',
    "SELECT c.name FROM customers c JOIN orders o ON o.customer_id = c.id WHERE o.ordered_at >= '2025-01-01' AND o.ordered_at < '2026-01-01' GROUP BY c.id, c.name ORDER BY sum(o.total) DESC",
  ],
  [
    'which customers spent the most in 2025',
    'what did customers spend the most on in 2025',
    "SELECT c.name FROM customers c JOIN orders o ON o.customer_id = c.id WHERE o.ordered_at >= '2025-01-01' AND o.ordered_at < '2026-01-01' GROUP BY c.id, c.name ORDER BY sum(o.total) DESC",
  ],
  [
    'orders shipped from Hamburg to Austria',
    'orders shipped between Hamburg and Austria',
    "SELECT o.* FROM orders o JOIN warehouses w ON w.id = o.warehouse_id WHERE w.city = 'Hamburg' AND o.country = 'Austria'",
  ],
  [
    'the latest 20 reviews',
    'the best 20 reviews',
    'SELECT * FROM reviews ORDER BY created_at DESC LIMIT 20',
  ],
  [
    'products that are in stock',
    'products that are out of stock',
    'SELECT * FROM products WHERE stock > 0',
  ],
  [
    'how many items were rated \u2605\u2605',
    'how many items were rated \u2605',
    'SELECT count(*) FROM reviews WHERE rating = 2',
  ],
  [
    'total revenue per country',
    'total orders per country',
    'SELECT country, sum(total) FROM orders GROUP BY country',
  ],
  [
    'Berlin minus Munich revenue',
    'Munich minus Berlin revenue',
    "SELECT sum(total) FILTER (WHERE city = 'Berlin') - sum(total) FILTER (WHERE city = 'Munich') FROM orders",
  ],
  [
    'cities where customers outnumber employees',
    'cities where employees outnumber customers',
    'SELECT city FROM cities WHERE customers > employees',
  ],
  [
    'Which bookings start within 30 days from now?',
    'Which bookings start over 30 days from now?',
    "SELECT * FROM bookings WHERE starts_at >= now() AND starts_at < now() + interval '30 days'",
  ],
  [
    'How many trips over 100 km were made?',
    'How many trips per 100 km were made?',
    'SELECT count(*) FROM trips WHERE distance_km > 100',
  ],
  [
    'Which city has more customers than any other in Europe?',
    'Which city has more customers than any other outside Europe?',
    "SELECT city FROM customers WHERE continent = 'Europe' GROUP BY city ORDER BY count(*) DESC LIMIT 1",
  ],
  [
    'Which city has had more orders than any other since 2020?',
    'Which city has had more orders than any other before 2020?',
    "SELECT city FROM orders WHERE ordered_at >= '2020-01-01' GROUP BY city ORDER BY count(*) DESC LIMIT 1",
  ],
  [
    'How many cars built in 2020 in Germany were sold?',
    'How many cars built 2020+ in Germany were sold?',
    "SELECT count(*) FROM cars WHERE year = 2020 AND country = 'Germany'",
  ],
  [
    'How many leads in the pipeline?',
    'How many with the most pipeline?',
    'SELECT count(*) FROM leads',
  ],
  [
    'What was revenue in the past 1.5 years?',
    'What was revenue after 1.5 years?',
    "SELECT sum(total) FROM orders WHERE ordered_at > now() - interval '18 months'",
  ],
  [
    'What is the average rating of each of the two products?',
    'What is the average rating of both products?',
    'SELECT product, avg(rating) FROM reviews GROUP BY product',
  ],
  [
    'Which employees joined in the last 12 months?',
    'Which employees joined for 12 months?',
    "SELECT * FROM employees WHERE joined_at > now() - interval '12 months'",
  ],
  [
    'Contracts signed in the last 2 years',
    'Contracts signed for under 2 years',
    "SELECT * FROM contracts WHERE signed_at > now() - interval '2 years'",
  ],
  [
    'Teams with at least as many wins as losses',
    'Teams with at least as many losses as wins',
    'SELECT * FROM teams WHERE wins >= losses',
  ],
  [
    'Teams with twice as many wins as losses',
    'Teams with twice as many losses as wins',
    'SELECT * FROM teams WHERE wins >= 2 * losses',
  ],
  [
    'Which employees work with Anna?',
    'Which employees work under Anna?',
    "SELECT * FROM employees WHERE team_of = 'Anna'",
  ],
];

for (const [earlier, later, sql] of PAIRS) {
  test(`"${later}" is not served with the rows of "${earlier}"`, () => {
    const { facts } = guard.check(sql);
    const candidate = { question: earlier, facts, similarity: 0.97 };
    assert.notEqual(decider.about(later, { schemaNames: SHOP })(candidate).outcome, 'hit');
  });
}
