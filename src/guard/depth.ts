// Owns the bound on nesting, taken from the token stream before anything recursive sees the statement:
// the parser writes its tree recursively, and a statement deep enough would overflow the stack.
import type { Token } from './syntax.ts';

/** Brackets within brackets; analysts' statements stay below 20. */
export const MAX_NESTING = 100;
/** Levels of the tree: the parser overflowed at 2,000 to 4,000 tokens on one path when cold. */
export const MAX_DEPTH = 1000;

interface Frame {
  readonly opener: 'bracket' | 'case';
  /** Tokens since the last separator: each deepens the tree by at most one level. */
  run: number;
  /** Deepest bracket closed within this run. */
  inner: number;
  /** Deepest finished run. */
  deepest: number;
  /** Set operations and joins, each of which nests all that stands before it. */
  chain: number;
}

export interface Depth {
  readonly nesting: number;
  readonly depth: number;
}

/** An upper bound, never too low: siblings in a list do not deepen the tree, everything else may. */
export function measureDepth(tokens: readonly Token[]): Depth {
  const frames: Frame[] = [];
  let top = openFrame('bracket');
  let nesting = 0;
  let previous = '';

  function close(): void {
    const closed = depthOf(top);
    top = frames.pop() ?? openFrame('bracket');
    top.inner = Math.max(top.inner, closed);
    top.run += 1;
  }

  for (const token of tokens) {
    if (token.isComment) continue;
    const text = token.text.toLowerCase();
    // After a dot or AS a keyword is only a name.
    const isName = token.isKeyword && (previous === '.' || previous === 'as');
    const word = isName ? '' : text;
    previous = text;
    top.run += 1;
    if (word === '(' || word === '[' || word === 'case') {
      frames.push(top);
      top = openFrame(word === 'case' ? 'case' : 'bracket');
      nesting = Math.max(nesting, frames.length);
    } else if (word === ')' || word === ']') {
      while (top.opener === 'case') close();
      if (frames.length > 0) close();
    } else if (word === 'end') {
      if (top.opener === 'case') close();
    } else {
      separate(top, word);
    }
  }
  while (frames.length > 0) close();
  return { nesting, depth: depthOf(top) };
}

const LIST_SEPARATORS = new Set([',', 'and', 'or']);
const CASE_SEPARATORS = new Set(['when', 'then', 'else']);
const SET_OPERATIONS = new Set(['union', 'intersect', 'except']);

function separate(frame: Frame, word: string): void {
  // JOIN may also name a function, so it counts without ending the run.
  if (word === 'join') frame.chain += 1;
  const nests = SET_OPERATIONS.has(word);
  if (nests) frame.chain += 1;
  const isListed = LIST_SEPARATORS.has(word);
  if (!nests && !isListed && !(frame.opener === 'case' && CASE_SEPARATORS.has(word))) return;
  frame.deepest = Math.max(frame.deepest, frame.run + frame.inner);
  frame.run = 0;
  frame.inner = 0;
}

function depthOf(frame: Frame): number {
  return Math.max(frame.deepest, frame.run + frame.inner) + frame.chain;
}

function openFrame(opener: Frame['opener']): Frame {
  return { opener, run: 0, inner: 0, deepest: 0, chain: 0 };
}
