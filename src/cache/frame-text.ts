// Owns the text of a question: the canonical form that the exact tier compares, and its tokens.
// Every regular expression here is linear and every loop bounded; it never judges meaning.

/** Longer questions are cut here for parsing; the decision then refuses to call them the same. */
export const MAX_TOKENS = 400;
const MAX_CHARS = 8_000;
const MAX_QUOTE_CHARS = 120;

export interface Token {
  /** Lower case, as it is compared. */
  readonly text: string;
  readonly kind: 'word' | 'number' | 'code' | 'date' | 'mark';
  readonly capital: boolean;
  /** Inside quotation marks: a value to the letter, never a word of the language. */
  readonly quoted: boolean;
  /** Where it stands in the readable text. */
  readonly start: number;
  readonly end: number;
}

// Zero-width and bidi marks, soft hyphens, variation selectors: what a reader cannot see.
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/gu;

/** "2²" is not 22, nor "2½" 21/2: what is raised, lowered or circled stays apart from the digits around it. */
function apart(sign: string): string {
  const plain = sign.normalize('NFKC');
  return /\d/u.test(plain) ? `^${plain}^` : sign;
}

/** The text that tokens point into: as a reader sees it, in one spelling of quotes, dashes and spaces. */
export function readable(question: string): string {
  return question
    .replace(/[\p{No}\p{So}]/gu, apart)
    .normalize('NFKC')
    .replace(INVISIBLE, '')
    .replace(/[‘’‚‛′`´‹›ʼ]/gu, "'")
    .replace(/[“”„‟″«»]/gu, '"')
    .replace(/[‐‑‒–—―−]/gu, '-')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
}

/** An apostrophe inside a word opens and closes nothing. */
const OPENS = /"|(?<![\p{L}\p{N}])'/u;
const CLOSES = /"|'(?![\p{L}\p{N}])/gu;
const PATH_OR_REST = /[^\s/]*\/\S*|[^\s/]+|\s+/gu;

/** Of two paths that differ in case, each is another file. */
function lowered(text: string): string {
  if (!text.includes('/')) return text.toLowerCase();
  return text.replace(PATH_OR_REST, (part) => (part.includes('/') ? part : part.toLowerCase()));
}

/**
 * What is quoted is a value to the letter: 'Volt' is not 'VOLT'. From the first mark to the last, since
 * which mark closes which ('Rock'n'Roll', 24" and "ACME") cannot always be told.
 */
function loweredOutsideQuotes(text: string): string {
  const first = text.search(OPENS);
  if (first < 0) return lowered(text);
  let last = first;
  for (const { index } of text.matchAll(CLOSES)) last = Math.max(last, index);
  return lowered(text.slice(0, first)) + text.slice(first, last) + lowered(text.slice(last));
}

/** The exact tier's text: the same wording, whatever its case, spacing and last full stop. */
export function canonicalQuestion(question: string): string {
  const text = loweredOutsideQuotes(readable(question));
  let end = text.length;
  // A loop and not /[?!. ]+$/: that backtracks quadratically on long runs inside the text.
  while (end > 0 && ' ?!.…。؟'.includes(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

const PIECES: readonly (readonly [Token['kind'], RegExp])[] = [
  [
    'date',
    /\d{4}-\d{1,2}-\d{1,2}(?!\d)|(?:1[5-9]|20)\d\d-(?:0[1-9]|1[0-2])(?![\d-])|\d{1,2}[/.]\d{1,2}[/.]\d{2,4}(?!\d)|(?:0?[1-9]|1[0-2])\/(?:19|20)\d\d(?![\d/])|\d{1,2}:\d{2}(?::\d{2})?(?!\d)/uy,
  ],
  [
    'number',
    /(?:\d{1,3}(?:,\d{3})+(?!\d)|[1-9]\d{0,2}(?: \d{3})+(?![\d-])|\d+)(?:\.\d+)?(?:(?:st|nd|rd|th|k|m|bn|b|s|ms|h|kg|km|cm|mm|mb|gb|tb|pm|am|min|hrs?|mins?|secs?)(?![\p{L}\p{N}]))?/iuy,
  ],
  // Compounds with a particle are one word: "check-in" and "check-out" differ in nothing else.
  [
    'word',
    /(?:(?:in|on|off|out|up|pre|co|over|under|sub|ex|re|multi|mid|inter|intra)-(?=\p{L}))?[\p{L}\p{M}]+(?:'[\p{L}\p{M}]+)*(?:-(?:in|on|off|out|up|down|over|back|by|through|away)(?![\p{L}\p{N}-]))?/iuy,
  ],
  ['mark', /<=|>=|<>|!=|->|[^\s]/uy],
];
const CODE =
  /(?=[\p{L}\p{N}]*\d)(?=[\p{L}\p{N}]*\p{L})[\p{L}\p{N}]{2,40}(?:-[\p{L}\p{N}]+)*|(?:\p{Lu}{1,12}-\d|[a-z]{2,6}-\d{3})[\p{L}\p{N}]*/uy;

// A map and not an object: "constructor" is a word too.
const CONTRACTIONS: ReadonlyMap<string, readonly string[]> = new Map([
  ["can't", ['can', 'not']],
  ['cannot', ['can', 'not']],
  ["won't", ['will', 'not']],
  ["ain't", ['is', 'not']],
]);

function words(compound: string): readonly string[] {
  const text = compound.replaceAll('-', '');
  const known = CONTRACTIONS.get(text);
  if (known !== undefined) return known;
  if (text.endsWith("n't")) return [text.slice(0, -3), 'not'];
  const apostrophe = text.indexOf("'");
  if (apostrophe < 0) return [text];
  // "Germany's", "what's", "I'd"; but "O'Brien" is one name.
  return text.length - apostrophe <= 3 ? [text.slice(0, apostrophe)] : [text.replaceAll("'", '')];
}

function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

function pieceAt(text: string, at: number): readonly [Token['kind'], string] {
  for (const [kind, pattern] of PIECES) {
    const found = match(pattern, text, at);
    if (found === undefined) continue;
    if (kind === 'mark' || kind === 'date') return [kind, found];
    const code = match(CODE, text, at);
    return code !== undefined && code.length > found.length ? ['code', code] : [kind, found];
  }
  return ['mark', text.charAt(at)];
}

/** Where the quotation that opens at `at` closes, or -1: an apostrophe opens nothing. */
function closingQuote(text: string, at: number): number {
  const mark = text.charAt(at);
  if (mark !== '"' && mark !== "'") return -1;
  if (mark === "'" && /[\p{L}\p{N}]/u.test(text.charAt(at - 1))) return -1;
  for (let end = at + 1; end < text.length && end - at <= MAX_QUOTE_CHARS; end += 1) {
    if (text.charAt(end) !== mark) continue;
    if (mark === '"' || !/[\p{L}\p{N}]/u.test(text.charAt(end + 1))) return end > at + 1 ? end : -1;
  }
  return -1;
}

export function tokenize(question: string): readonly Token[] {
  const text = readable(question.slice(0, MAX_CHARS));
  const tokens: Token[] = [];
  let quoteEnd = -1;
  for (let at = 0; at < text.length && tokens.length < MAX_TOKENS;) {
    if (at > quoteEnd) {
      const closing = closingQuote(text, at);
      if (closing > 0) {
        quoteEnd = closing;
        at += 1;
        continue;
      }
    }
    if (text.charAt(at) === ' ' || at === quoteEnd) {
      at += 1;
      continue;
    }
    const [kind, raw] = pieceAt(text, at);
    const quoted = at < quoteEnd;
    const capital = kind === 'word' && /^\p{Lu}/u.test(raw);
    for (const part of kind === 'word' ? words(raw.toLowerCase()) : [raw.toLowerCase()]) {
      if (part !== '')
        tokens.push({ text: part, kind, capital, quoted, start: at, end: at + raw.length });
    }
    at += raw.length;
  }
  return tokens;
}
