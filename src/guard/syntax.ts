// Owns the door to PostgreSQL's own grammar (libpg-query, WebAssembly): text in, tokens and a tree out.
// Judges nothing: what may run is decided in guard.ts. The parser must never take the server down.
import { createRequire } from 'node:module';

import { AppError } from '../errors.ts';
import type * as LibPgQuery from 'libpg-query';

/** A node's fields, or a wrapper { NodeType: fields } around them. */
export type SyntaxNode = Readonly<Record<string, unknown>>;

export interface Token {
  readonly text: string;
  /** UTF-16 offsets into the text that was scanned. */
  readonly start: number;
  readonly end: number;
  readonly isComment: boolean;
  readonly isKeyword: boolean;
}

/** What the grammar could not accept. The message is PostgreSQL's. */
export interface SyntaxFault {
  readonly message: string;
  /** UTF-16 offset. */
  readonly offset: number;
}

export type ParseOutcome =
  { readonly statements: readonly SyntaxNode[] } | { readonly fault: SyntaxFault };

export interface Syntax {
  /** Null where the text does not even break into tokens; parse() then says why. */
  scan(sql: string): readonly Token[] | null;
  /** The caller bounds the depth first (guard-depth.ts). */
  parse(sql: string): ParseOutcome;
}

type Parser = Pick<typeof LibPgQuery, 'loadModule' | 'parseSync' | 'scanSync' | 'hasSqlDetails'>;

export async function createSyntax(): Promise<Syntax> {
  let parser: Parser | null = await loadParser();

  // A trap inside WebAssembly leaves its memory contexts behind, so that later statements fail too:
  // the instance is thrown away and a fresh one is loaded, which takes some milliseconds.
  function replaceParser(): void {
    parser = null;
    loadParser().then(
      (fresh) => (parser = fresh),
      () => setTimeout(replaceParser, RELOAD_RETRY_MS).unref(),
    );
  }

  function ready(): Parser {
    if (parser !== null) return parser;
    throw new AppError('OVERLOADED', 'The SQL parser is being restarted', {
      hint: 'Call again in a moment.',
      retryAfterMs: RELOAD_RETRY_MS,
    });
  }

  return {
    scan(sql) {
      const { scanSync } = ready();
      // The scanner writes control characters into its JSON unescaped. In a copy where they are spaces
      // or letters every token keeps its place; outside literals the parser refuses those made letters.
      const safe = sql.replace(RARE_SPACES, ' ').replace(CONTROL_CHARACTERS, 'x');
      let found: readonly { start: number; end: number; keywordKind: number }[];
      try {
        found = scanSync(safe).tokens;
      } catch (error) {
        if (isTrap(error)) replaceParser();
        return null;
      }
      const toText = offsetReader(sql);
      return found.map(({ start, end, keywordKind }) => {
        const from = toText(start);
        const to = toText(end);
        const text = sql.slice(from, to);
        const isComment = text.startsWith('--') || text.startsWith('/*');
        return { text, start: from, end: to, isComment, isKeyword: keywordKind !== 0 };
      });
    },

    parse(sql) {
      const { parseSync, hasSqlDetails } = ready();
      try {
        const { stmts = [] } = parseSync(sql);
        return { statements: stmts.map(({ stmt }) => (stmt ?? {}) as SyntaxNode) };
      } catch (error) {
        if (hasSqlDetails(error)) {
          const offset = codePointOffset(sql, error.sqlDetails?.cursorPosition ?? 0);
          return { fault: { message: error.message, offset } };
        }
        replaceParser();
        throw new AppError('INPUT_INVALID', 'The statement is too complex to be parsed safely', {
          hint: 'Break it into simpler statements.',
          cause: error,
        });
      }
    },
  };
}

const RELOAD_RETRY_MS = 100;
const RARE_SPACES = /[\v\f]/g;
// oxlint-disable-next-line no-control-regex
const CONTROL_CHARACTERS = /[\u0000-\u0008\u000e-\u001f]/g;

/** A module loaded by `import` lives as long as the process; only `require` gives a second instance. */
async function loadParser(): Promise<Parser> {
  const require = createRequire(import.meta.url);
  delete require.cache[require.resolve('libpg-query')];
  const parser = require('libpg-query') as Parser;
  await parser.loadModule();
  return parser;
}

/** A fault of the text comes as an Error of the library or as unreadable JSON; anything else is a trap. */
function isTrap(error: unknown): boolean {
  return !(error instanceof SyntaxError) && (error as Error)?.constructor !== Error;
}

/** UTF-8 offsets, asked for in rising order, to UTF-16 ones. */
function offsetReader(sql: string): (byteOffset: number) => number {
  let bytes = 0;
  let index = 0;
  return (byteOffset) => {
    while (bytes < byteOffset && index < sql.length) {
      const code = sql.codePointAt(index) ?? 0;
      bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
      index += code < 0x10000 ? 1 : 2;
    }
    return index;
  };
}

/** A UTF-8 offset to a UTF-16 one. */
export const textOffset = (sql: string, byteOffset: number): number =>
  offsetReader(sql)(byteOffset);

function codePointOffset(sql: string, codePoints: number): number {
  let index = 0;
  for (let seen = 0; seen < codePoints && index < sql.length; seen += 1) {
    index += (sql.codePointAt(index) ?? 0) < 0x10000 ? 1 : 2;
  }
  return index;
}

/** { NodeType: fields } taken apart; null for a list, a scalar or bare fields. */
export function unwrap(
  value: unknown,
): { readonly type: string; readonly fields: SyntaxNode } | null {
  if (!isObject(value)) return null;
  const [entry, ...more] = Object.entries(value);
  if (entry === undefined || more.length > 0 || !isNodeType(entry[0])) return null;
  return { type: entry[0], fields: isObject(entry[1]) ? entry[1] : {} };
}

/** Node types begin with a capital letter in the tree, fields never do. */
export function isNodeType(key: string): boolean {
  return /^[A-Z]/.test(key);
}

export function isObject(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A list of String nodes (a qualified name, a column reference without its star) as strings. */
export function namesOf(value: unknown): readonly string[] {
  return listOf(value).flatMap((item) => {
    const node = unwrap(item);
    return node?.type === 'String' ? [textOf(node.fields['sval'])] : [];
  });
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
