// Owns turning PostgreSQL's text of an array into JSON: one pass, in time that grows with the text alone. (The
// library for it looks for a backslash from every element to the end: a million of them stop the process.)

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/**
 * @param text '{1,NULL,"a \"b\"",{2}}', as the server writes it.
 * @param element JSON of an element that is not NULL.
 */
export function arrayJson(text: string, element: (text: string) => string): string {
  const parts: string[] = [];
  let at = 0;
  /** The first one that is not yet passed. */
  let backslash = text.indexOf('\\');

  /** Whether a backslash stands before `end`. */
  const isEscapedBefore = (end: number): boolean => {
    if (backslash >= 0 && backslash < at) backslash = text.indexOf('\\', at);
    return backslash >= 0 && backslash < end;
  };

  function quoted(): string {
    at += 1;
    const found = text.indexOf('"', at);
    const end = found < 0 ? text.length : found;
    if (!isEscapedBefore(end)) {
      const plain = text.slice(at, end);
      at = end + 1;
      return plain;
    }
    const pieces: string[] = [];
    let from = at;
    for (; at < text.length && text.charCodeAt(at) !== QUOTE; at += 1) {
      if (text.charCodeAt(at) !== BACKSLASH) continue;
      pieces.push(text.slice(from, at));
      at += 1;
      from = at;
    }
    pieces.push(text.slice(from, at));
    at += 1;
    return pieces.join('');
  }

  function bare(): string | null {
    const start = at;
    while (!isDelimiter(text.charCodeAt(at))) at += 1;
    const word = text.slice(start, at);
    return word === 'NULL' ? null : word;
  }

  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === OPEN || code === CLOSE || code === COMMA) {
      parts.push(code === OPEN ? '[' : code === CLOSE ? ']' : ',');
      at += 1;
      continue;
    }
    const item = code === QUOTE ? quoted() : bare();
    parts.push(item === null ? 'null' : element(item));
  }
  return parts.join('');
}

/** The end, too: what was cut off must not keep the reader for ever. */
const isDelimiter = (code: number): boolean =>
  code === COMMA || code === CLOSE || Number.isNaN(code);
