// Owns the few SQL expressions that the demo shop's rows are written with. Everything in them is
// integer arithmetic on row numbers: the same bytes on every build and on every PostgreSQL.

/**
 * pg_temp.dice(i, salt, n): a number from 0 to n - 1 that looks drawn at random and is always the same
 * for the same i and salt. Squaring breaks the pattern that a linear formula shows between salts.
 */
export const CREATE_DICE = `
  CREATE FUNCTION pg_temp.dice(i bigint, salt bigint, n bigint) RETURNS integer
  IMMUTABLE LANGUAGE sql AS $$
    SELECT (((i * 48271 + salt * 69621 + 11) % 2147483647)
          * ((i * 48271 + salt * 69621 + 11) % 2147483647) % 2147483629 % n)::integer
  $$`;
export const DROP_DICE = 'DROP FUNCTION pg_temp.dice(bigint, bigint, bigint)';

/** The throw for row i: salt tells the columns apart. */
export function dice(i: string, salt: number, n: number): string {
  return `pg_temp.dice(${i}, ${salt}, ${n})`;
}

/** One word, by the throw, of a text of words; words is an SQL expression. */
export function drawWord(words: string, i: string, salt: number): string {
  const list = `string_to_array(${words}, ' ')`;
  return `(${list})[1 + pg_temp.dice(${i}, ${salt}, cardinality(${list}))]`;
}

/** One of the choices, by the throw; what is listed twice is drawn twice as often. */
export function drawOne(choices: readonly string[], i: string, salt: number): string {
  return nth(choices, dice(i, salt, choices.length));
}

/** The choice at a place that is counted from 0. */
export function nth(choices: readonly string[], index: string): string {
  return `(ARRAY[${choices.map(literal).join(', ')}])[1 + ${index}]`;
}

export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** (…), (…) for VALUES, all of it text. */
export function values(rows: ReadonlyArray<readonly string[]>): string {
  return rows.map((row) => `(${row.map(literal).join(', ')})`).join(',\n    ');
}
