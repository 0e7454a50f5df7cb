// Owns what is compared with what: "stock below the reorder level" and "reorder level above the stock" are
// one, "more scrap than output" and "more output than scrap" are not. Pure.
import type { Frame } from './frame.ts';

interface Sides {
  /** "as many … as …": one says so too, or they are no two wordings of one thing. */
  readonly isAs: boolean;
  readonly lesser: readonly string[];
  readonly greater: readonly string[];
}

const LESS =
  /^(?:below|under|before|less|lower|fewer|earlier|smaller|younger|shorter|cheaper|beneath)$/u;
const MORE =
  /^(?:above|over|after|more|greater|higher|later|larger|longer|bigger|older|exceeds?|exceeded|exceeding|beyond)$/u;
/** Words that are no part of what is compared. */
const LIGHT =
  /^(?:the|an?|all|any|each|every|its|their|his|her|our|this|that|these|those|of|by|in|for|from|to|at|on|with|is|are|was|were|be|been|has|have|had|did|does|do|can|it|they|which|who|whose|than|as|only|own|total|number)$/u;
const BREAK = /^(?:and|or|who|that|which|where|when)$/u;
const RELATIVE = /^(?:who|that|which)$/u;
const AS_MANY = /^(?:many|much)$/u;
/** "half as many wins as losses" */
const FEWER = /^(?:half|most|third|quarter|not)$/u;
const MINUS = /^minus$/u;
const DENIED = /^(?:no|not|never|nor)$/u;
const REACH = 6;
const MAX_WORDS = 3;

/** 1 where both put the same two things on the same sides, -1 where they are exchanged, else 0. */
export function compareSides(earlier: Frame, later: Frame): number {
  const [was, is] = [sidesOf(earlier), sidesOf(later)];
  if (endsWith(earlier) * endsWith(later) < 0) return -1;
  if (was === null || is === null) return 0;
  const like = (one: readonly string[], other: readonly string[]): number =>
    one.filter((word) => other.includes(word)).length;
  const straight = like(was.lesser, is.lesser) + like(was.greater, is.greater);
  const crossed = like(was.lesser, is.greater) + like(was.greater, is.lesser);
  const found = Math.sign(straight - crossed);
  if (was.isAs === is.isAs) return found;
  // "as many wins as losses" are not more.
  return straight + crossed > 0 ? -1 : 0;
}

/** "… but earns more" 1, "… but earns less" -1, else 0. */
function endsWith({ tokens }: Frame): number {
  const last = tokens.findLast(({ kind }) => kind !== 'mark')?.text ?? '';
  return MORE.test(last) ? 1 : LESS.test(last) ? -1 : 0;
}

/** "received minus shipped": what is taken away is the lesser side. */
function sidesOfMinus(frame: Frame, at: number): Sides | null {
  if (!MINUS.test(frame.tokens[at]!.text)) return null;
  const [left, right] = [wordsBefore(frame, at), wordsFrom(frame, at + 1)];
  return left.length === 0 || right.length === 0
    ? null
    : { isAs: false, lesser: right, greater: left.slice(0, 1) };
}

/** The first comparison that has a thing on either side; null where there is none. */
function sidesOf(frame: Frame): Sides | null {
  for (const [at, { text, quoted }] of frame.tokens.entries()) {
    const sides = sidesOfAs(frame, at) ?? sidesOfMinus(frame, at);
    if (sides !== null) return sides;
    if (quoted || !(LESS.test(text) || MORE.test(text))) continue;
    // "no more than the average" puts nothing on the greater side for sure.
    if (DENIED.test(frame.tokens[at - 1]?.text ?? '')) return null;
    const than = frame.tokens.slice(at, at + REACH).findIndex((token) => token.text === 'than');
    // "more scrap than output" has its first thing behind the word, "stock lower than demand" before it.
    const [left, right] =
      than > 1
        ? [wordsFrom(frame, at + 1, at + than), wordsFrom(frame, at + than + 1)]
        : [wordsBefore(frame, at), wordsFrom(frame, at + Math.max(than, 0) + 1)];
    if (left.length === 0 || right.length === 0 || /\d/u.test(right.join(''))) continue;
    const isAs = false;
    return LESS.test(text)
      ? { isAs, lesser: left, greater: right }
      : { isAs, lesser: right, greater: left };
  }
  return null;
}

/** "at least as many wins as losses" */
function sidesOfAs(frame: Frame, at: number): Sides | null {
  const text = (place: number): string => frame.tokens[place]?.text ?? '';
  if (!AS_MANY.test(text(at)) || text(at - 1) !== 'as') return null;
  const as = frame.tokens.slice(at, at + REACH).findIndex((token) => token.text === 'as');
  if (as < 2) return null;
  const [left, right] = [wordsFrom(frame, at + 1, at + as), wordsFrom(frame, at + as + 1)];
  if (left.length === 0 || right.length === 0) return null;
  const isAs = true;
  return FEWER.test(text(at - 2))
    ? { isAs, lesser: left, greater: right }
    : { isAs, lesser: right, greater: left };
}

function wordsFrom({ tokens, concepts }: Frame, from: number, to = from + REACH): string[] {
  const found: string[] = [];
  for (let at = from; at < Math.min(to, tokens.length) && found.length < MAX_WORDS; at += 1) {
    const { text, kind } = tokens[at]!;
    if (kind === 'mark' || (BREAK.test(text) && found.length > 0)) break;
    if (!LIGHT.test(text)) found.push(concepts[at]!);
  }
  return found;
}

function wordsBefore({ tokens, concepts }: Frame, end: number): string[] {
  const found: string[] = [];
  for (let at = end - 1; at >= Math.max(0, end - REACH) && found.length < MAX_WORDS; at -= 1) {
    const { text, kind } = tokens[at]!;
    // "employees who earn more": a verb alone does not say of whom.
    const goesOn = found.length === 1 && RELATIVE.test(text);
    if (kind === 'mark' || (BREAK.test(text) && found.length > 0 && !goesOn)) break;
    if (!LIGHT.test(text)) found.push(concepts[at]!);
  }
  return found;
}
