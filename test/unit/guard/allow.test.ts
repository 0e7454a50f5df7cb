// What analysts write must pass: every statement here runs on PostgreSQL 18 (most on 15 too) or needs
// only an extension.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { createStatementGuard } from '../../../src/guard/guard.ts';
import type { StatementGuard } from '../../../src/guard/guard.ts';

const PERMITTED: Readonly<Record<string, readonly string[]>> = {
  'plain reads in every form of SELECT': [
    'select 1',
    'SELECT * FROM orders',
    'TABLE orders',
    "VALUES (1, 'a'), (2, 'b')",
    '(select 1)',
    '((select id from orders))',
    'select from orders',
    'select distinct on (country) country, id from customers order by country, id',
    'select o.* from only orders o',
    'select a.id from orders a union all select b.id from orders b order by 1 limit 5 offset 2',
    'select id from orders intersect select id from orders except select 3',
    'select id from orders order by id fetch first 3 rows with ties',
    'select * from orders limit all',
    'select id from orders where total > $1 and status = $2',
    'select (o).total from orders o',
    'select current_date, current_timestamp(0), localtime',
    'select "Weird Column" from (select 1 as "Weird Column") as "Odd.Name"',
  ],
  'joins, subqueries and WITH': [
    'select c.name from customers c join orders o on o.customer_id = c.id',
    'select * from customers c left join orders o using (id) cross join (values (1)) v(x)',
    'select * from customers natural full join orders',
    'select * from customers c, lateral (select max(total) from orders where customer_id = c.id) m',
    'select id from customers where exists (select from orders where customer_id = customers.id)',
    'select id from customers where id not in (select customer_id from orders)',
    'select id, (select count(*) from orders o where o.customer_id = c.id) from customers c',
    'select id from customers where id = any (array[1, 2, 3])',
    'select id from customers where id > all (select customer_id from orders where total > 1e6)',
    'with big as (select * from orders where total > 100) select count(*) from big',
    'with a as materialized (select 1 as x), b as (select x from a) select * from b',
    `with recursive n(i) as (select 1 union all select i + 1 from n where i < 10) select * from n`,
    `with recursive t(id, up) as (select 1, 0 union all select id + 1, id from t where id < 3)
       search depth first by id set ord cycle id set looped using path select * from t`,
    'select row(1, 2) = row(1, 2), (1, 2) in ((1, 2))',
  ],
  'aggregates, grouping and windows': [
    'select country, count(*), sum(total), avg(total)::numeric(10, 2) from sales group by country',
    'select count(distinct country) filter (where active) from customers having count(*) > 5',
    'select percentile_cont(0.5) within group (order by total) from orders',
    'select mode() within group (order by status), percentile_disc(0.9) within group (order by total) from orders',
    'select country, grouping(country) from customers group by grouping sets ((country), ())',
    'select a, b, sum(c) from (values (1, 2, 3)) t(a, b, c) group by rollup (a, b), cube (a)',
    'select row_number() over (partition by status order by total desc) from orders',
    'select sum(total) over w, lag(total, 1, 0) over w from orders window w as (order by id)',
    'select avg(total) over (order by id rows between 6 preceding and current row) from orders',
    'select rank(5) within group (order by total), corr(total, id), stddev_samp(total) from orders',
    'select string_agg(name, $$, $$ order by name), array_agg(distinct id) from customers',
    'select bool_and(active), every(active), bit_or(id), any_value(name) from customers',
    'select jsonb_object_agg(id, name), json_agg(c) from customers c',
    'select regr_slope(total, id), var_pop(total), covar_samp(total, id) from orders',
  ],
  'text, patterns and text search': [
    "select lower(name), upper(name), initcap(name), length(name), left(name, 3) || '…' from customers",
    "select trim(both 'x' from name), substring(name from 2 for 3), position('a' in name) from customers",
    "select overlay(name placing 'x' from 1 for 2), replace(name, 'a', 'b'), translate(name, 'a', 'b') from customers",
    "select id from customers where name like 'A%' or name ilike '%b%' or name similar to '(a|b)%'",
    "select id from customers where name like 'A!%' escape '!' and name not similar to 'x' escape '!'",
    "select regexp_replace(name, '\\d+', '', 'g'), regexp_match(name, 'a(b)'), name ~* '^a' from customers",
    "select regexp_split_to_table(name, ','), string_to_array(name, ','), split_part(name, ' ', 1) from customers",
    "select format('%s: %I', name, 'x'), concat_ws(',', name, country), md5(name), reverse(name) from customers",
    "select to_tsvector('english', name) @@ websearch_to_tsquery('english', 'a -b') from customers",
    "select ts_rank(to_tsvector(name), plainto_tsquery('x')), ts_headline(name, to_tsquery('x')) from customers",
    "select ts_rewrite('a & b'::tsquery, 'a'::tsquery, 'c'::tsquery)",
    `select name collate "C" from customers order by name collate "C"`,
    "select repeat('*', (total / 100)::int), lpad(id::text, 8, '0'), rpad('x', 10) from orders",
    "select normalize('é', NFC), 'é' is normalized, encode('a'::bytea, 'hex'), sha256('a'), unistr('a')",
    "select quote_literal('x'), quote_ident('y'), starts_with('ab', 'a'), chr(65), ascii('A')",
  ],
  'dates and times': [
    "select date_trunc('month', created_at), extract(year from created_at), date_part('dow', created_at) from orders",
    "select created_at at time zone 'UTC', age(created_at) from orders",
    "select id from orders where created_at >= now() - interval '30 days'",
    "select id from orders where created_at between date '2024-01-01' and '2024-12-31'::date",
    "select to_char(created_at, 'YYYY-MM'), to_date('2024', 'YYYY'), make_date(2024, 1, 1) from orders",
    "select (date '2024-01-01', date '2024-02-01') overlaps (date '2024-01-15', interval '1 month')",
    "select generate_series(date '2024-01-01', date '2024-12-01', interval '1 month')",
    "select justify_days(interval '40 days'), date_bin('15 minutes', now(), timestamptz 'epoch')",
    "select timestamp '2024-01-01', time '12:00', interval '1' year, interval '1-2' year to month",
  ],
  'json, arrays, ranges, xml and the like': [
    `select data -> 'a' ->> 'b', data #>> '{a,b}', data @> '{"a": 1}', data ? 'a' from events`,
    "select jsonb_path_query(data, '$.a[*]'), data @? '$.a', data @@ '$.a == 1' from events",
    'select key, value from events, jsonb_each_text(data)',
    "select * from jsonb_to_recordset('[]') as t(a int, b text)",
    `select * from json_table('[{"a": 1}]', '$[*]' columns (a int path '$.a', nested path '$.b' columns (c int)))`,
    "select json_object('a': 1), json_array(1, 2), json_arrayagg(id order by id), json_objectagg(id: name) from customers",
    "select json_value('{}', '$.a' returning int default 0 on empty), json_query('{}', '$'), json_exists('{}', '$')",
    "select '{}' is json object, json_scalar(1), json_serialize('{}'), json('{}')",
    "select jsonb_set(data, '{a}', '1'), jsonb_build_object('a', 1), to_jsonb(e), jsonb_pretty(data) from events e",
    'select array[1, 2] || 3, (array[1, 2])[1], (array[1, 2, 3])[1:2], unnest(array[1]), cardinality(array[1])',
    'select array_agg(x order by x desc) from unnest(array[3, 1]) with ordinality as t(x, n)',
    'select * from rows from (generate_series(1, 3), generate_series(1, 2)) as t(a, b)',
    "select int4range(1, 5) && int4range(2, 3), lower(daterange('2024-01-01', null)), range_merge('[1,2)'::int4range, '[3,4)')",
    "select xpath('/a', xmlparse(content '<a/>')), xmlelement(name a, xmlattributes(1 as b)), xmlforest(1 as x)",
    "select x.* from events, xmltable('/r' passing (data::text::xml) columns a text path '@a' default 'x') as x",
    "select inet '10.0.0.1' << inet '10.0.0.0/8', host('10.0.0.1'), point(1, 2) <-> point(3, 4)",
    "select b'101', x'1f', 1_000, 0xff, 0b11, 1.5e3, -7, 'a''b', E'\\n', U&'d\\0061t', $tag$ ; drop table x $tag$",
    "select case when total > 5 then 'big' else 'small' end, coalesce(total, 0), nullif(total, 0), greatest(1, 2) from orders",
    "select total is null, active is not true, total is distinct from 3, cast('1' as int), 'x'::order_status from orders",
  ],
  'sampling, casts and statistics of the catalog': [
    'select * from orders tablesample bernoulli (10) repeatable (1)',
    'select random(), gen_random_uuid(), clock_timestamp()',
    'select pg_size_pretty(pg_total_relation_size($$orders$$)), pg_column_size(1), pg_database_size(current_database())',
    "select has_table_privilege('orders', 'select'), pg_get_viewdef('v'::regclass), obj_description('orders'::regclass)",
    "select to_regclass('orders'), format_type(23, null), col_description('orders'::regclass, 1), pg_typeof(1)",
    'select relname, reltuples from pg_catalog.pg_class where relkind = $$r$$',
    'select table_name from information_schema.tables',
    "select current_user, current_setting('TimeZone'), version(), current_schema",
    'select pg_catalog.count(*), pg_catalog.lower(name) from customers group by 2 order by 1 using operator(pg_catalog.>)',
    'select 1 operator(pg_catalog.+) 2',
  ],
  'functions and operators of well-known extensions': [
    "select similarity(name, 'anna'), word_similarity('anna', name), name <-> 'anna' from customers where name % 'anna'",
    "select unaccent(name), levenshtein(name, 'x'), soundex(name), metaphone(name, 4) from customers",
    "select id from docs order by embedding <=> '[1,2,3]' limit 5",
    "select cosine_distance(embedding, '[1]'), l2_distance(a, b), vector_dims(embedding), a <#> b, a <+> b from docs",
    'select st_area(geom), st_distance(a, b), ST_AsGeoJSON(st_transform(geom, 3857)) from places where st_dwithin(a, b, 100)',
    'select public.st_makepoint(1, 2), extensions.similarity(a, b), a operator(extensions.<=>) b from t',
    'select geom && st_makeenvelope(1, 2, 3, 4, 4326), geom <-> st_point(1, 2), geometrytype(geom) from places',
    "select time_bucket('1 hour', at), digest(name, 'sha256'), tags -> 'a' from t",
  ],
  'plans without running them, and settings': [
    'explain select * from orders',
    'EXPLAIN (FORMAT JSON, COSTS off, VERBOSE) SELECT 1',
    'explain (analyze false) select 1',
    'explain (analyze off, buffers) select 1',
    'explain (analyze 0) select 1',
    "explain (analyze 'FALSE') select 1",
    'explain verbose select 1',
    'show timezone',
    'show all',
    'SHOW transaction_read_only',
  ],
  'words that only look dangerous': [
    'select c.age, c.date, c.version, c.set_config_at, (c).name from customers c',
    'select o.lo_revenue, l.http_status, m.pg_rating, p.advisory_note, t.order_to_xml from o, l, m, p, t',
    'with pg_authid as (select 1) select * from pg_authid',
    'select * from audit.pg_shadow',
    "select 'drop table orders; delete from customers'",
    'select "delete" from (select 1 as "delete") t',
    'select id as update, total as insert from orders',
    '/* delete from x; */ select 1 -- ; drop table y',
    "select * from logs where message like '%; DROP TABLE%'",
    'select set_at, into_account, for_update from t',
    "select 'pg_sleep(10)', $$select pg_read_file('x')$$",
  ],
  'statements with semicolons and comments around them': [
    'select 1;',
    ' ;; select 1 ;; ',
    'select 1; -- done',
    '/* lead */ select 1 /* trail */ ; /* end */',
    '\ufeff select 1 \n',
  ],
};

describe('the statement guard permits', () => {
  let guard: StatementGuard;
  before(async () => {
    guard = await createStatementGuard();
  });

  for (const [what, statements] of Object.entries(PERMITTED)) {
    test(what, () => {
      for (const sql of statements) {
        assert.doesNotThrow(() => guard.check(sql), `refused: ${sql}`);
      }
    });
  }

  test('a long list of values and a long chain of conditions', () => {
    const values = Array.from({ length: 10_000 }, (_, index) => index).join(', ');
    assert.doesNotThrow(() => guard.check(`select * from orders where id in (${values})`));
    const either = Array.from({ length: 2000 }, (_, index) => `id = ${index}`).join(' or ');
    assert.doesNotThrow(() => guard.check(`select * from orders where ${either}`));
    const branches = Array.from({ length: 400 }, (_, index) => `select ${index}`);
    assert.doesNotThrow(() => guard.check(branches.join(' union all ')));
    const cases = branches.map((_, index) => `when id = ${index} then 'x'`).join(' ');
    assert.doesNotThrow(() => guard.check(`select case ${cases} end from orders`));
  });
});
