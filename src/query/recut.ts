// Owns taking a stored row apart into its values without changing a character of them: a scan for where each
// ends, since lines are ours and a parser's tokens cost ten times as much as all else that is done to a row.

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const SPACE = 0x20;

/**
 * The values of a row, each as JSON text.
 * @throws Error where the line is no JSON array.
 */
export function cellsOf(line: string): string[] {
  const cells: string[] = [];
  if (line.charCodeAt(0) !== OPEN_LIST) throw notARow();
  let at = afterSpace(line, 1);
  if (line.charCodeAt(at) === CLOSE_LIST) return cells;
  for (;;) {
    const end = valueEnd(line, at);
    if (end === at) throw notARow();
    cells.push(line.slice(at, end));
    at = afterSpace(line, end);
    const next = line.charCodeAt(at);
    if (next === CLOSE_LIST) return cells;
    if (next !== COMMA) throw notARow();
    at = afterSpace(line, at + 1);
  }
}

/** The string that a value holds; null for anything that is not a string. */
export function textOf(json: string): string | null {
  if (json.charCodeAt(0) !== QUOTE) return null;
  return json.includes('\\') ? (JSON.parse(json) as string) : json.slice(1, -1);
}

function valueEnd(line: string, start: number): number {
  const first = line.charCodeAt(start);
  if (first === QUOTE) return stringEnd(line, start);
  if (first === OPEN_LIST || first === OPEN_OBJECT) return nestedEnd(line, start);
  let at = start;
  while (at < line.length && !isDelimiter(line.charCodeAt(at))) at += 1;
  return at;
}

function stringEnd(line: string, start: number): number {
  for (let at = line.indexOf('"', start + 1); at >= 0; at = line.indexOf('"', at + 1)) {
    let escapes = 0;
    while (line.charCodeAt(at - 1 - escapes) === BACKSLASH) escapes += 1;
    if (escapes % 2 === 0) return at + 1;
  }
  throw notARow();
}

function nestedEnd(line: string, start: number): number {
  let depth = 0;
  for (let at = start; at < line.length;) {
    const code = line.charCodeAt(at);
    if (code === QUOTE) {
      at = stringEnd(line, at);
      continue;
    }
    at += 1;
    if (code === OPEN_LIST || code === OPEN_OBJECT) depth += 1;
    if (code === CLOSE_LIST || code === CLOSE_OBJECT) depth -= 1;
    if (depth === 0) return at;
  }
  throw notARow();
}

const isDelimiter = (code: number): boolean =>
  code === COMMA || code === CLOSE_LIST || code <= SPACE;

function afterSpace(line: string, start: number): number {
  let at = start;
  while (line.charCodeAt(at) <= SPACE) at += 1;
  return at;
}

const notARow = (): Error => new Error('a stored row is not a JSON array');
