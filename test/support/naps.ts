// Owns statements that take long, as a large aggregate does: at every run the same rows, so that they are kept.
// (pg_sleep itself is volatile, and nothing that calls it is served twice.)

/** SQL for a view of one row, `done`, that takes so many seconds. */
export function napView(name: string, seconds: number): string {
  return `
    CREATE FUNCTION ${name}_for(seconds float8) RETURNS boolean IMMUTABLE LANGUAGE plpgsql
      AS 'BEGIN PERFORM pg_sleep(seconds); RETURN true; END';
    CREATE TABLE ${name}_seconds AS SELECT ${seconds}::float8 AS seconds;
    CREATE VIEW ${name} AS SELECT ''::text AS done FROM ${name}_seconds WHERE ${name}_for(seconds);`;
}
