// Owns how texts look where people read them: the width there is, colours where they are wanted, and nothing in what
// others wrote that could steer a terminal.
import { createColors } from 'colorette';
import type { Colorette } from 'colorette';
import wrapAnsi from 'wrap-ansi';

import { cleanText } from '../lib/shown-text.ts';

export interface Look {
  /** In columns; infinite where nobody's terminal is at the other end. */
  readonly width: number;
  readonly colors: Colorette;
  /** In milliseconds, as `Date.now` has it. */
  readonly now: number;
}

export interface LookOptions {
  readonly output: { readonly isTTY?: boolean; readonly columns?: number };
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now: number;
}

const MAX_CHARS = 4000;
const MIN_WIDTH = 40;

export function lookAt({ output, env, now }: LookOptions): Look {
  const isTerminal = output.isTTY === true;
  const useColor = isTerminal && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
  const columns = output.columns ?? Number(env['COLUMNS']);
  const width = columns > 0 ? Math.max(MIN_WIDTH, columns) : Infinity;
  return { width, colors: createColors({ useColor }), now };
}

/** One visible line. */
export const visible = (text: string): string => cleanText(text, MAX_CHARS) ?? '';

/** The same document, with each text of it made one visible line: what shows it need not care any more. */
export function visibleDocument<T>(document: T): T {
  return visibleValue(document) as T;
}

function visibleValue(value: unknown): unknown {
  if (typeof value === 'string') return visible(value);
  if (Array.isArray(value)) return value.map(visibleValue);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [visible(key), visibleValue(inner)]),
  );
}

/** Lines of at most the width. */
export const linesOf = (text: string, width: number): string[] =>
  (Number.isFinite(width) ? wrapAnsi(text, width, { hard: true }) : text).split('\n');

/** The same, each behind the indent. */
export const wrapped = (text: string, { width }: Pick<Look, 'width'>, indent = ''): string =>
  linesOf(text, width - indent.length)
    .map((line) => `${indent}${line}`)
    .join('\n');

/** What there is of these, with an empty line between. */
export const sections = (...parts: ReadonlyArray<string | false | null>): string =>
  `${parts.filter(Boolean).join('\n\n')}\n`;
