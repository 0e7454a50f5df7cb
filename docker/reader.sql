-- Owns the role for askonce on a PostgreSQL of yours: it may SELECT from the schemas you name, and do
-- nothing else. Run it with psql in the database that agents shall query, as the owner of the tables or
-- a superuser. Running it again is harmless, and how more schemas are added.
--
--   psql "$ADMIN_URL" -f docker/reader.sql -c '\password askonce_reader'
--   psql "$ADMIN_URL" -v schemas=sales,stock -v owner=app -f docker/reader.sql
--
--   -v role=NAME         the role                                               askonce_reader
--   -v schemas=A,B       the schemas that it reads                              public
--   -v owner=NAME        who makes tables there: later ones are readable too    yourself
--   -v connections=N     how many at once: DB_POOL_MAX of every replica + 5     25
--
-- It sets no password, which would end in histories and logs: \password asks for one and sends its hash.
-- It does not use pg_read_all_data, which reads every schema, pg_authid with all password hashes too.
\set ON_ERROR_STOP on
\set QUIET on
\if :{?role}
\else
  \set role askonce_reader
\endif
\if :{?schemas}
\else
  \set schemas public
\endif
\if :{?owner}
\else
  SELECT current_user AS owner \gset
\endif
\if :{?connections}
\else
  \set connections 25
\endif

BEGIN;
SELECT format('CREATE ROLE %I LOGIN', :'role')
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'role') \gexec
ALTER ROLE :"role" CONNECTION LIMIT :connections;

-- askonce sets the like in every transaction; these are for whatever else comes in by this role.
ALTER ROLE :"role" SET default_transaction_read_only = on;
ALTER ROLE :"role" SET statement_timeout = '60s';
ALTER ROLE :"role" SET lock_timeout = '5s';
ALTER ROLE :"role" SET idle_in_transaction_session_timeout = '60s';
-- For each sort and hash, of which a statement may have several; beyond it they go to disk, to the limit below.
ALTER ROLE :"role" SET work_mem = '16MB';
-- Only a superuser may bound the disk that one connection takes; without it the server's own limit holds.
SELECT format('ALTER ROLE %I SET temp_file_limit = %L', :'role', '2GB')
WHERE (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) \gexec

SELECT format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), :'role') \gexec
SELECT format(statement, trim(schema), :'role', :'owner')
FROM unnest(string_to_array(:'schemas', ',')) AS schema,
  unnest(ARRAY[
    'GRANT USAGE ON SCHEMA %1$I TO %2$I',
    'GRANT SELECT ON ALL TABLES IN SCHEMA %1$I TO %2$I',
    'ALTER DEFAULT PRIVILEGES FOR ROLE %3$I IN SCHEMA %1$I GRANT SELECT ON TABLES TO %2$I'
  ]) AS statement \gexec
COMMIT;

-- What is listed now comes from elsewhere, mostly from PUBLIC. That is everybody, your applications too:
-- to revoke it is for you to decide. Nothing is listed when the role can only read.
SELECT oid AS reader FROM pg_roles WHERE rolname = :'role' \gset
\echo Beside reading, :role can, in this database:
SELECT 'everything: it is a superuser' AS can
FROM pg_roles WHERE oid = :reader AND rolsuper
UNION ALL
SELECT 'pass row level security'
FROM pg_roles WHERE oid = :reader AND rolbypassrls
UNION ALL
SELECT format('act as %s', roleid::regrole)
FROM pg_auth_members WHERE member = :reader
UNION ALL
SELECT format('%s in the database', privilege)
FROM unnest(ARRAY['CREATE', 'TEMPORARY']) AS privilege
WHERE has_database_privilege(:reader, current_database(), privilege)
UNION ALL
SELECT 'create large objects' WHERE has_function_privilege(:reader, 'lo_create(oid)', 'EXECUTE')
UNION ALL
SELECT format('CREATE in schema %I', nspname)
FROM pg_namespace
WHERE nspname !~ '^pg_' AND has_schema_privilege(:reader, oid, 'CREATE')
UNION ALL
SELECT format('write to %s', pg_class.oid::regclass)
FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE nspname !~ '^(pg_|information_schema)' AND relkind IN ('r', 'p', 'v', 'f')
  AND (has_table_privilege(:reader, pg_class.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')
    OR has_any_column_privilege(:reader, pg_class.oid, 'INSERT, UPDATE'));
