// Owns the reading of word lists: long lists of names stand as plain text, one source line after the
// other, which stays readable and is taken apart once.

export function wordsOf(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

export function wordSet(text: string): ReadonlySet<string> {
  return new Set(wordsOf(text));
}
