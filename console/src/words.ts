// Owns which words two questions do not share: the longest common row of words is left plain.

export interface Word {
  readonly text: string;
  readonly isShared: boolean;
}

/** Beyond it, comparing takes time for what nobody reads word by word. */
const MAX_WORDS = 400;

export function compareWords(earlier: string, later: string): { earlier: Word[]; later: Word[] } {
  const [a, b] = [split(earlier), split(later)];
  const isLong = a.length > MAX_WORDS || b.length > MAX_WORDS;
  const shared = isLong ? { a: new Set<number>(), b: new Set<number>() } : commonRow(a, b);
  const marked = (words: readonly string[], kept: ReadonlySet<number>): Word[] =>
    words.map((text, at) => ({ text, isShared: isLong || kept.has(at) }));
  return { earlier: marked(a, shared.a), later: marked(b, shared.b) };
}

const split = (text: string): string[] => text.split(/\s+/).filter(Boolean);
const folded = (word: string): string => word.toLowerCase().replace(/[?.!,;:]+$/, '');

function commonRow(a: readonly string[], b: readonly string[]) {
  const [x, y] = [a.map(folded), b.map(folded)];
  // lengths[i][j]: how many words what is left of both from there on have in common.
  const lengths = Array.from({ length: x.length + 1 }, () => new Uint16Array(y.length + 1));
  for (let i = x.length - 1; i >= 0; i -= 1) {
    for (let j = y.length - 1; j >= 0; j -= 1) {
      const [here, below] = [lengths[i]!, lengths[i + 1]!];
      here[j] = x[i] === y[j] ? below[j + 1]! + 1 : Math.max(below[j]!, here[j + 1]!);
    }
  }
  const kept = { a: new Set<number>(), b: new Set<number>() };
  for (let i = 0, j = 0; i < x.length && j < y.length;) {
    if (x[i] === y[j]) {
      kept.a.add(i++);
      kept.b.add(j++);
    } else if (lengths[i + 1]![j]! >= lengths[i]![j + 1]!) i += 1;
    else j += 1;
  }
  return kept;
}
