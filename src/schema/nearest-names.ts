// Owns "did you mean": the names most like one that does not exist, by shared pairs of letters. Pure.

const MAX_NAMES = 5;
const LEAST_LIKENESS = 0.2;

export function nearestNames(wanted: string, names: readonly string[]): string[] {
  const pairs = pairsOf(wanted);
  return names
    .map((name) => ({ name, likeness: likeness(pairs, pairsOf(name)) }))
    .filter((candidate) => candidate.likeness >= LEAST_LIKENESS)
    .sort((left, right) => right.likeness - left.likeness)
    .slice(0, MAX_NAMES)
    .map((candidate) => candidate.name);
}

function pairsOf(name: string): ReadonlySet<string> {
  const letters = ` ${name.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '')} `;
  const pairs = new Set<string>();
  for (let at = 0; at + 1 < letters.length; at += 1) pairs.add(letters.slice(at, at + 2));
  return pairs;
}

function likeness(left: ReadonlySet<string>, right: ReadonlySet<string>): number {
  let shared = 0;
  for (const pair of left) if (right.has(pair)) shared += 1;
  return (2 * shared) / (left.size + right.size);
}
