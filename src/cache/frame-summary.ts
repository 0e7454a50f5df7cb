// Owns how a question's frame is shown to people who tune: its facts and content words as short texts.
import type { Frame } from './frame.ts';

export interface FrameSummary {
  /** "comparison >= 5", in the order they were said. */
  readonly facts: readonly string[];
  /** As they are compared. */
  readonly words: readonly string[];
}

export interface Frames {
  readonly earlier: FrameSummary;
  readonly later: FrameSummary;
}

const MAX_ITEMS = 40;
const MAX_CHARS = 80;

export function summaryOf({ facts, words }: Frame): FrameSummary {
  const shown = (texts: readonly string[]): readonly string[] =>
    texts.slice(0, MAX_ITEMS).map((text) => text.slice(0, MAX_CHARS));
  return {
    facts: shown(facts.map(({ kind, key }) => `${kind} ${key}`)),
    words: shown(words.map(({ concept }) => concept)),
  };
}
