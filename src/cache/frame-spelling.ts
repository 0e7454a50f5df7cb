// Owns how one word may be another in a different spelling: a slip of the keyboard, another form of the
// same root, an abbreviation. Pure evidence: a likeness is a hint to weigh, never a proof.

export type Spelling = 'slip' | 'root' | 'abbreviation';
/** Strongest first. */
export const SPELLINGS: readonly Spelling[] = ['slip', 'root', 'abbreviation'];

const MAX_WORD = 24;
const MIN_SLIP = 4;
const MIN_LONG = 6;
const MIN_ROOT = 4;
const ROOT_SHARE = 0.6;
const MIN_ABBREVIATED = 4;
const ABBREVIATED_SHARE = 0.65;

/** Edits between two words, neighbours swapped counted as one; stops at `limit` + 1. */
export function distance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let [older, old]: [number[], number[]] = [
    [],
    Array.from({ length: b.length + 1 }, (_, at) => at),
  ];
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min(row[j - 1]! + 1, old[j]! + 1, old[j - 1]! + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, older[j - 2]! + 1);
      row.push(least);
    }
    if (Math.min(...row) > limit) return limit + 1;
    [older, old] = [old, row];
  }
  return old[b.length]!;
}

function isSubsequence(short: string, long: string): boolean {
  let at = 0;
  for (const letter of long) if (letter === short[at]) at += 1;
  return at === short.length;
}

/** How many letters two words share at the start. */
export function commonPrefix(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  return at;
}

function isSlip(short: string, long: string): boolean {
  if (short.length < MIN_SLIP - 1 || long.length < MIN_SLIP) return false;
  // The end of a word carries its form ("employee", "employer"), so a change there is no slip.
  if (commonPrefix(short, long) >= short.length - 1) return false;
  const limit = long.length >= MIN_LONG ? 2 : 1;
  return distance(short, long, limit) <= limit;
}

function isAbbreviation(short: string, long: string): boolean {
  const plain = short.endsWith('s') && short.length > 2 ? short.slice(0, -1) : short;
  return (
    plain.length >= 2 &&
    long.length >= MIN_ABBREVIATED &&
    plain.length <= ABBREVIATED_SHARE * long.length &&
    short[0] === long[0] &&
    isSubsequence(plain, long)
  );
}

/** Both in lower case. Null where they are unrelated, equal or too long to be words. */
export function spelledAlike(a: string, b: string): Spelling | null {
  // Cheapest first: most words do not even begin alike.
  const starts = a[0] === b[0] || (a[0] === b[1] && a[1] === b[0]);
  if (!starts || a === b || a.length > MAX_WORD || b.length > MAX_WORD) return null;
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  if (isSlip(short, long)) return 'slip';
  const prefix = commonPrefix(a, b);
  if (prefix >= MIN_ROOT && prefix >= ROOT_SHARE * long.length) return 'root';
  return isAbbreviation(short, long) ? 'abbreviation' : null;
}

/** The closest likeness of a word with any of the others; null where it stands alone. */
export function closestSpelling(word: string, others: Iterable<string>): Spelling | null {
  let best = SPELLINGS.length;
  for (const other of others) {
    const found = spelledAlike(word, other);
    if (found === 'slip') return found;
    if (found !== null) best = Math.min(best, SPELLINGS.indexOf(found));
  }
  return SPELLINGS[best] ?? null;
}
