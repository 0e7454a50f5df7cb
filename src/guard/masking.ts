// Owns putting what may be seen of a table in the place of the table: the one rewriting of a statement that there is,
// where the operator has masked columns. A subquery without them stands for it, so that no clause can reach them.
import { AppError } from '../errors.ts';
import type { TableRange } from './inspect.ts';
import type { Token } from './syntax.ts';

export interface MaskedRange {
  readonly range: TableRange;
  /** In brackets, without an alias. */
  readonly mask: string;
}

/**
 * @param sql The statement, with its tokens.
 * @param toOffset UTF-8 offsets of the tree to UTF-16 ones.
 * @throws AppError QUERY_REJECTED where the table stands as no subquery can.
 */
export function maskTables(
  sql: string,
  tokens: readonly Token[],
  ranges: readonly MaskedRange[],
  toOffset: (byteOffset: number) => number,
): string {
  const pieces: string[] = [];
  let from = 0;
  const inOrder = [...ranges].sort((one, other) => one.range.at - other.range.at);
  for (const { range, mask } of inOrder) {
    const first = tokens.findIndex(({ start }) => start === toOffset(range.at));
    // Name, dot, name: as many as the tree has.
    const last = tokens[first + 2 * (range.parts - 1)];
    if (first < 0 || last === undefined || isEscaped(tokens, first, range.parts))
      throw unmaskable(range);
    pieces.push(sql.slice(from, tokens[first]!.start), mask);
    if (!range.hasAlias) pieces.push(` AS ${quoted(range.name)}`);
    from = last.end;
  }
  return pieces.join('') + sql.slice(from);
}

/** U&"name" UESCAPE '!' is more tokens than names and dots; so is a name with a comment in it. */
function isEscaped(tokens: readonly Token[], first: number, parts: number): boolean {
  const name = tokens.slice(first, first + 2 * parts - 1);
  const next = tokens.slice(first + name.length).find(({ isComment }) => !isComment);
  const isBroken = name.some(({ text }, at) => at % 2 === 1 && text !== '.');
  return isBroken || name.some(({ isComment }) => isComment) || /^uescape$/i.test(next?.text ?? '');
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

export function unmaskable({ name }: Pick<TableRange, 'name'>): AppError {
  return new AppError(
    'QUERY_REJECTED',
    `The table "${name}" has columns that may not be read here, and stands where it must be read whole`,
    { hint: `Write SELECT … FROM ${name}, without ONLY, TABLE, TABLESAMPLE and escaped names.` },
  );
}
