// Owns the memory of known statements that the guard has let through: parsing costs more than serving. Keyed by the
// text, never by an id; it lasts as long as the guard's rules do.
import type { StatementGuard } from './guard.ts';

/** Some megabytes at most. */
const MAX_PERMITTED = 2000;
const MAX_PERMITTED_CHARS = 4096;

/** @returns What throws for a text as the guard does. */
export function createRequirePermitted(guard: StatementGuard): (sql: string) => void {
  const permitted = new Set<string>();
  let rules: unknown;
  return (sql) => {
    if (rules !== guard.rules) permitted.clear();
    rules = guard.rules;
    if (permitted.has(sql)) return;
    guard.check(sql);
    if (permitted.size >= MAX_PERMITTED) permitted.clear();
    if (sql.length <= MAX_PERMITTED_CHARS) permitted.add(sql);
  };
}
