// Owns how a place in a statement is told to whoever wrote it (pure).

const NEAR_CHARACTERS = 40;

/** @param offset UTF-16. */
export function placeOf(sql: string, offset: number): string {
  const before = sql.slice(0, offset).split(/\r\n|\r|\n/);
  const column = Array.from(before.at(-1) ?? '').length + 1;
  const [rest = ''] = sql
    .slice(offset)
    .trimStart()
    .split(/[\r\n]/, 1);
  return `line ${before.length}:${column}, near: ${rest === '' ? 'the end' : firstOf(rest)}`;
}

/** Whole characters. */
export function firstOf(text: string): string {
  return Array.from(text.slice(0, 2 * NEAR_CHARACTERS))
    .slice(0, NEAR_CHARACTERS)
    .join('');
}
