// Owns tables, lists of facts and bars made of characters. Texts that it is given are visible ones (look.ts).
import cliTruncate from 'cli-truncate';
import stringWidth from 'string-width';

import type { Look } from './look.ts';
import { linesOf, wrapped } from './look.ts';

export interface Column {
  readonly title: string;
  /** Figures stand at the right. */
  readonly align?: 'right';
  /** Is cut where the terminal is too narrow for all. */
  readonly isCut?: boolean;
  /** Goes on in further lines there; for the last one. */
  readonly isWrapped?: boolean;
}

const GAP = '  ';
const MIN_CUT = 12;
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'] as const;
const HEIGHTS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;

/** One line of titles, and one for each row; as many cells in each as there are columns. */
export function table(
  columns: readonly Column[],
  rows: ReadonlyArray<readonly string[]>,
  look: Look,
): string {
  const { dim } = look.colors;
  const natural = columns.map(({ title }, at) =>
    Math.max(stringWidth(title), ...rows.map((row) => stringWidth(row[at]!))),
  );
  const widths = fitted(columns, natural, look.width - GAP.length * (columns.length - 1));
  const lineOf = (cells: readonly string[]): string =>
    folded(cells, columns.at(-1)!.isWrapped ? widths.at(-1)! : Infinity)
      .map((line) =>
        line
          .map((cell, at) => padded(cell, widths[at]!, columns[at]!.align === 'right'))
          .join(GAP)
          .trimEnd(),
      )
      .join('\n');
  const titles = dim(lineOf(columns.map(({ title }) => title)));
  const lines = [titles, ...rows.map(lineOf)];
  return lines
    .flatMap((line) => line.split('\n'))
    .map((line) => cutTo(line, look.width))
    .join('\n');
}

/** The last cell over as many lines as it takes, beside nothing. */
function folded(cells: readonly string[], width: number): string[][] {
  const before = cells.slice(0, -1);
  return linesOf(cells.at(-1)!, width).map((part, at) => [
    ...before.map((cell) => (at === 0 ? cell : '')),
    part,
  ]);
}

/** Names, and beside them what is said of each, over several lines where it is long. */
export function facts(pairs: ReadonlyArray<readonly [string, string]>, look: Look): string {
  const nameWidth = Math.max(0, ...pairs.map(([name]) => stringWidth(name)));
  const indent = ' '.repeat(nameWidth + GAP.length);
  return pairs
    .map(([name, value]) => {
      const lines = wrapped(value, look, indent).slice(indent.length);
      return `${look.colors.dim(padded(name, nameWidth, false))}${GAP}${lines}`.trimEnd();
    })
    .join('\n');
}

/** @param share 0 to 1; null for none. @param width In columns. */
export function bar(share: number | null, width: number): string {
  const eighths = Math.round(Math.min(1, Math.max(0, share ?? 0)) * width * EIGHTHS.length);
  const full = Math.floor(eighths / EIGHTHS.length);
  const drawn = `${'█'.repeat(full)}${EIGHTHS[eighths % EIGHTHS.length]!}`;
  return drawn.padEnd(width);
}

/** One column for each value, the largest as high as can be. */
export function sparkline(values: readonly number[]): string {
  const largest = Math.max(1, ...values);
  return values
    .map((value) => HEIGHTS[Math.ceil((value / largest) * (HEIGHTS.length - 1))]!)
    .join('');
}

/** The widest of those that may be cut give way first. */
function fitted(columns: readonly Column[], natural: readonly number[], room: number): number[] {
  const widths = [...natural];
  for (let over = sumOf(widths) - room; over > 0; over -= 1) {
    const cut = columns.map(({ isCut, isWrapped }, at) => (isCut || isWrapped ? widths[at]! : 0));
    const widest = cut.indexOf(Math.max(...cut));
    if (cut[widest]! <= MIN_CUT) break;
    widths[widest]! -= 1;
  }
  return widths;
}

const sumOf = (values: readonly number[]): number => values.reduce((sum, one) => sum + one, 0);

export const cutTo = (text: string, width: number): string =>
  Number.isFinite(width) ? cliTruncate(text, width) : text;

function padded(text: string, width: number, isRight: boolean): string {
  const cut = cutTo(text, width);
  const blank = ' '.repeat(Math.max(0, width - stringWidth(cut)));
  return isRight ? `${blank}${cut}` : `${cut}${blank}`;
}
