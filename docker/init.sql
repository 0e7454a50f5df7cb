-- Owns the first start of the compose PostgreSQL: the cache's database, and `data`, an empty one for your
-- tables with the role that reads them. Runs once, when the volume is new, as superuser, in psql.
CREATE ROLE askonce_cache LOGIN;
CREATE DATABASE askonce_cache OWNER askonce_cache;
CREATE DATABASE data;

-- PostgreSQL lets everybody connect and make temporary tables: here only those named below.
REVOKE ALL ON DATABASE askonce_cache, data, postgres, template1 FROM PUBLIC;

\connect askonce_cache
CREATE EXTENSION vector;

\connect data
-- Large objects belong to no schema: by default everybody may make some.
REVOKE EXECUTE ON FUNCTION lo_creat(integer), lo_create(oid), lo_from_bytea(oid, bytea) FROM PUBLIC;
\i /askonce/reader.sql
