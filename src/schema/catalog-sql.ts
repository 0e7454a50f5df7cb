// Owns the three statements that read PostgreSQL's own catalog. They lock no user table, scan none, and
// list only what the current role may read. Functions are named with their schema, so that nothing on
// the search_path can stand in for them. Each row is one JSON text: no driver setting changes it.

/**
 * $1 most relations, $2 most columns. One statement, so that tables, columns and keys agree.
 * A column is [name, quoted name, type, type id if enum, text-like, nullable, comment, primary key,
 * id of the referenced relation, quoted name of the referenced column].
 */
export const STRUCTURE_SQL = `
with recursive relation as materialized (
  select c.oid, n.nspname, c.relname, c.relkind, c.reltuples, c.relpages,
         pg_catalog.has_table_privilege(c.oid, 'SELECT') as readable
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'v', 'm', 'f', 'p')
    and not c.relispartition
    and n.nspname <> 'information_schema'
    and n.nspname not like 'pg\\_%'
    and pg_catalog.has_schema_privilege(n.oid, 'USAGE')
    and (pg_catalog.has_table_privilege(c.oid, 'SELECT')
         or pg_catalog.has_any_column_privilege(c.oid, 'SELECT'))
    and not exists (
      select from pg_catalog.pg_depend d
      where d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.objid = c.oid
        and d.objsubid = 0 and d.deptype = 'e')
  order by n.nspname, c.relname
  limit $1
),
attribute as materialized (
  select a.attrelid, a.attnum, a.attname, a.attnotnull, t.typcategory,
         pg_catalog.format_type(a.atttypid, a.atttypmod) as type,
         case when t.typcategory = 'E' then coalesce(nullif(t.typbasetype, 0), t.oid) end as enum_type
  from relation r
  join pg_catalog.pg_attribute a on a.attrelid = r.oid
  join pg_catalog.pg_type t on t.oid = a.atttypid
  where a.attnum > 0 and not a.attisdropped
    and (r.readable or pg_catalog.has_column_privilege(r.oid, a.attnum, 'SELECT'))
  order by a.attrelid, a.attnum
  limit $2
),
primary_key as (
  select con.conrelid, pg_catalog.unnest(con.conkey) as attnum
  from pg_catalog.pg_constraint con
  join relation r on r.oid = con.conrelid
  where con.contype = 'p'
),
foreign_key as (
  select distinct on (pair.conrelid, pair.attnum)
         pair.conrelid, pair.attnum, target.attrelid as target_relation, target.attname as target_name
  from (
    -- both arrays unnest in step; in FROM the estimate would be high enough to start the JIT compiler
    select con.oid, con.conrelid, con.confrelid, pg_catalog.cardinality(con.conkey) as width,
           pg_catalog.unnest(con.conkey) as attnum, pg_catalog.unnest(con.confkey) as target
    from pg_catalog.pg_constraint con
    join relation r on r.oid = con.conrelid
    where con.contype = 'f'
  ) pair
  join attribute target on target.attrelid = pair.confrelid and target.attnum = pair.target
  order by pair.conrelid, pair.attnum, pair.width, pair.oid
),
leaf as (
  select r.oid as root, i.inhrelid as part
  from relation r join pg_catalog.pg_inherits i on i.inhparent = r.oid
  where r.relkind = 'p'
  union all
  select leaf.root, i.inhrelid from leaf join pg_catalog.pg_inherits i on i.inhparent = leaf.part
),
partitioned as (
  select leaf.root, sum(c.reltuples) filter (where c.reltuples > 0) as reltuples
  from leaf join pg_catalog.pg_class c on c.oid = leaf.part
  group by leaf.root
),
columns as (
  select a.attrelid,
         pg_catalog.json_agg(pg_catalog.json_build_array(
           a.attname, pg_catalog.quote_ident(a.attname::text), a.type, a.enum_type::text,
           a.typcategory = 'S', not a.attnotnull, pg_catalog.left(d.description, 1000),
           p.attnum is not null, f.target_relation::text,
           case when f.target_name is not null then
             pg_catalog.json_build_array(f.target_name, pg_catalog.quote_ident(f.target_name::text)) end
         ) order by a.attnum) as list
  from attribute a
  left join primary_key p on p.conrelid = a.attrelid and p.attnum = a.attnum
  left join foreign_key f on f.conrelid = a.attrelid and f.attnum = a.attnum
  left join pg_catalog.pg_description d
    on d.objoid = a.attrelid and d.objsubid = a.attnum
   and d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass
  group by a.attrelid
)
select pg_catalog.json_build_object(
  'id', r.oid::text,
  'schema', r.nspname, 'quotedSchema', pg_catalog.quote_ident(r.nspname::text),
  'name', r.relname, 'quotedName', pg_catalog.quote_ident(r.relname::text),
  'kind', r.relkind, 'onSearchPath', pg_catalog.pg_table_is_visible(r.oid),
  'comment', pg_catalog.left(d.description, 1000),
  'rows', case
    when r.relkind = 'v' then null
    when partitioned.root is not null then partitioned.reltuples::bigint
    when r.reltuples < 0 then null
    -- before 14 a table that was never analyzed says 0, not -1
    when r.reltuples = 0 and r.relpages = 0
     and pg_catalog.current_setting('server_version_num')::integer < 140000 then null
    else r.reltuples::bigint end,
  'definition', case when r.relkind in ('v', 'm') then
    pg_catalog.hashtextextended(w.ev_action::text, 0)::text end,
  'columns', coalesce(columns.list, '[]'::json)
)::text as document
from relation r
left join columns on columns.attrelid = r.oid
left join partitioned on partitioned.root = r.oid
left join pg_catalog.pg_rewrite w on w.ev_class = r.oid and w.rulename = '_RETURN'
left join pg_catalog.pg_description d
  on d.objoid = r.oid and d.objsubid = 0
 and d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass
order by r.nspname, r.relname`;

/**
 * $1 most distinct values of a column worth showing, $2 longest value, $3 most columns. Left to the
 * reader: types, and tables too large for a negative `distinct` (a share of the rows). To join them here
 * by name, as the view demands, is at the mercy of the planner: minutes with a thousand equal schemas.
 */
export const STATISTICS_SQL = `
select pg_catalog.json_build_object(
  'schema', s.schemaname, 'table', s.tablename, 'column', s.attname, 'distinct', s.n_distinct,
  'values', (
    select pg_catalog.json_agg(v.value order by v.position)
    from pg_catalog.unnest(s.most_common_vals::text::text[]) with ordinality as v(value, position)
    where pg_catalog.length(v.value) <= $2)
)::text as document
from pg_catalog.pg_stats s
where s.schemaname <> 'information_schema' and s.schemaname not like 'pg\\_%'
  and s.n_distinct <= $1::integer
  and pg_catalog.array_length(s.most_common_vals, 1) <= $1::integer
limit $3`;

/** $1 most labels of a type, $2 most types. */
export const ENUMS_SQL = `
select pg_catalog.json_build_object(
  'type', e.enumtypid::text,
  'values', (
    select pg_catalog.json_agg(l.enumlabel order by l.enumsortorder)
    from (
      select enumlabel, enumsortorder from pg_catalog.pg_enum
      where enumtypid = e.enumtypid order by enumsortorder limit $1
    ) l)
)::text as document
from (select distinct enumtypid from pg_catalog.pg_enum order by enumtypid limit $2) e`;
