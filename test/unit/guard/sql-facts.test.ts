// The evidence that the cache holds against a new question, read off real statements.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { createStatementGuard } from '../../../src/guard/guard.ts';
import type { SqlFacts, SqlLiteral } from '../../../src/cache/facts.ts';
import type { StatementGuard } from '../../../src/guard/guard.ts';

let guard: StatementGuard;
before(async () => {
  guard = await createStatementGuard();
});

function factsOf(sql: string): SqlFacts {
  return guard.check(sql).facts;
}

function brief({ column, op, value, role }: SqlLiteral): string {
  return `${role}: ${column ?? '-'} ${op ?? '-'} ${value}`;
}

function literalsOf(sql: string): string[] {
  return factsOf(sql).literals.map(brief);
}

describe('the facts of a whole statement', () => {
  test('say what it reads, filters, counts, groups, orders and limits', () => {
    const facts = factsOf(
      `select c.country, count(distinct o.id) as orders, sum(o.total) revenue
         from customers c join orders o on o.customer_id = c.id
        where o.status = 'paid' and o.created_at >= date '2024-01-01'
        group by 1 having sum(o.total) > 1000 order by revenue desc, c.country limit 5`,
    );
    assert.deepEqual(facts, {
      tables: ['customers', 'orders'],
      columns: ['country', 'created_at', 'customer_id', 'id', 'status', 'total'],
      outputs: ['country', 'count(distinct id)', 'sum(total)'],
      literals: [
        { value: 'paid', kind: 'text', column: 'status', op: '=', role: 'filter' },
        { value: '2024-01-01', kind: 'text', column: 'created_at', op: '>=', role: 'filter' },
        { value: '1000', kind: 'number', column: 'total', op: '>', role: 'filter' },
        { value: '5', kind: 'number', column: null, op: null, role: 'limit' },
      ],
      aggregates: ['count distinct', 'sum'],
      groupBy: ['country'],
      orderings: [
        { by: 'sum(total)', direction: 'desc' },
        { by: 'country', direction: 'asc' },
      ],
      limit: '5',
      distinct: false,
      negated: false,
      usesClock: false,
    });
  });

  test('are plain JSON', () => {
    const facts = factsOf("select a from t where b = 'x' order by c limit 1");
    assert.deepEqual(JSON.parse(JSON.stringify(facts)), facts);
  });

  test('are empty for SHOW and those of the query for EXPLAIN', () => {
    assert.deepEqual(factsOf('show all').columns, []);
    assert.deepEqual(factsOf('explain select a from t'), factsOf('select a from t'));
  });

  test('are the same for every spelling of the same statement', () => {
    assert.deepEqual(
      factsOf("SELECT A FROM T WHERE B <> 'x' -- c"),
      factsOf("select a from t where b != 'x'"),
    );
  });
});

describe('literals', () => {
  const cases: readonly (readonly [where: string, literals: readonly string[]])[] = [
    ["city = 'Bonn'", ['filter: city = Bonn']],
    ["'Bonn' = t.city", ['filter: city = Bonn']],
    ['5 < qty', ['filter: qty > 5']],
    ['qty >= -5', ['filter: qty >= -5']],
    ['qty = -(5)', ['filter: qty = -5']],
    ["qty = '7'::int", ['filter: qty = 7']],
    ['active = true', ['filter: active = true']],
    ["city <> 'Bonn' and city != 'Kiel'", ['filter: city <> Bonn', 'filter: city <> Kiel']],
    ["city in ('a', 'b')", ['filter: city in a', 'filter: city in b']],
    ["city not in ('a')", ['filter: city not in a']],
    ['id = any (array[1, 2])', ['filter: id in 1', 'filter: id in 2']],
    ['id <> all (array[1])', ['filter: id not in 1']],
    ['qty between 1 and 2.5', ['filter: qty between 1', 'filter: qty between 2.5']],
    ['qty not between 1 and 2', ['filter: qty not between 1', 'filter: qty not between 2']],
    ["name like 'A%'", ['filter: name like A%']],
    ["name not ilike 'A%'", ['filter: name not ilike A%']],
    ["name ~* 'x' and name !~ 'y'", ['filter: name ~* x', 'filter: name !~ y']],
    ["city is distinct from 'a'", ['filter: city <> a']],
    ["lower(city) = lower('BONN')", ['filter: city = BONN']],
    ["at > now() - interval '30 days'", ['filter: at > 30 days']],
    [
      "at between '2024-01-01' and '2024-02-01'::date + 7",
      ['filter: at between 2024-01-01', 'filter: at between 2024-02-01', 'filter: at between 7'],
    ],
    ['extract(year from at) = 2024', ['filter: at extract year', 'filter: at = 2024']],
    [
      "date_trunc('month', at) = date_trunc('month', now())",
      ['filter: at date_trunc month', 'filter: at date_trunc month'],
    ],
    ['coalesce(qty, 0) > 5', ['filter: qty coalesce 0', 'filter: qty > 5']],
    ['qty + 1 > 10', ['filter: qty + 1', 'filter: qty > 10']],
    ["data ->> 'city' = 'Bonn'", ['filter: data ->> city', 'filter: city = Bonn']],
    [`tags @> '{"a"}'`, ['filter: tags @> {"a"}']],
    ["id in (select id from s where kind = 'k')", ['filter: kind = k']],
    ["qty > (select avg(qty) from s where kind = 'k')", ['filter: kind = k']],
    [
      "(a = 1 or b = 'it''s') and not c = $$x$$",
      ['filter: a = 1', "filter: b = it's", 'filter: c = x'],
    ],
    ["a = U&'\\00e9' and b = E'\\t'", ['filter: a = é', 'filter: b = \t']],
    ['a is null', []],
    ['a = null', []],
    ['a = $1', []],
  ];
  test('carry the column and the operator that they are held against', () => {
    for (const [where, literals] of cases) {
      assert.deepEqual(literalsOf(`select from t where ${where}`), literals, where);
    }
  });

  test('carry their place in the statement', () => {
    assert.deepEqual(literalsOf('select 1, a from t limit 10 offset 20'), [
      'select: - - 1',
      'limit: - - 10',
      'offset: - - 20',
    ]);
    assert.deepEqual(literalsOf('select from t having count(*) > 3'), ['filter: - > 3']);
    assert.deepEqual(literalsOf("select from a join b on b.kind = 'k'"), ['filter: kind = k']);
    assert.deepEqual(literalsOf("select count(*) filter (where kind = 'k') from t"), [
      'filter: kind = k',
    ]);
    assert.deepEqual(literalsOf("select sum(case when kind = 'k' then 2 else 0 end) from t"), [
      'filter: kind = k',
      'select: - case 2',
      'select: - case 0',
    ]);
    assert.deepEqual(literalsOf("select case kind when 'k' then 1 end from t"), [
      'filter: kind = k',
      'select: - case 1',
    ]);
    assert.deepEqual(literalsOf('select from generate_series(1, 9)'), [
      'other: - generate_series 1',
      'other: - generate_series 9',
    ]);
    assert.deepEqual(literalsOf('select percentile_cont(0.9) within group (order by x) from t'), [
      'select: - percentile_cont 0.9',
    ]);
    assert.deepEqual(literalsOf("values ('a', 1)"), ['select: - - a', 'select: - - 1']);
    assert.deepEqual(literalsOf('select a::numeric(10, 2) from t'), []);
  });

  test('say whether they are numbers, text or truth values', () => {
    const kinds = factsOf("select 1, 1.5, 'a', true, '2'::numeric, b'1'").literals;
    assert.deepEqual(
      kinds.map(({ kind }) => kind),
      ['number', 'number', 'text', 'boolean', 'number', 'text'],
    );
  });
});

describe('columns, aggregates, groups and orderings', () => {
  test('columns are named without their table, whole rows and output names left out', () => {
    const { columns } = factsOf(
      'select t.a, b as total, count(t), row_to_json(s) from t join s using (k) order by total, t.c',
    );
    assert.deepEqual(columns, ['a', 'b', 'c', 'k']);
    assert.deepEqual(factsOf('select *, t.* from t').columns, []);
  });

  test('aggregates tell DISTINCT and windows apart', () => {
    const of = (expressions: string): readonly string[] =>
      factsOf(`select ${expressions} from t`).aggregates;
    assert.deepEqual(of('count(*), MAX(a), pg_catalog.sum(b)'), ['count', 'max', 'sum']);
    assert.deepEqual(of('count(distinct a), count(a)'), ['count', 'count distinct']);
    assert.deepEqual(of('sum(a) over (), rank() over w'), ['rank over', 'sum over']);
    assert.deepEqual(of('lower(a), coalesce(b, c)'), []);
  });

  test('groups are resolved through ordinals and output names', () => {
    assert.deepEqual(
      factsOf("select date_trunc('month', at) as m, b from t group by m, 2, c").groupBy,
      ['date_trunc(month, at)', 'b', 'c'],
    );
    assert.deepEqual(factsOf('select from t group by rollup (a, b), c').groupBy, ['a', 'b', 'c']);
    assert.deepEqual(factsOf('select rank() over (partition by a order by b desc) from t'), {
      ...factsOf('select rank() over (partition by a order by b desc) from t'),
      groupBy: ['a'],
      orderings: [{ by: 'b', direction: 'desc' }],
    });
  });

  test('orderings come outermost first, each with its direction', () => {
    const of = (sql: string): string[] =>
      factsOf(sql).orderings.map(({ by, direction }) => `${by} ${direction}`);
    assert.deepEqual(of('select a, sum(b) from t group by 1 order by 2 desc, a nulls last'), [
      'sum(b) desc',
      'a asc',
    ]);
    assert.deepEqual(of('select * from (select * from t order by a) s order by b desc'), [
      'b desc',
      'a asc',
    ]);
    assert.deepEqual(of('select a from t order by a using >'), ['a desc']);
    assert.deepEqual(of('select a from t union select b from s order by 1 desc'), ['a desc']);
    assert.deepEqual(of('select array_agg(a order by b) from t'), []);
  });

  test('the limit is the outermost that there is', () => {
    assert.equal(factsOf('select * from t limit 5').limit, '5');
    assert.equal(factsOf('select * from (select * from t limit 9) s limit 5').limit, '5');
    assert.equal(factsOf('select count(*) from (select * from t limit 9) s').limit, '9');
    assert.equal(factsOf('select * from t fetch first row only').limit, '1');
    assert.equal(factsOf('select * from t limit $1').limit, '$1');
    assert.equal(factsOf('select * from t limit all').limit, null);
    assert.equal(factsOf('select * from t').limit, null);
  });
});

describe('signs of meaning', () => {
  test('negation is seen in every form', () => {
    const negated = [
      'not a',
      'a <> 1',
      'a != 1',
      'a not in (1)',
      'a not in (select 1)',
      'not exists (select 1)',
      "a not like 'x'",
      "a !~ 'x'",
      'a not between 1 and 2',
      'a is not null',
      'a is distinct from 1',
      'a is not true',
      'a is false',
      'a = false',
      'a <> all (array[1])',
    ];
    for (const where of negated) {
      assert.equal(factsOf(`select from t where ${where}`).negated, true, where);
    }
    assert.equal(factsOf('select 1 except select 2').negated, true);
    assert.equal(factsOf('select from a left join b using (k) where b.k is null').negated, true);
  });

  test('and not where there is none', () => {
    for (const where of ['a = 1', 'a is null', 'exists (select 1)', 'a in (1)', "a ~ 'not'"]) {
      assert.equal(factsOf(`select from t where ${where}`).negated, false, where);
    }
    assert.equal(factsOf('select from a left join b using (k)').negated, false);
  });

  test('DISTINCT and the clock are seen', () => {
    assert.equal(factsOf('select distinct a from t').distinct, true);
    assert.equal(factsOf('select distinct on (a) b from t').distinct, true);
    assert.equal(factsOf('select count(distinct a) from t').distinct, false);
    assert.equal(factsOf('select a from t where at > now()').usesClock, true);
    assert.equal(factsOf("select a from t where at > 'today'").usesClock, true);
    assert.equal(factsOf('select random()').usesClock, false);
  });
});
