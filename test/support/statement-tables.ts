// Owns a database in which the statements of the guard's lists mean something: every table and extension that they
// name, as far as a plain PostgreSQL has them.
import { admin } from './database.ts';

export const EXTENSIONS = [
  'pg_trgm',
  'unaccent',
  'fuzzystrmatch',
  'hstore',
  'ltree',
  'cube',
  'earthdistance',
  'intarray',
  'citext',
  'pgcrypto',
  '"uuid-ossp"',
  'tablefunc',
  'dblink',
];
/** Of extensions that the tests' server does not have. */
export const ELSEWHERE = /\bst_|geometry|time_bucket|locf|histogram|approx_percentile/i;

const TABLES = `
  create type order_status as enum ('open', 'paid', 'x');
  create sequence s;
  create table customers (
    id int primary key, name text, country text, active bool, age int, date date, version int,
    set_config_at timestamptz, email text);
  insert into customers
    select i, (array['Anna', 'Bob', 'Åsa'])[1 + i % 3] || i, (array['Germany', 'France'])[1 + i % 2], i % 5 > 0,
      20 + i, date '2024-01-01' + i, i, now(), 'MASKED' || '-' || 'LEAK' || i
    from generate_series(1, 30) i;
  create table orders (
    id int primary key, customer_id int not null references customers, total numeric(10, 2),
    status order_status, active bool, created_at timestamptz, country text);
  insert into orders
    select i, 1 + i % 30, i * 1.25, (array['open', 'paid', 'x'])[1 + i % 3]::order_status, true,
      timestamptz '2024-01-01 12:00Z' + i * interval '1 day', 'Germany'
    from generate_series(1, 300) i;
  create table salaries (customer_id int references customers, amount text);
  insert into salaries select i, 'DENIED' || '-' || 'LEAK' from generate_series(1, 3) i;
  create table sales (country text, total numeric, sold_on date, sku text);
  insert into sales
    select (array['Germany', 'France', null])[1 + i % 3], i, date '2024-01-01' + i % 90, 'a-' || i % 7
    from generate_series(1, 90) i;
  create table events (id int, at timestamptz, data jsonb, tags text[], seen tstzrange);
  insert into events
    select i, timestamptz '2024-01-01Z' + i * interval '7 minutes',
      jsonb_build_object('a', i, 'b', '{"c": [1, 2]}'::jsonb), array['x', 'y' || i % 4],
      tstzrange(timestamptz '2024-01-01Z' + i * interval '1 hour', timestamptz '2024-01-01Z' + i * interval '2 hours')
    from generate_series(1, 60) i;
  create table docs (id int, embedding vector, a vector, b vector, body text);
  insert into docs values (1, '[1,2,3]', '[1,2,3]', '[3,2,1]', 'the quick brown fox'), (2, '[2,1,0]', '[1,0,0]', '[0,0,1]', null);
  create table staff (id int primary key, boss_id int, name text);
  insert into staff values (1, null, 'ada'), (2, 1, 'ben'), (3, 2, 'cy');
  create table t (
    id int, a int, b int, at timestamptz, name text, set_at timestamptz, into_account int, for_update int,
    order_to_xml int);
  insert into t values (1, 1, 2, now(), 'a', now(), 1, 1, 1);
  create table o (lo_revenue int);
  create table l (http_status int);
  create table m (pg_rating int);
  create table p (advisory_note text);
  create table logs (message text);
  create view v as select 1 as one;
  create schema audit;
  create table audit.pg_shadow (id int);
  create table "Größen" ("Maß" numeric, "größe" text);
  insert into "Größen" values (1.5, 'XL');`;

export async function createStatementTables(url: string): Promise<void> {
  await admin(url, EXTENSIONS.map((name) => `create extension if not exists ${name}`).join(';'));
  await admin(url, TABLES);
  await admin(url, 'analyze');
}
