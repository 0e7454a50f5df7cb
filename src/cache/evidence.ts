// Owns the evidence about a pair of questions as numbers: what the frames, the words and the statement say
// for and against their being the same. Pure; the verifier's trees weigh it, nothing is decided here.
import type { SqlFacts } from './facts.ts';
import { CAUTIONS, cautions } from './frame-caution.ts';
import { compareFacts } from './frame-compare.ts';
import type { Difference } from './frame-difference.ts';
import type { ContentWord } from './frame-facts.ts';
import { closestSpelling, SPELLINGS, type Spelling } from './frame-spelling.ts';
import { heldBack } from './hold.ts';
import { compareWords, conceptsOf, type Residue } from './frame-residue.ts';
import type { Frame } from './frame.ts';
import { compareOpposites, createOpposites, type Opposites } from './frame-opposite.ts';
import { createThesaurus, overlap, type Thesaurus } from './thesaurus.ts';

export interface Pair {
  readonly earlier: { readonly question: string; readonly frame: Frame };
  readonly later: { readonly question: string; readonly frame: Frame };
  readonly facts: SqlFacts;
}

export interface Evidence {
  readonly differences: readonly Difference[];
  readonly doubts: readonly string[];
  readonly residue: Residue;
  /** What keeps the pair from being served, however sure the verifier is; null where nothing does. */
  readonly held: string | null;
  readonly measures: readonly number[];
}

const RULES = [
  'number',
  'time',
  'comparison',
  'negation',
  'direction',
  'sort',
  'aggregate',
  'distinct',
  'group',
  'or',
  'role',
  'literal',
  'value',
  'residue',
  'projection',
  'order',
  'opposite',
] as const;
const KINDS = [
  'number',
  'time',
  'comparison',
  'negation',
  'direction',
  'aggregate',
  'group',
] as const;
const AGGREGATES = ['count', 'sum', 'avg', 'max', 'min'] as const;

type Measures = readonly (readonly [string, number])[];

const bit = (flag: boolean): number => (flag ? 1 : 0);
const share = (part: number, whole: number): number => (whole === 0 ? 1 : part / whole);

function ofDifferences(differences: readonly Difference[], doubts: readonly string[]): Measures {
  const weigh = (rule: string): number =>
    differences
      .filter((difference) => difference.rule === rule)
      .reduce((most, { weight }) => Math.max(most, weight === 'hard' ? 2 : 1), 0);
  return [
    ...RULES.map((rule) => [`differs_${rule}`, weigh(rule)] as const),
    ['hard', differences.filter(({ weight }) => weight === 'hard').length],
    ['soft', differences.filter(({ weight }) => weight === 'soft').length],
    ...CAUTIONS.map((text, index) => [`caution_${index}`, bit(doubts.includes(text))] as const),
  ];
}

function ofWords(
  { frame, left }: Side,
  { frame: other, left: rivals }: Side,
  names: Names,
): Measures {
  const content = frame.words.filter((word) => !word.implied);
  const there = new Set(other.concepts);
  const plain = left.filter((word) => word.value === null);
  const known = new Set([...other.texts, ...names.parts]);
  const spellings = plain.slice(0, MAX_SPELT).map((word) => closestSpelling(word.text, known));
  // A word that the other side has no counterpart for says more than one that was replaced.
  const meant = (concepts: Iterable<string>): number => {
    const meanings = names.thesaurus.meaningsOf(concepts);
    return plain.filter(({ concept }) => overlap(names.thesaurus.meaningsOf([concept]), meanings))
      .length;
  };
  return [
    ['content', content.length],
    ['left', plain.length],
    ['left_values', left.length - plain.length],
    ['left_implied', left.filter((word) => word.implied).length],
    ['left_named', plain.filter((word) => names.all.has(word.concept)).length],
    ['left_returned', plain.filter((word) => names.columns.has(word.concept)).length],
    ['left_longest', Math.max(0, ...plain.map((word) => word.text.length))],
    ['left_share', share(left.length, frame.words.length)],
    ...SPELLINGS.map(
      (kind) => [`left_${kind}`, spellings.filter((found) => found === kind).length] as const,
    ),
    [
      'left_alone',
      alone(plain, spellings, [...rivals.map((word) => word.concept), ...names.all], names),
    ],
    ['left_respelt', spellings.filter((found) => found !== null).length],
    ['left_replaced', meant(rivals.map((word) => word.concept))],
    ['left_synonym', meant(other.concepts)],
    ['left_meant', meant(names.all)],
    ['left_first', plain[0] === undefined ? -1 : plain[0].at / frame.tokens.length],
    [
      'covered',
      share(frame.concepts.filter((concept) => there.has(concept)).length, frame.concepts.length),
    ],
    ['named', share(content.filter((word) => names.all.has(word.concept)).length, content.length)],
    ['tokens', frame.tokens.length],
    ['everything', bit(frame.asksEverything)],
    ...KINDS.map(
      (kind) => [kind, frame.facts.filter((fact) => fact.kind === kind).length] as const,
    ),
  ];
}

const MAX_SPELT = 12;
const MAX_NAMES = 60;

interface Side {
  readonly frame: Frame;
  /** Its words that nothing explains. */
  readonly left: readonly ContentWord[];
}

interface Names {
  readonly thesaurus: Thesaurus;
  /** Lower-case parts of the names and values in the statement. */
  readonly parts: ReadonlySet<string>;
  readonly tables: ReadonlySet<string>;
  readonly all: ReadonlySet<string>;
  readonly columns: ReadonlySet<string>;
}

/** Words with no counterpart at all: neither in spelling nor in meaning. */
function alone(
  left: readonly ContentWord[],
  spellings: readonly (Spelling | null)[],
  concepts: readonly string[],
  { thesaurus }: Names,
): number {
  const meanings = thesaurus.meaningsOf(concepts);
  return left.filter(
    ({ concept }, index) =>
      (spellings[index] ?? null) === null && !overlap(thesaurus.meaningsOf([concept]), meanings),
  ).length;
}

/** How two words stand to each other: 1 the same or synonyms, -1 neither, 0 where one is missing. */
function relation(
  first: string | undefined,
  second: string | undefined,
  thesaurus: Thesaurus,
): number {
  if (first === undefined || second === undefined) return 0;
  if (first === second) return 1;
  return overlap(thesaurus.meaningsOf([first]), thesaurus.meaningsOf([second])) ? 1 : -1;
}

/** After these stands what is counted, picked or listed. */
const SUBJECT =
  /\b(?:how many|number of|count of|count(?: the)?|which|list|show|find|total)\s+(?:the |all |me |different |distinct |unique |of |our )*([\p{L}]{3,})/iu;

function subjectOf({ question, frame }: Pair['earlier']): string | undefined {
  const word = SUBJECT.exec(question)?.[1]?.toLowerCase();
  const at = word === undefined ? -1 : frame.tokens.findIndex(({ text }) => text === word);
  return at < 0 ? undefined : frame.concepts[at];
}

function groupsOf(frame: Frame): readonly string[] {
  return frame.facts.filter((fact) => fact.kind === 'group').map((fact) => fact.key);
}

/** Who is counted and by what: where both name another thing the answer is another. */
function ofParts({ earlier, later, facts }: Pair, names: Names): Measures {
  const { thesaurus } = names;
  const [before, after] = [groupsOf(earlier.frame), groupsOf(later.frame)];
  const grouped = conceptsOf(facts.groupBy);
  const related = (word: string, others: Iterable<string>): boolean =>
    [...others].some((other) => relation(word, other, thesaurus) === 1);
  const subject = subjectOf(later);
  return [
    ['subject', relation(subjectOf(earlier), subject, thesaurus)],
    ['subject_table', subject === undefined ? 0 : related(subject, names.tables) ? 1 : -1],
    [
      'group',
      before.length + after.length === 0
        ? 0
        : Math.min(
            ...before.map((word) => (related(word, after) ? 1 : -1)),
            ...after.map((word) => (related(word, before) ? 1 : -1)),
          ),
    ],
    [
      'group_table',
      after.length === 0
        ? 0
        : after.every((word) => related(word, [...grouped, ...names.all]))
          ? 1
          : -1,
    ],
    ...(['earlier', 'later'] as const).map(
      (side) =>
        [
          `${side}_distinct`,
          agreement(
            (side === 'earlier' ? earlier : later).frame.facts.some(
              ({ kind }) => kind === 'distinct',
            ),
            facts.distinct || facts.aggregates.some((name) => name.includes('distinct')),
          ),
        ] as const,
    ),
  ];
}

function trigrams(text: string): ReadonlySet<string> {
  const padded = ` ${text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()} `;
  const found = new Set<string>();
  for (let at = 0; at + 3 <= padded.length; at += 1) found.add(padded.slice(at, at + 3));
  return found;
}

function dice(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let common = 0;
  for (const one of a) if (b.has(one)) common += 1;
  return a.size + b.size === 0 ? 1 : (2 * common) / (a.size + b.size);
}

/** Of the words that both say once, the share of neighbours that changed order. */
function inversions(earlier: Frame, later: Frame): number {
  const places = new Map(later.words.map((word) => [word.concept, word.at]));
  const shared = earlier.words.flatMap((word) => places.get(word.concept) ?? []);
  let turned = 0;
  for (let index = 1; index < shared.length; index += 1) {
    if ((shared[index] ?? 0) < (shared[index - 1] ?? 0)) turned += 1;
  }
  return share(turned, Math.max(1, shared.length - 1));
}

function ofBoth({ earlier, later }: Pair): Measures {
  const first = (frame: Frame): string | undefined =>
    frame.words.find((word) => !word.implied && word.value === null)?.concept;
  const last = (frame: Frame): string | undefined =>
    frame.words.findLast((word) => !word.implied)?.concept;
  const head = (frame: Frame): string => frame.tokens[0]?.text ?? '';
  return [
    ['trigrams', dice(trigrams(earlier.question), trigrams(later.question))],
    ['tokens_common', dice(earlier.frame.texts, later.frame.texts)],
    ['concepts_common', dice(new Set(earlier.frame.concepts), new Set(later.frame.concepts))],
    ['inversions', inversions(earlier.frame, later.frame)],
    ['same_first', bit(first(earlier.frame) === first(later.frame))],
    ['same_last', bit(last(earlier.frame) === last(later.frame))],
    ['same_head', bit(head(earlier.frame) === head(later.frame))],
    ['length', share(later.frame.tokens.length, earlier.frame.tokens.length)],
  ];
}

const NEGATION_WORD =
  /\b(?:not|no|never|without|except|excluding|none|neither|nor|lack\w*|n't)\b/iu;
const DESCENDING =
  /\b(?:most|highest|largest|biggest|greatest|longest|oldest|latest|newest|best|top|max\w*|descending|recent)\b/iu;
const ASCENDING =
  /\b(?:least|fewest|lowest|smallest|shortest|youngest|earliest|first|worst|bottom|min\w*|ascending|cheapest)\b/iu;

/** What a question says against what the statement does: 1 agrees, 0 neither, -1 the question alone, -2 the statement alone. */
const agreement = (said: boolean, done: boolean): number =>
  said ? (done ? 1 : -1) : done ? -2 : 0;

function ofStatement({ earlier, later, facts }: Pair): Measures {
  const says = (frame: Frame, name: string): boolean =>
    frame.facts.some((fact) => fact.kind === 'aggregate' && fact.key.startsWith(name));
  const does = (name: string): boolean => facts.aggregates.some((known) => known.startsWith(name));
  const sorts = (direction: 'asc' | 'desc'): boolean =>
    facts.orderings.some((order) => order.direction === direction);
  const texts = facts.literals.filter(
    (literal) => literal.kind === 'text' && literal.role === 'filter',
  );
  const mentions = (frame: Frame): number =>
    texts.filter(({ value }) =>
      value
        .toLowerCase()
        .split(/[^\p{L}\p{N}]+/u)
        .every((part) => part === '' || frame.texts.has(part)),
    ).length;
  const sides = [
    ['earlier', earlier],
    ['later', later],
  ] as const;
  return [
    ['sql_tables', facts.tables.length],
    ['sql_columns', facts.columns.length],
    ['sql_literals', facts.literals.length],
    ['sql_texts', texts.length],
    ['sql_aggregates', facts.aggregates.length],
    ['sql_groups', facts.groupBy.length],
    ['sql_orderings', facts.orderings.length],
    ['sql_limit', bit(facts.limit !== null)],
    ['sql_distinct', bit(facts.distinct)],
    ['sql_negated', bit(facts.negated)],
    ['sql_clock', bit(facts.usesClock)],
    ...sides.flatMap(([side, { frame, question }]) => [
      [`${side}_texts`, share(mentions(frame), texts.length)] as const,
      ...AGGREGATES.map(
        (name) => [`${side}_${name}`, agreement(says(frame, name), does(name))] as const,
      ),
      [`${side}_negation`, agreement(NEGATION_WORD.test(question), facts.negated)] as const,
      [
        `${side}_descending`,
        agreement(DESCENDING.test(question), sorts('desc') || does('max')),
      ] as const,
      [
        `${side}_ascending`,
        agreement(ASCENDING.test(question), sorts('asc') || does('min')),
      ] as const,
    ]),
  ];
}

const prefixed = (prefix: string, measures: Measures): Measures =>
  measures.map(([name, value]) => [`${prefix}_${name}`, value] as const);

const valueOf = (measures: Measures, name: string): number =>
  measures.find(([known]) => known === name)?.[1] ?? 0;

function measure(
  pair: Pair,
  found: Pick<Evidence, 'differences' | 'doubts' | 'residue'>,
  thesaurus: Thesaurus,
): Measures {
  const { earlier, later, facts } = pair;
  const { differences, doubts, residue } = found;
  const columns = conceptsOf(facts.columns);
  const values = facts.literals.flatMap(({ value }) => value.split(/\s+/u).slice(0, 8));
  const all = new Set([
    ...columns,
    ...conceptsOf(facts.tables),
    ...conceptsOf(facts.groupBy),
    ...conceptsOf(values),
  ]);
  const said = [...facts.columns, ...facts.tables, ...values].slice(0, MAX_NAMES);
  const parts = new Set(
    said
      .flatMap((name) => name.toLowerCase().split(/[^\p{L}\p{N}]+/u))
      .filter((part) => part.length > 2),
  );
  const tables = conceptsOf(facts.tables);
  const names = { all, columns, tables, parts, thesaurus };
  const sides = {
    earlier: { frame: earlier.frame, left: residue.left.earlier },
    later: { frame: later.frame, left: residue.left.later },
  };
  const earlierWords = ofWords(sides.earlier, sides.later, names);
  const laterWords = ofWords(sides.later, sides.earlier, names);
  return [
    ...ofDifferences(differences, doubts),
    ...prefixed('earlier', earlierWords),
    ...prefixed('later', laterWords),
    ['rivals', Math.min(valueOf(earlierWords, 'left_alone'), valueOf(laterWords, 'left_alone'))],
    ['explained', residue.explained],
    ['loose', residue.loose],
    ['opaque', bit(earlier.frame.opaque || later.frame.opaque)],
    ...ofBoth(pair),
    ...ofStatement(pair),
    ...ofParts(pair, names),
  ];
}

/** All evidence that the two questions and the statement give by themselves; no model has spoken yet. */
/** Word knowledge that is built once. */
export interface Lexicon {
  readonly thesaurus: Thesaurus;
  readonly opposites: Opposites;
}

/** Knows no words: for a server whose verifier is missing. */
export const NO_LEXICON: Lexicon = {
  thesaurus: { meaningsOf: () => new Set() },
  opposites: new Map(),
};

export const createLexicon = (): Lexicon => ({
  thesaurus: createThesaurus(),
  opposites: createOpposites(),
});

export function gather(
  pair: Pair,
  { thesaurus, opposites }: Lexicon,
): Evidence & { readonly names: readonly string[] } {
  const residue = compareWords(pair.earlier.frame, pair.later.frame, pair.facts);
  const differences = [
    ...compareFacts(pair.earlier.frame, pair.later.frame, pair.facts),
    ...residue.differences,
    ...compareOpposites(residue.left, opposites),
  ];
  const doubts = cautions(pair.earlier.question, pair.later.question);
  const found = { differences, doubts, residue };
  const weighed = measure(pair, found, thesaurus);
  const held = heldBack(pair, found, valueOf(weighed, 'later_left_alone'));
  return {
    ...found,
    held,
    measures: [...weighed.map(([, value]) => value), bit(held !== null)],
    names: [...weighed.map(([name]) => name), 'held'],
  };
}
