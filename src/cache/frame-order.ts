// Owns who does what to whom: two questions of the same words may still swap the parts that things play.
// Word order is weak evidence, so most of it is doubt and only a swapped from/to/by is a contradiction.
import { type Difference, factsOf, quote, sentence } from './frame-difference.ts';
import type { Fact } from './frame-facts.ts';
import type { Frame } from './frame.ts';

/** "from Boston to Denver" against "from Denver to Boston": same words, other query. */
function compareRoles(earlier: Frame, later: Frame): Difference | undefined {
  const before = factsOf(earlier, 'role');
  const after = factsOf(later, 'role');
  const part = (fact: Fact): string => fact.key.slice(0, fact.key.indexOf(' '));
  const who = (fact: Fact): string => fact.key.slice(fact.key.indexOf(' ') + 1);
  for (const fact of after) {
    // The one who plays this part in the new question plays another in the earlier one.
    const other = before.find((known) => who(known) === who(fact));
    const same = before.some((known) => known.key === fact.key);
    if (other !== undefined && !same)
      return { weight: 'hard', rule: 'role', text: sentence([other], [fact]) };
    const holder = before.find((known) => part(known) === part(fact));
    const said = earlier.words.some((word) => word.concept === who(fact));
    if (
      holder !== undefined &&
      !same &&
      said &&
      later.words.some((word) => word.concept === who(holder))
    ) {
      return { weight: 'soft', rule: 'role', text: sentence([holder], [fact]) };
    }
  }
  const agents = (facts: readonly Fact[]): readonly Fact[] =>
    facts.filter((fact) => part(fact) === 'by');
  if ((agents(before).length === 0) !== (agents(after).length === 0)) {
    return { weight: 'soft', rule: 'role', text: sentence(agents(before), agents(after)) };
  }
  return undefined;
}

const FRONTED = new Set([
  'for',
  'of',
  'among',
  'in',
  'from',
  'by',
  'per',
  'during',
  'across',
  'within',
  'over',
  'on',
  'at',
  'with',
  'given',
  'considering',
]);

/** The thing asked for: the first content word, unless a phrase stands in front of the sentence. */
function headOf(frame: Frame): string | undefined {
  if (FRONTED.has(frame.tokens[0]?.text ?? '')) return undefined;
  return frame.words.find((word) => !word.implied && word.value === null)?.concept;
}

/** "candidates for more than one job" against "jobs with more than one candidate". */
function compareHeads(earlier: Frame, later: Frame): Difference | undefined {
  const first = headOf(earlier);
  const second = headOf(later);
  if (first === undefined || second === undefined || first === second) return undefined;
  const place = (frame: Frame, concept: string): number =>
    frame.words.filter((word) => !word.implied).findIndex((word) => word.concept === concept);
  const gap = (frame: Frame): number => Math.abs(place(frame, first) - place(frame, second));
  if (place(earlier, second) < 0 || place(later, first) < 0) return undefined;
  // "names of students" and "students' names" only turn a pair round.
  if (gap(earlier) === 1 && gap(later) === 1) return undefined;
  return {
    weight: 'soft',
    rule: 'order',
    text: `the earlier question asks for ${first} first, the new one for ${second}`,
  };
}

const RATIO = new Set(['percent', 'proportion', 'ratio', 'rate']);

/** "what share of the filed claims were denied" against "what share of the denied claims were filed". */
function compareRatios(earlier: Frame, later: Frame): Difference | undefined {
  const isRatio = (frame: Frame): boolean => frame.words.some((word) => RATIO.has(word.concept));
  if (!isRatio(earlier) || !isRatio(later)) return undefined;
  const sequence = (frame: Frame, other: Frame): readonly string[] => [
    ...new Set(
      frame.words
        .map((word) => word.concept)
        .filter((concept) => other.words.some((word) => word.concept === concept)),
    ),
  ];
  if (sequence(earlier, later).join('|') === sequence(later, earlier).join('|')) return undefined;
  return { weight: 'soft', rule: 'order', text: 'what the share is taken of may differ' };
}

/** "stock below the reorder level" against "reorder level below the stock". */
function compareOperands(earlier: Frame, later: Frame): Difference | undefined {
  const sides = (frame: Frame): readonly string[] =>
    frame.facts
      .filter((fact) => fact.kind === 'comparison' && !/\d/u.test(fact.key))
      .map((fact) => frame.words.findLast((word) => word.at < fact.at)?.concept ?? '');
  const first = sides(earlier);
  const second = sides(later);
  if (first.join('|') === second.join('|') || first.length !== second.length) return undefined;
  return { weight: 'soft', rule: 'order', text: 'what is compared with what may differ' };
}

/** Where both say the same several things in another order, their roles may be swapped. */
function compareSequences(earlier: Frame, later: Frame): Difference | undefined {
  for (const kind of ['number', 'time', 'comparison', 'direction'] as const) {
    const keys = (frame: Frame): readonly string[] => [
      ...new Set(factsOf(frame, kind).map((fact) => fact.key)),
    ];
    const second = keys(later);
    const first = keys(earlier).filter((key) => second.includes(key));
    const shared = second.filter((key) => first.includes(key));
    if (first.join('|') !== shared.join('|')) {
      return {
        weight: 'soft',
        rule: 'order',
        text: `${quote(factsOf(later, kind))} stand in another order`,
      };
    }
  }
  return undefined;
}

/** "4 reviews of product 9" against "9 reviews of product 4": the same things with other numbers. */
function compareCounted(earlier: Frame, later: Frame): Difference | undefined {
  const counted = (frame: Frame): ReadonlyMap<string, string> =>
    new Map(
      factsOf(frame, 'number').flatMap(({ key, at }) => {
        const isName =
          frame.tokens[at - 1]?.kind === 'word' && frame.words.some((w) => w.at === at - 1);
        const thing = isName
          ? frame.concepts[at - 1]
          : frame.words.find((word) => word.at > at && word.at <= at + 3)?.concept;
        return thing === undefined ? [] : [[thing, key] as const];
      }),
    );
  const [first, second] = [counted(earlier), counted(later)];
  const moved = [...first].some(([thing, key]) => second.has(thing) && second.get(thing) !== key);
  return moved
    ? { weight: 'hard', rule: 'number', text: 'the numbers belong to other things' }
    : undefined;
}

/** "customers in Germany of suppliers in France": names that both say, in another order. */
function compareValues(earlier: Frame, later: Frame): Difference | undefined {
  // A name that opens a sentence is not seen as one there, only in the other question.
  const names = new Set(
    [...earlier.words, ...later.words].flatMap(({ value, text }) => (value === null ? [] : [text])),
  );
  const sequence = (frame: Frame, other: Frame): readonly string[] => [
    ...new Set(
      frame.words
        .filter(({ text }) => names.has(text) && other.texts.has(text))
        .map(({ text }) => text),
    ),
  ];
  const [first, second] = [sequence(earlier, later), sequence(later, earlier)];
  const shared = first.filter((text) => second.includes(text));
  if (shared.join('|') === second.filter((text) => shared.includes(text)).join('|'))
    return undefined;
  return { weight: 'soft', rule: 'order', text: 'the names stand in another order' };
}

/** "shipped from Hamburg to Austria" against "between Hamburg and Austria". */
function compareWays(earlier: Frame, later: Frame): Difference | undefined {
  const ways = (frame: Frame): readonly Fact[] => {
    const found = factsOf(frame, 'role').filter((fact) => /^(?:from|to) /u.test(fact.key));
    return new Set(found.map((fact) => fact.key.split(' ', 1)[0])).size === 2 ? found : [];
  };
  const [first, second] = [ways(earlier), ways(later)];
  if (first.length > 0 === second.length > 0) return undefined;
  const [going, silent] = first.length > 0 ? [first, later] : [second, earlier];
  const places = going.map((fact) => fact.key.slice(fact.key.indexOf(' ') + 1));
  // The same two places, both ways: "between" is not "from … to".
  const both =
    silent.texts.has('between') && places.every((place) => silent.concepts.includes(place));
  return { weight: both ? 'hard' : 'soft', rule: 'role', text: sentence(first, second) };
}

const isRotation = (first: readonly string[], second: readonly string[]): boolean =>
  first.some((_, at) => [...first.slice(at), ...first.slice(0, at)].join('|') === second.join('|'));

/** Two neighbours that changed places: "names of students", "students' names". */
function isTurn(first: readonly string[], second: readonly string[]): boolean {
  const moved = first.flatMap((word, at) => (word === second[at] ? [] : [at]));
  const [at, next] = moved;
  return moved.length === 2 && next === (at ?? 0) + 1;
}

/** "employees in sales who report to managers in finance": the same words in places that no move explains. */
function compareArrangement(earlier: Frame, later: Frame): Difference | undefined {
  const sequence = (frame: Frame, other: Frame): readonly string[] => {
    const known = new Set(other.words.filter((word) => !word.implied).map((word) => word.concept));
    const said = frame.words.filter((word) => !word.implied && known.has(word.concept));
    return [...new Set(said.map((word) => word.concept))];
  };
  const [first, second] = [sequence(earlier, later), sequence(later, earlier)];
  if (isRotation(first, second) || isTurn(first, second)) return undefined;
  if (first.join('|') === second.join('|')) return undefined;
  return { weight: 'soft', rule: 'order', text: 'the same words stand in another order' };
}

export const compareOrder = (earlier: Frame, later: Frame): readonly Difference[] =>
  [
    compareRoles,
    compareArrangement,
    compareWays,
    compareValues,
    compareCounted,
    compareSequences,
    compareHeads,
    compareRatios,
    compareOperands,
  ]
    .map((compare) => compare(earlier, later))
    .filter((difference) => difference !== undefined);
