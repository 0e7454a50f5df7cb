// Owns taking a stored row apart into its cells without changing a digit of them: stream-json's tokens
// keep numbers as written, where JSON.parse would round what a double cannot hold.
import { parser } from 'stream-json/core/parser.js';

type Token = parser.Token;

/** One value as JSON text; `text` is the string it holds, null for anything that is not a string. */
export interface Cell {
  readonly json: string;
  readonly text: string | null;
}

export async function parseCells(line: string): Promise<Cell[]> {
  const cells: Cell[] = [];
  const nested = new NestedText();
  const parse = parser({ packValues: true, streamValues: false });
  let depth = 0;
  for await (const token of parse(line) as unknown as AsyncIterable<Token>) {
    const opens = token.name === 'startArray' || token.name === 'startObject';
    const closes = token.name === 'endArray' || token.name === 'endObject';
    if (closes) depth -= 1;
    const isCell = depth === 1 && !opens;
    if (depth > 1 || (depth === 1 && (opens || closes))) nested.add(token);
    if (isCell) cells.push(closes ? { json: nested.take(), text: null } : scalarCell(token));
    if (opens) depth += 1;
  }
  return cells;
}

function scalarCell(token: Token): Cell {
  const text = token.name === 'stringValue' ? token.value : null;
  return { json: scalarJson(token), text };
}

function scalarJson(token: Token): string {
  switch (token.name) {
    case 'stringValue':
    case 'keyValue':
      return JSON.stringify(token.value);
    case 'numberValue':
      return token.value;
    case 'trueValue':
      return 'true';
    case 'falseValue':
      return 'false';
    default:
      return 'null';
  }
}

const BRACKETS: Partial<Record<Token['name'], string>> = {
  startArray: '[',
  endArray: ']',
  startObject: '{',
  endObject: '}',
};

/** Puts the text of one nested value together again, separators included. */
class NestedText {
  #text = '';
  #needsComma = false;

  add(token: Token): void {
    const bracket = BRACKETS[token.name];
    const closing = bracket === ']' || bracket === '}';
    if (this.#needsComma && !closing) this.#text += ',';
    this.#text += bracket ?? scalarJson(token);
    if (token.name === 'keyValue') this.#text += ':';
    this.#needsComma = token.name !== 'keyValue' && (bracket === undefined || closing);
  }

  take(): string {
    const text = this.#text;
    this.#text = '';
    this.#needsComma = false;
    return text;
  }
}
