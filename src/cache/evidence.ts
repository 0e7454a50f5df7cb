// Owns the evidence about a pair of questions as one list of numbers: gathers what the frames, the words and
// the statement say for and against their being the same. Pure; the verifier's trees weigh it, and the names
// and their order are theirs: a measure that is added, renamed or moved needs new trees.
import { LRUCache } from 'lru-cache';

import { american } from './american.ts';
import { createDictionary, type IsWord } from './dictionary.ts';
import { ofColumns } from './evidence-columns.ts';
import { ofDifferences } from './evidence-differences.ts';
import { ofLikeness } from './evidence-likeness.ts';
import { bit, type Measures, type Pair } from './evidence-measure.ts';
import { namesOf } from './evidence-names.ts';
import { ofParts } from './evidence-parts.ts';
import { ofRequest } from './evidence-request.ts';
import { ofStatement } from './evidence-statement.ts';
import { ofWords } from './evidence-words.ts';
import { cautions } from './frame-caution.ts';
import { compareFacts } from './frame-compare.ts';
import type { Difference } from './frame-difference.ts';
import {
  compareOpposites,
  comparePrefixes,
  createOpposites,
  type Opposites,
} from './frame-opposite.ts';
import { reconciled } from './frame-reconcile.ts';
import { compareWords, type Residue } from './frame-residue.ts';
import { heldBack, type Hold, narrows, type Risk, riskOf, swapsColumns } from './hold.ts';
import { otherAsked } from './hold-asked.ts';
import { asksForLess, asksForMore } from './hold-projection.ts';
import { boundsOtherEvent } from './hold-events.ts';
import { otherRelation } from './hold-relations.ts';
import { otherStage } from './hold-stages.ts';
import { otherWord } from './hold-words.ts';
import { createThesaurus, type Thesaurus } from './thesaurus.ts';
import { conceptOf } from './words.ts';

export type { Pair } from './evidence-measure.ts';

/** What the frames and the words say against each other, before anything is weighed. */
export interface Contrast {
  readonly differences: readonly Difference[];
  readonly doubts: readonly string[];
  readonly residue: Residue;
}

export interface Evidence extends Contrast {
  /** What keeps the pair from being served, however sure the verifier is; null where nothing does. */
  readonly held: Hold | null;
  readonly risk: Risk;
  readonly measures: readonly number[];
}

/** Word knowledge that is built once. */
export interface Lexicon {
  readonly thesaurus: Thesaurus;
  readonly opposites: Opposites;
  readonly isWord: IsWord;
}

/** The dictionary takes its time, and is asked for the same words again and again. */
const MAX_KNOWN_WORDS = 20_000;

/** Knows no words: for a server whose verifier is missing. */
export const NO_LEXICON: Lexicon = {
  thesaurus: { meaningsOf: () => new Set(), strongOf: () => new Set(), has: () => false },
  opposites: new Map(),
  isWord: () => true,
};

/** @param synonyms The text of synonyms.txt. */
export function createLexicon(synonyms: string): Lexicon {
  const thesaurus = createThesaurus(synonyms);
  const inDictionary = createDictionary();
  const isWord = (word: string): boolean =>
    thesaurus.has(conceptOf(word)) || inDictionary(word) || inDictionary(american(word));
  const known = new LRUCache<string, boolean>({ max: MAX_KNOWN_WORDS });
  return {
    thesaurus,
    opposites: createOpposites(),
    isWord(word) {
      const answer = known.get(word) ?? isWord(word);
      known.set(word, answer);
      return answer;
    },
  };
}

export function contrast(pair: Pair, { opposites, isWord }: Lexicon): Contrast {
  const residue = compareWords(pair.earlier.frame, pair.later.frame, pair.facts, isWord);
  const differences = reconciled(pair, [
    ...compareFacts(pair.earlier.frame, pair.later.frame, pair.facts),
    ...residue.differences,
    ...compareOpposites(residue.unsaid, opposites),
    ...comparePrefixes(pair.earlier.frame, pair.later.frame),
  ]);
  return { differences, doubts: cautions(pair.earlier.question, pair.later.question), residue };
}

/** All evidence that the two questions and the statement give by themselves; no model has spoken yet. */
export function gather(
  pair: Pair,
  lexicon: Lexicon,
  found = contrast(pair, lexicon),
): Evidence & { readonly names: readonly string[] } {
  const { thesaurus, isWord } = lexicon;
  const { residue } = found;
  const weighed = measure(pair, found, thesaurus);
  const doubted = heldBack(pair, found, {
    alone: valueOf(weighed, 'later_left_alone'),
    rivals: valueOf(weighed, 'rivals'),
    narrows: valueOf(weighed, 'narrows') > 0,
    swapsColumns: valueOf(weighed, 'swaps_columns') > 0,
  });
  const other = doubted?.refuses ? null : otherQuestion(pair, residue, { thesaurus, isWord });
  const held = other === null ? doubted : { rule: other, refuses: true };
  return {
    ...found,
    held,
    risk: riskOf(held, pair.facts),
    measures: [...weighed.map(([, value]) => value), held === null ? 0 : held.refuses ? 2 : 1],
    names: [...weighed.map(([name]) => name), 'held'],
  };
}

/** @returns The rule by which the words ask for something else though the frames agree; null where none does. */
function otherQuestion(
  pair: Pair,
  residue: Residue,
  { thesaurus, isWord }: Omit<Lexicon, 'opposites'>,
): string | null {
  return (
    otherWord(pair, residue, { thesaurus, isWord }) ??
    otherRelation(pair, isWord) ??
    otherAsked(pair, thesaurus) ??
    (otherStage(pair.earlier.frame, pair.later.frame) ? 'stage' : null) ??
    (boundsOtherEvent(pair, thesaurus) ? 'event' : null) ??
    (asksForLess(pair, thesaurus) || asksForMore(pair, residue, thesaurus) ? 'projection' : null)
  );
}

function measure(
  pair: Pair,
  { differences, doubts, residue }: Pick<Evidence, 'differences' | 'doubts' | 'residue'>,
  thesaurus: Thesaurus,
): Measures {
  const names = namesOf(pair.facts, thesaurus);
  const earlier = { frame: pair.earlier.frame, left: residue.left.earlier };
  const later = { frame: pair.later.frame, left: residue.left.later };
  const earlierWords = ofWords(earlier, later, names);
  const laterWords = ofWords(later, earlier, names);
  return [
    ...ofDifferences(differences, doubts),
    ...prefixed('earlier', earlierWords),
    ...prefixed('later', laterWords),
    [
      'rivals',
      Math.min(valueOf(earlierWords, 'left_unreplaced'), valueOf(laterWords, 'left_unreplaced')),
    ],
    ['narrows', bit(narrows(later.frame, residue))],
    ['swaps_columns', bit(swapsColumns(pair.facts, residue))],
    ['explained', residue.explained],
    ['loose', residue.loose],
    ['opaque', bit(earlier.frame.opaque || later.frame.opaque)],
    ...ofLikeness(pair),
    ...ofStatement(pair),
    ...ofParts(pair, names),
    ...ofColumns(pair, names),
    ...ofRequest(pair, names),
  ];
}

const prefixed = (prefix: string, measures: Measures): Measures =>
  measures.map(([name, value]) => [`${prefix}_${name}`, value] as const);

const valueOf = (measures: Measures, name: string): number =>
  measures.find(([known]) => known === name)?.[1] ?? 0;
