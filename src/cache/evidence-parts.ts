// Owns the parts that both questions should share: who is counted or listed, by what it is grouped, whether
// each counts once. Where both name another thing the answer is another. Pure.
import { agreement, type Asked, type Measures, type Pair } from './evidence-measure.ts';
import type { Names } from './evidence-names.ts';
import type { SqlFacts } from './facts.ts';
import type { Frame } from './frame.ts';
import { overlap } from './thesaurus.ts';

/** After these stands what is counted, picked or listed. */
const SUBJECT =
  /\b(?:how many|number of|count of|count(?: the)?|which|list|show|find|total)\s+(?:the |all |me |different |distinct |unique |of |our )*([\p{L}]{3,})/iu;

/** Each 1 where they agree, -1 where not, 0 where one of them says nothing. */
export function ofParts({ earlier, later, facts }: Pair, { thesaurus, ...names }: Names): Measures {
  const sign = (words: readonly string[], others: ReadonlySet<string>): number => {
    const known = thesaurus.meaningsOf(others);
    const related = (word: string): boolean =>
      others.has(word) || overlap(thesaurus.meaningsOf([word]), known);
    return words.every(related) ? 1 : -1;
  };
  const [was, is] = [subjectOf(earlier), subjectOf(later)];
  const [before, after] = [groupsOf(earlier.frame), groupsOf(later.frame)];
  const grouped = before.size + after.size > 0;
  return [
    ['subject', was === undefined || is === undefined ? 0 : sign([was], new Set([is]))],
    ['subject_table', is === undefined ? 0 : sign([is], names.tables)],
    ['group', grouped ? Math.min(sign([...before], after), sign([...after], before)) : 0],
    ['group_table', after.size === 0 ? 0 : sign([...after], names.all)],
    ['earlier_distinct', agreement(saysDistinct(earlier.frame), countsDistinct(facts))],
    ['later_distinct', agreement(saysDistinct(later.frame), countsDistinct(facts))],
  ];
}

function subjectOf({ question, frame }: Asked): string | undefined {
  const word = SUBJECT.exec(question)?.[1]?.toLowerCase();
  const at = word === undefined ? -1 : frame.tokens.findIndex(({ text }) => text === word);
  return at < 0 ? undefined : frame.concepts[at];
}

const groupsOf = (frame: Frame): ReadonlySet<string> =>
  new Set(frame.facts.filter((fact) => fact.kind === 'group').map((fact) => fact.key));

const saysDistinct = (frame: Frame): boolean => frame.facts.some(({ kind }) => kind === 'distinct');

const countsDistinct = ({ distinct, aggregates }: SqlFacts): boolean =>
  distinct || aggregates.some((name) => name.includes('distinct'));
