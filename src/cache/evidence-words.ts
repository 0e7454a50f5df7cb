// Owns what the words of one question say against the other question and the statement: how many nothing
// explains, and what those resemble by spelling or meaning. Pure; a likeness is a number, never a verdict.
import { bit, type Measures, share } from './evidence-measure.ts';
import type { Names } from './evidence-names.ts';
import type { ContentWord, FactKind } from './frame-facts.ts';
import { closestSpelling, SPELLINGS, type Spelling } from './frame-spelling.ts';
import type { Frame } from './frame.ts';
import { overlap } from './thesaurus.ts';

export interface Side {
  readonly frame: Frame;
  /** Its words that nothing explains. */
  readonly left: readonly ContentWord[];
}

/** Facts that are counted, beside being compared. */
const COUNTED: readonly FactKind[] = [
  'number',
  'time',
  'comparison',
  'negation',
  'direction',
  'aggregate',
  'group',
];
const MAX_SPELT = 12;

export function ofWords(side: Side, opposite: Side, names: Names): Measures {
  const { frame, left } = side;
  const there = new Set(opposite.frame.concepts);
  const content = frame.words.filter((word) => !word.implied);
  const plain = left.filter((word) => word.value === null);
  return [
    ['content', content.length],
    ['left', plain.length],
    ['left_values', left.length - plain.length],
    ['left_implied', left.filter((word) => word.implied).length],
    ['left_named', plain.filter((word) => names.all.has(word.concept)).length],
    ['left_returned', plain.filter((word) => names.columns.has(word.concept)).length],
    ['left_longest', Math.max(0, ...plain.map((word) => word.text.length))],
    ['left_share', share(left.length, frame.words.length)],
    ...ofUnexplained(plain, opposite, names),
    ['left_first', plain[0] === undefined ? -1 : plain[0].at / frame.tokens.length],
    [
      'covered',
      share(frame.concepts.filter((concept) => there.has(concept)).length, frame.concepts.length),
    ],
    ['named', share(content.filter((word) => names.all.has(word.concept)).length, content.length)],
    ['tokens', frame.tokens.length],
    ['everything', bit(frame.asksEverything)],
    ...COUNTED.map(
      (kind) => [kind, frame.facts.filter((fact) => fact.kind === kind).length] as const,
    ),
  ];
}

/** A word that the other side has no counterpart for says more than one that was replaced. */
function ofUnexplained(plain: readonly ContentWord[], opposite: Side, names: Names): Measures {
  const known = new Set([...opposite.frame.texts, ...names.parts]);
  const spellings: readonly (Spelling | null)[] = plain
    .slice(0, MAX_SPELT)
    .map((word) => closestSpelling(word.text, known));
  const meanings = plain.map(({ concept }) => names.thesaurus.meaningsOf([concept]));
  const meant = (concepts: Iterable<string>): readonly boolean[] => {
    const others = names.thesaurus.meaningsOf(concepts);
    return meanings.map((own) => overlap(own, others));
  };
  const surely = (concepts: Iterable<string>): number => {
    const others = names.thesaurus.strongOf(concepts);
    const own = plain.map(({ concept }) => names.thesaurus.strongOf([concept]));
    return own.filter((meaning) => overlap(meaning, others)).length;
  };
  const rivals = opposite.left.map((word) => word.concept);
  const replaced = meant(rivals);
  const named = meant(names.all);
  // Spelling explains nothing by itself: "sent" is a letter from "spent".
  const isAlone = (_: ContentWord, index: number): boolean => !replaced[index] && !named[index];
  return [
    ...SPELLINGS.map(
      (kind) => [`left_${kind}`, spellings.filter((found) => found === kind).length] as const,
    ),
    ['left_alone', plain.filter(isAlone).length],
    ['left_respelt', spellings.filter((found) => found !== null).length],
    ['left_replaced', replaced.filter(Boolean).length],
    ['left_unreplaced', replaced.filter((found) => !found).length],
    ['left_synonym', meant(opposite.frame.concepts).filter(Boolean).length],
    ['left_meant', named.filter(Boolean).length],
    ['left_surely', surely(opposite.frame.concepts)],
    ['left_surely_replaced', surely(rivals)],
    ['left_surely_named', surely(names.all)],
  ];
}
