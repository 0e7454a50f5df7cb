// Owns the memory of statements that the guard has let through: parsing costs more than serving. Keyed by the text,
// never by an id; it lasts as long as the guard's rules do.

export interface PermittedTexts {
  has(sql: string): boolean;
  add(sql: string): void;
}

/** Some megabytes at most. */
const MAX_PERMITTED = 2000;
const MAX_PERMITTED_CHARS = 4096;

/** @param rules Another one when what was let through may be refused by now. */
export function createPermittedTexts(rules: () => unknown): PermittedTexts {
  const permitted = new Set<string>();
  let known: unknown;

  function current(): Set<string> {
    if (known !== rules()) permitted.clear();
    known = rules();
    return permitted;
  }

  return {
    has: (sql) => current().has(sql),
    add(sql) {
      const texts = current();
      if (texts.size >= MAX_PERMITTED) texts.clear();
      if (sql.length <= MAX_PERMITTED_CHARS) texts.add(sql);
    },
  };
}
