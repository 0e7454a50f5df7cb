// Owns the verdict: is a new question the same as one already answered? Pure, bounded, total.
// A stage may veto or abstain, never force: doubt is `confirm`, a contradiction or a fault is `miss`.
import { LRUCache } from 'lru-cache';

import type { SqlFacts } from './facts.ts';
import { contrast, gather, NO_LEXICON } from './evidence.ts';
import { conceptsOf } from './frame-residue.ts';
import { type Frames, summaryOf } from './frame-summary.ts';
import { standsAlone } from './frame-context.ts';
import { canonicalQuestion } from './frame-text.ts';
import { type Frame, frameOf } from './frame.ts';
import { HELD_IN_WORDS, type Risk } from './hold.ts';
import type { Verifier } from './verifier.ts';

export { isSelfContained } from './frame-context.ts';
export { canonicalQuestion } from './frame-text.ts';

export interface Candidate {
  readonly question: string;
  /** What the earlier question's statement says: evidence, beside its words. */
  readonly facts: SqlFacts;
  /** Cosine of the two questions, 0 to 1. */
  readonly similarity: number;
}

export interface Decision {
  readonly outcome: 'hit' | 'confirm' | 'miss';
  /** How likely both questions mean the same query, 0 to 1. */
  readonly confidence: number;
  /** In words, for the agent that has to judge. */
  readonly differences: readonly string[];
  /** What decided, for the log. */
  readonly rule: string;
  /** What the verifier said; null where a rule decided without it. */
  readonly weighed: { readonly margin: number; readonly risk: Risk } | null;
  /** Time that the decision took. */
  readonly microseconds: number;
  /** What was read in both questions. */
  frames(): Frames;
}

type Verdict = Omit<Decision, 'microseconds' | 'frames'>;

/** Half similarity, half explained words; or what the verifier gives it: below both a reader's time is wasted. */
const CONFIRM_FLOOR = 0.6;
const CONFIRM_CHANCE = 0.2;
/** A contradiction in a typed fact: kept from every answer, whatever the verifier would say. */
const CONTRADICTED = 0.01;
const MAX_DIFFERENCES = 12;

const miss = (rule: string, differences: readonly string[], confidence = 0): Verdict => ({
  outcome: 'miss',
  confidence,
  differences: differences.slice(0, MAX_DIFFERENCES),
  rule,
  weighed: null,
});

const NO_NAMES: ReadonlySet<string> = new Set();

interface Weighing {
  readonly schemaNames: ReadonlySet<string>;
  readonly targetErrorRate: number | undefined;
}

interface Reading {
  readonly question: string;
  readonly frame: Frame;
  readonly canonical: string;
}

const MAX_READINGS = 2000;
const MAX_KEPT_CHARS = 500;

/** One new question, read once, against any number of earlier ones. */
export type Judge = (candidate: Candidate) => Decision;

export interface Decider {
  about(question: string, known?: KnownOfScope): Judge;
}

/** What holds where the question is asked. */
export interface KnownOfScope {
  /** Concepts of the names of the database's tables and columns. */
  readonly schemaNames?: ReadonlySet<string>;
  /** Wrong of all served, 0 to 1; by default the one that applies to all. */
  readonly targetErrorRate?: number;
}

/** @param verifier Null when its model is missing: then only the same text is served. */
export function createDecider(verifier: Verifier | null): Decider {
  /** The same known questions are near to many new ones. */
  const readings = new LRUCache<string, Reading>({ max: MAX_READINGS });
  function readingOf(question: string): Reading {
    const known = readings.get(question);
    if (known) return known;
    const reading = { question, frame: frameOf(question), canonical: canonicalQuestion(question) };
    if (question.length <= MAX_KEPT_CHARS) readings.set(question, reading);
    return reading;
  }

  return {
    about(question, { schemaNames = NO_NAMES, targetErrorRate } = {}) {
      const read = (): Reading => readingOf(question);
      function decide(candidate: Candidate): Verdict {
        try {
          const later = read();
          if (!standsAlone(later.frame))
            return miss('context', ['the new question depends on what was said before']);
          const earlier = readingOf(candidate.question);
          if (later.canonical === earlier.canonical) return SAME_TEXT;
          const pair = { ...candidate, earlier, schemaNames, targetErrorRate };
          return weigh(later, pair, verifier);
        } catch {
          // Counted by its rule: a question that cannot be read costs a cached answer, never the request.
          return miss('fault', []);
        }
      }
      return (candidate) => {
        const begin = performance.now();
        const verdict = decide(candidate);
        const microseconds = Math.round(1000 * (performance.now() - begin));
        const frames = (): Frames => ({
          earlier: summaryOf(readingOf(candidate.question).frame),
          later: summaryOf(read().frame),
        });
        return { ...verdict, microseconds, frames };
      };
    },
  };
}

const SAME_TEXT: Verdict = {
  outcome: 'hit',
  confidence: 1,
  differences: [],
  rule: 'same text',
  weighed: null,
};

function weigh(
  later: Reading,
  candidate: Candidate & { readonly earlier: Reading } & Weighing,
  verifier: Verifier | null,
): Verdict {
  // A vector of nothing has no direction, so its cosine is no number: no likeness then.
  const similarity = Math.min(1, Math.max(0, candidate.similarity || 0));
  const { earlier, facts, schemaNames, targetErrorRate } = candidate;
  const named = conceptsOf([...facts.tables, ...facts.columns, ...facts.groupBy]);
  const isOtherName = (concept: string): boolean => schemaNames.has(concept) && !named.has(concept);
  const pair = { earlier, later, facts, isOtherName };
  const lexicon = verifier?.lexicon ?? NO_LEXICON;
  const found = contrast(pair, lexicon);
  const told = [...found.differences.map(({ text }) => text), ...found.doubts];
  const hard = found.differences.find((difference) => difference.weight === 'hard');
  if (hard !== undefined) return miss(hard.rule, told, CONTRADICTED);

  const evidence = gather(pair, lexicon, found);
  const { held } = evidence;
  const differences = [
    ...(held?.refuses && held.rule in HELD_IN_WORDS ? [HELD_IN_WORDS[held.rule]!] : []),
    ...told,
  ].slice(0, MAX_DIFFERENCES);
  const plausible = (similarity + evidence.residue.explained) / 2;
  const verdict = verifier?.weigh(evidence, targetErrorRate);
  const confidence = verdict?.probability ?? plausible / 2;
  const weighed = verdict ? { margin: verdict.margin, risk: evidence.risk } : null;
  if (verdict?.sure) return { outcome: 'hit', confidence, differences, rule: 'verified', weighed };
  const rule = held?.rule ?? (verifier === null ? 'no verifier' : 'unsure');
  const isPlausible = plausible >= CONFIRM_FLOOR || confidence >= CONFIRM_CHANCE;
  return { outcome: isPlausible ? 'confirm' : 'miss', confidence, differences, rule, weighed };
}
