// Owns the words and patterns that the reader of questions goes by, and what it keeps in mind on its way.
import { type Bound, type Cue, cueAt } from './frame-cues.ts';
import type { ContentWord } from './frame-facts.ts';
import { intervalOf } from './frame-interval.ts';
import type { Token } from './frame-text.ts';
import { timeAt } from './frame-time.ts';
import { isStopWord } from './words.ts';

/** A bound waits this many tokens for its number: "more than an average rating of 4". */
export const BOUND_REACH = 5;
export const WORDS_WITHIN_BOUND = 2;
/** Prepositions that bound a number or a date and else only join: "flows through Texas". */
const WEAK_BOUNDS = new Set(['through', 'thru', 'since', 'until', 'till', 'within', 'to']);
/** "over the telephone", "under supervision": places and states, unless a number or a measure follows. */
const MERE_PLACES = new Set(['over', 'under', 'beyond', 'up to', 'beneath']);
const MEASURED =
  /^(?:averages?|mean|median|limits?|budgets?|targets?|quotas?|capacity|thresholds?|plan|norm|par|minimum|maximum|price|cost|half|list)$/u;
/** "monthly revenue" is revenue per month. */
export const RECURRING = /^(?:hourly|daily|weekly|monthly|quarterly|yearly|annual|annually)$/u;
export const EVENT_BOUND = /^(?:after|before)$/u;
export const RANGE_JOINTS = new Set(['to', '-', 'until', 'through', 'thru', '->']);
/** Words before "number of" that make it a name: "account number of". */
export const QUANTIFIED =
  /^(?:total|overall|average|avg|mean|maximum|minimum|max|min|exact|and|or|the)$/u;
/** Tokens between a superlative and the "first" that makes an order of it. */
export const SORT_REACH = 4;
export const AGENT_VERB = /(?:ed|en|wn|ade|eld|ught|uilt|ung|un|ght|nt|ned)$/u;
/** Above this share of capitals a text is a headline or shouted, and capitals tell nothing. */
export const TITLE_CASE_SHARE = 0.6;

export const FLIPPED: Readonly<Record<Bound, Bound>> = {
  '<': '>=',
  '>': '<=',
  '<=': '>',
  '>=': '<',
};

export interface Pending {
  /** Where the phrase starts, and where it was last heard of. */
  readonly start: number;
  readonly at: number;
  readonly said: string;
  readonly bounds: readonly Bound[];
  readonly weak: boolean;
}

export interface BoundBehind {
  readonly cue: Extract<Cue, { kind: 'compare-after' }>;
  readonly at: number;
  readonly length: number;
  readonly said: string;
}

/** "three times or more", "5 open tickets or fewer": a bound behind what is counted. */
export function boundBehind(tokens: readonly Token[], from: number): BoundBehind | undefined {
  for (let at = from + 1; at <= from + 2; at += 1) {
    if (tokens[at - 1]?.kind !== 'word' || cueAt(tokens, at - 1) !== undefined) return undefined;
    const found = cueAt(tokens, at);
    if (found?.cue.kind === 'compare-after' && tokens[at]?.text === 'or') {
      const texts = tokens.slice(at, at + found.length).map(({ text }) => text);
      return { cue: found.cue, at, length: found.length, said: texts.join(' ') };
    }
  }
  return undefined;
}

/** Whether a bound is one only where a number or a measure follows: "over the average", "under budget". */
export const isWeakBound = (tokens: readonly Token[], at: number, said: string): boolean =>
  WEAK_BOUNDS.has(said) ||
  (MERE_PLACES.has(said) && !tokens.slice(at, at + 3).some(({ text }) => MEASURED.test(text)));

/** "by 2024", "to March 2024": until then. */
export function meetsDate(tokens: readonly Token[], at: number): boolean {
  const time = timeAt(tokens, at);
  return time !== undefined && intervalOf(time.key) !== undefined;
}

/** "last" in "how long does a tour last on average" */
export function isVerb(tokens: readonly Token[], at: number, length: number): boolean {
  const next = tokens[at + length]?.text ?? '';
  const ends = next === '' || '.?!,;'.includes(next) || isStopWord(next);
  return ends && tokens.slice(0, at).some(({ text }) => /^(?:do|does|did)$/u.test(text));
}

/** "from March 2024 on" */
export const runsOn = (tokens: readonly Token[], at: number, length: number): boolean =>
  tokens[at - 1]?.text === 'from' && tokens[at + length]?.text === 'on';

/** "whose name is Max": capitalised inside a sentence, a cue is somebody's name. */
export function isNamed(tokens: readonly Token[], at: number): boolean {
  const { capital, text } = tokens[at]!;
  const isFirst = at === 0 || /^[.?!:;]$/u.test(tokens[at - 1]!.text);
  return capital && !isFirst && /^(?:max|min|best|young|will|long)$/u.test(text);
}

/** "order no. 1024", "unit_no", "no 7": whether the "no" here is a number's sign where a name stands before it. */
export function isNumberSign(tokens: readonly Token[], at: number): boolean {
  if (tokens[at - 1]?.text === '_') return true;
  const next = tokens[at + (tokens[at + 1]?.text === '.' ? 2 : 1)];
  const ends = next === undefined || /^[,;:)]$/u.test(next.text) || next.text === 'and';
  return next?.kind === 'number' || next?.kind === 'code' || ends;
}

/** "lower than online sales during 2023": when it was, and not what it is lower than. */
export const isAside = (
  tokens: readonly Token[],
  at: number,
  pending: Pending | undefined,
  words: readonly ContentWord[],
): boolean =>
  pending !== undefined &&
  /^(?:in|during)$/u.test(tokens[at - 1]?.text ?? '') &&
  words.some((word) => word.at > pending.at && !word.implied);
