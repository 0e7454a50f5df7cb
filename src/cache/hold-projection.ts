// Owns columns that only one question asks for: "names and ages of customers" is not answered by the rows of
// "names of customers", nor the other way round. Pure. Only what the statement returns counts.
import type { Pair } from './evidence-measure.ts';
import type { SqlFacts } from './facts.ts';
import { conceptsOf, type Residue } from './frame-residue.ts';
import { asksForThings, isSentence, type Request } from './frame-request.ts';
import { overlap, type Thesaurus } from './thesaurus.ts';

/** Of a name in parts, which "full name" asks for as a whole. */
const NAMES = /^(?:first|last|full|fore|sur)?name?$/u;

export function asksForLess({ earlier, later, facts }: Pair, thesaurus: Thesaurus): boolean {
  const [was, is] = [earlier.frame.request, later.frame.request];
  const isOfColumns = asksForThings(was) && asksForThings(is) && was.heads.length > is.heads.length;
  if (!isOfColumns || later.frame.asksEverything || !returnsAll(was, facts)) return false;
  const outputs = facts.outputs.map((output) => conceptsOf([output]));
  const meanings = thesaurus.meaningsOf(later.frame.concepts);
  return was.heads.some((head) => {
    const thing = head.at(-1)!;
    const isSaid =
      later.frame.concepts.includes(thing) || overlap(thesaurus.meaningsOf([thing]), meanings);
    return !isSaid && !NAMES.test(thing) && outputs.some((output) => output.has(thing));
  });
}

/** A thing more, in a word that neither the earlier question nor the statement has anything like. */
export function asksForMore(
  { earlier, later, facts }: Pair,
  { left }: Residue,
  thesaurus: Thesaurus,
): boolean {
  const [was, is] = [earlier.frame, later.frame];
  if (!asksForThings(was.request) || !asksForThings(is.request) || !isSentence(is)) return false;
  const isMore = is.request.heads.length > Math.max(was.request.heads.length, facts.outputs.length);
  if (!isMore || facts.outputs.includes('*')) return false;
  const known = thesaurus.meaningsOf([...was.concepts, ...conceptsOf(facts.outputs)]);
  return is.request.heads.some((head) => {
    const thing = head.at(-1)!;
    return (
      left.later.some((word) => word.concept === thing) &&
      !NAMES.test(thing) &&
      !overlap(thesaurus.meaningsOf([thing]), known)
    );
  });
}

const returnsAll = ({ heads }: Request, { outputs }: SqlFacts): boolean =>
  heads.length <= outputs.length && !outputs.includes('*');
