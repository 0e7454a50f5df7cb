// Owns the rows of the demo shop as set-based SQL. No random(), no clock, no floating point; what is
// still under way is so on the last day of 2025, whenever the shop is built.
import { dice, drawOne, drawWord, literal, nth, values } from './shop-sql.ts';
import * as words from './shop-words.ts';

const CUSTOMERS = 6000;
const PRODUCTS = 600;
const ORDERS = 24_000;
const EMPLOYEES = 60;
const SUPPLIERS = 40;
const FIRST_DAY = `date '2023-01-01'`;
const DAYS = 1096;
const LAST_MOMENT = `timestamp '2025-12-31 23:59:59'`;
const DEPARTMENTS = ['Sales', 'Support', 'Logistics', 'Purchasing', 'Marketing'];

/** The countries, and for the steps to come where people live and what they are called there. */
export const INSERT_COUNTRIES = `
  CREATE TEMP TABLE place ON COMMIT DROP AS
  SELECT code, name, region, currency, vat::numeric, cities, first_names, last_names,
    sum(share::integer) OVER (ORDER BY code) - share::integer AS share_from,
    sum(share::integer) OVER (ORDER BY code) AS share_to
  FROM (VALUES
    ${values(words.PLACES)}
  ) AS t (code, name, region, currency, vat, share, cities, first_names, last_names);
  INSERT INTO countries SELECT code, name, region, currency, vat FROM place`;

export const INSERT_EMPLOYEES = `
  INSERT INTO employees
  SELECT id, ${drawWord('p.first_names', 'id', 11)}, ${drawWord('p.last_names', 'id', 12)},
    'staff.' || id || '@example.com',
    CASE WHEN id = 1 THEN 'Managing Director' WHEN id <= 6 THEN 'Head of ' || department
      ELSE department || ' Specialist' END,
    CASE WHEN id = 1 THEN 'Management' ELSE department END,
    CASE WHEN id = 1 THEN NULL WHEN id <= 6 THEN 1 ELSE 2 + (id + 3) % 5 END,
    p.code, date '2015-01-01' + ${dice('id', 13, 2900)},
    CASE WHEN id = 1 THEN 165000 WHEN id <= 6 THEN 92000 + 500 * ${dice('id', 14, 40)}
      ELSE 38000 + 250 * ${dice('id', 15, 100)} END
  FROM (
    SELECT id, ${nth(DEPARTMENTS, '(id + 3) % 5')} AS department,
      ${drawOne(['DE', 'DE', 'DE', 'FR', 'NL'], 'id', 16)} AS country_code
    FROM generate_series(1, ${EMPLOYEES}) AS id
  ) AS e JOIN place AS p ON p.code = e.country_code`;

export const INSERT_CATALOGUE = `
  INSERT INTO categories (id, name)
  SELECT ordinality, name FROM unnest(${array(words.MAIN_CATEGORIES)}) WITH ORDINALITY AS t (name);

  CREATE TEMP TABLE subcategory ON COMMIT DROP AS
  SELECT ${words.MAIN_CATEGORIES.length} + row_number() OVER () AS id, name,
    array_position(${array(words.MAIN_CATEGORIES)}, parent) AS parent_id,
    price::integer, weight::integer, string_to_array(articles, ',') AS articles
  FROM (VALUES
    ${values(words.SUBCATEGORIES)}
  ) AS t (name, parent, price, weight, articles);
  INSERT INTO categories SELECT id, name, parent_id FROM subcategory;

  INSERT INTO suppliers
  SELECT id, split_part(${literal(words.SUPPLIER_NAMES)}, ' ', 1 + (id - 1) % 10) || ' ' ||
      split_part(${literal(words.SUPPLIER_KINDS)}, ' ', 1 + (id - 1) / 10),
    ${drawOne(['DE', 'DE', 'FR', 'NL', 'IT', 'PL', 'ES', 'SE', 'JP', 'US'], 'id', 21)},
    'orders.' || id || '@example.com', 2 + ${dice('id', 22, 4)},
    date '2012-03-01' + ${dice('id', 23, 3600)}
  FROM generate_series(1, ${SUPPLIERS}) AS id;

  INSERT INTO products
  SELECT id, 'AO-' || lpad(id::text, 5, '0'), brand || ' ' || article || ' ' || edition, brand,
    category_id, 1 + ${dice('id', 31, SUPPLIERS)}, price,
    round(price * (45 + ${dice('id', 32, 25)}) / 100, 2),
    weight * (70 + ${dice('id', 33, 60)}) / 100, ${dice('id', 34, 14)} > 0,
    date '2018-01-01' + ${dice('id', 35, 1800)}
  FROM (
    SELECT i AS id, c.id AS category_id, c.weight,
      ${drawWord(literal(words.BRANDS), 'i', 36)} AS brand, c.articles[1 + (i - 1) % 5] AS article,
      split_part(${literal(words.EDITIONS)}, ' ', 1 + (i - 1) / 5 % 6) AS edition,
      (c.price * (55 + ${dice('i', 37, 110)}) / 100)::numeric + 0.99 AS price
    FROM generate_series(1, ${PRODUCTS}) AS i
    JOIN subcategory AS c ON c.id = ${words.MAIN_CATEGORIES.length + 1} + (i - 1) / 30
  ) AS p`;

export const INSERT_STOCK = `
  INSERT INTO warehouses VALUES
    (1, 'Central Warehouse', 'Leipzig', 'DE', 12000), (2, 'West Hub', 'Lille', 'FR', 8000),
    (3, 'Harbour Store', 'Rotterdam', 'NL', 6500), (4, 'Island Depot', 'Leeds', 'GB', 3000),
    (5, 'Overseas Depot', 'Chicago', 'US', 4000);
  INSERT INTO stock
  SELECT w.id, p.id, CASE WHEN ${dice('p.id * 8 + w.id', 41, 15)} = 0 THEN 0
      ELSE ${dice('p.id * 8 + w.id', 42, 320)} END,
    10 + 5 * ${dice('p.id', 43, 8)}, date '2025-12-01' + ${dice('p.id * 8 + w.id', 44, 31)}
  FROM warehouses AS w, products AS p`;

/** Drafts come first: customers need their first order, orders the sum of their items. */
export const DRAFT_ORDERS = `
  CREATE TEMP TABLE draft ON COMMIT DROP AS
  SELECT row_number() OVER (ORDER BY ordered_at, i)::integer AS id, customer_id, ordered_at
  FROM (
    SELECT i,
      -- The product of two throws: some customers come back often, most do not.
      1 + ${dice('i', 51, CUSTOMERS)} * (2000 + ${dice('i', 52, CUSTOMERS - 2000)}) / ${CUSTOMERS}
        AS customer_id,
      -- A tenth of each year's orders crowds into November and December.
      CASE WHEN ${dice('i', 53, 10)} > 0 THEN day
        ELSE make_date(extract(year FROM day)::integer, 11, 1) + ${dice('i', 54, 61)} END
      + make_interval(secs => 21600 + ${dice('i', 55, 61_200)}) AS ordered_at
    FROM (
      -- For a third of them the later of two days: the shop grows.
      SELECT i, ${FIRST_DAY} + CASE WHEN ${dice('i', 56, 3)} > 0 THEN ${dice('i', 57, DAYS)}
        ELSE greatest(${dice('i', 57, DAYS)}, ${dice('i', 58, DAYS)}) END AS day
      FROM generate_series(1, ${ORDERS}) AS i
    ) AS days
  ) AS times;

  CREATE TEMP TABLE draft_item ON COMMIT DROP AS
  SELECT order_id, line_no, product_id, quantity, unit_price, discount_percent,
    round(quantity * unit_price * (100 - discount_percent) / 100, 2) AS line_total
  FROM (
    SELECT order_id, line_no, p.id AS product_id,
      CASE WHEN ${dice('i', 61, 4)} > 0 THEN 1 ELSE 1 + ${dice('i', 62, 4)} END AS quantity,
      -- Prices rise by some three percent a year.
      round(p.price * (94 + 3 * (extract(year FROM ordered_at)::integer - 2023)) / 100, 2)
        AS unit_price,
      CASE WHEN ${dice('i', 63, 6)} > 0 THEN 0 ELSE 5 * (1 + ${dice('i', 64, 4)}) END
        AS discount_percent
    FROM (
      SELECT d.id AS order_id, line_no, d.ordered_at, d.id * 8 + line_no AS i
      FROM draft AS d, generate_series(1, 1 + ${dice('d.id', 65, 4)}) AS line_no
    ) AS lines
    JOIN products AS p ON p.id = 1 + ${dice('i', 66, PRODUCTS)}
  ) AS priced`;

export const INSERT_CUSTOMERS = `
  INSERT INTO customers
  SELECT id, first_name, last_name,
    translate(lower(first_name || '.' || last_name), '${words.ACCENTS.from}', '${words.ACCENTS.to}')
      || '.' || id || '@example.com',
    code, city, segment, ${dice('id', 71, 5)} < 2,
    CASE WHEN segment = 'private' THEN 1948 + ${dice('id', 72, 58)} END,
    least(registered_on, first_order)
  FROM (
    SELECT i AS id, p.code, ${drawWord('p.first_names', 'i', 73)} AS first_name,
      ${drawWord('p.last_names', 'i', 74)} AS last_name, ${drawWord('p.cities', 'i', 75)} AS city,
      ${drawOne(['business', ...Array<string>(8).fill('private')], 'i', 76)} AS segment,
      date '2021-06-01' + ${dice('i', 77, 1650)} AS registered_on, f.first_order
    FROM generate_series(1, ${CUSTOMERS}) AS i
    JOIN place AS p ON ${dice('i', 78, 100)} >= share_from AND ${dice('i', 78, 100)} < share_to
    LEFT JOIN (SELECT customer_id, min(ordered_at)::date AS first_order FROM draft GROUP BY 1) AS f
      ON f.customer_id = i
  ) AS people
  ORDER BY id`;

export const INSERT_ORDERS = `
  INSERT INTO orders
  SELECT id, customer_id,
    CASE WHEN channel = 'phone' THEN 7 + ${dice('id', 81, EMPLOYEES - 6)} END, ordered_at,
    CASE WHEN ${dice('id', 82, 25)} = 0 THEN 'cancelled'
      WHEN ordered_at > ${LAST_MOMENT} - interval '2 days' THEN 'pending'
      WHEN ordered_at > ${LAST_MOMENT} - interval '4 days' THEN 'processing'
      WHEN ordered_at > ${LAST_MOMENT} - interval '10 days' THEN 'shipped'
      WHEN ${dice('id', 83, 18)} = 0 THEN 'returned' ELSE 'delivered' END,
    channel, fee, goods + fee
  FROM (
    SELECT d.id, d.customer_id, d.ordered_at, g.goods,
      CASE WHEN g.goods >= 50 THEN 0 ELSE 4.90 END AS fee,
      ${drawOne(['web', 'web', 'web', 'web', 'web', 'app', 'app', 'app', 'phone'], 'd.id', 84)}
        AS channel
    FROM draft AS d
    JOIN (SELECT order_id, sum(line_total) AS goods FROM draft_item GROUP BY 1) AS g
      ON g.order_id = d.id
  ) AS o
  ORDER BY id;
  INSERT INTO order_items SELECT * FROM draft_item ORDER BY order_id, line_no`;

const METHODS = ['card', 'card', 'card', 'paypal', 'paypal', 'bank transfer', 'gift card'];

export const INSERT_PAYMENTS = `
  INSERT INTO payments
  SELECT id, id, method, status, total_amount,
    CASE WHEN status IN ('paid', 'refunded') THEN ordered_at + make_interval(mins =>
      CASE WHEN method = 'bank transfer' THEN 600 + ${dice('id', 91, 3600)}
        ELSE 1 + ${dice('id', 92, 15)} END) END
  FROM (
    SELECT id, total_amount, ordered_at, ${drawOne(METHODS, 'id', 93)} AS method,
      CASE WHEN status = 'returned' THEN 'refunded' WHEN status = 'pending' THEN 'pending'
        WHEN status <> 'cancelled' THEN 'paid'
        WHEN ${dice('id', 94, 2)} = 0 THEN 'failed' ELSE 'refunded' END AS status
    FROM orders
  ) AS p
  ORDER BY id`;

export const INSERT_SHIPMENTS = `
  INSERT INTO shipments
  SELECT row_number() OVER (ORDER BY o.id), o.id,
    CASE WHEN c.country_code IN ('FR', 'ES') THEN 2 WHEN c.country_code = 'NL' THEN 3
      WHEN c.country_code = 'GB' THEN 4 WHEN c.country_code IN ('US', 'JP') THEN 5 ELSE 1 END,
    ${drawOne(['DHL', 'DHL', 'UPS', 'FedEx', 'GLS'], 'o.id', 101)},
    'AO' || lpad((o.id::bigint * 7919 % 100000000)::text, 9, '0'),
    o.ordered_at + make_interval(hours => 6 + ${dice('o.id', 102, 54)}),
    CASE WHEN o.status <> 'shipped'
      THEN o.ordered_at + make_interval(hours => 72 + ${dice('o.id', 103, 140)}) END
  FROM orders AS o JOIN customers AS c ON c.id = o.customer_id
  WHERE o.status IN ('shipped', 'delivered', 'returned')
  ORDER BY o.id`;

const REMARKS = [
  'Packed with care.',
  'Delivery took its time.',
  'Exactly as in the pictures.',
  'A present for a friend.',
];
const RATINGS = ['5', '5', '5', '5', '4', '4', '4', '4', '3', '3', '2', '1'];

export const INSERT_REVIEWS = `
  INSERT INTO reviews
  SELECT row_number() OVER (ORDER BY i), product_id, customer_id, rating::integer,
    split_part(titles, ',', 1 + ${dice('i', 111, 4)}),
    CASE WHEN ${dice('i', 112, 3)} > 0 THEN 'Bought the ' || name || ' in ' ||
      extract(year FROM ordered_at) || '. ' || ${drawOne(REMARKS, 'i', 113)} END,
    ${dice('i', 114, 6)} > 0, delivered_at + make_interval(hours => 5 + ${dice('i', 115, 480)})
  FROM (
    SELECT l.order_id * 8 + l.line_no AS i, l.product_id, o.customer_id, o.ordered_at,
      s.delivered_at, p.name, ${drawOne(RATINGS, 'l.order_id + l.product_id', 116)} AS rating
    FROM order_items AS l
    JOIN orders AS o ON o.id = l.order_id AND o.status IN ('delivered', 'returned')
    JOIN shipments AS s ON s.order_id = o.id
    JOIN products AS p ON p.id = l.product_id
    WHERE ${dice('l.order_id * 8 + l.line_no', 117, 6)} = 0
      AND s.delivered_at + interval '21 days' < ${LAST_MOMENT}
  ) AS bought
  JOIN (VALUES ${values(words.REVIEW_TITLES)}) AS t (rating, titles) USING (rating)
  ORDER BY i`;

function array(items: readonly string[]): string {
  return `ARRAY[${items.map(literal).join(', ')}]`;
}
