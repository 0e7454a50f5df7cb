// Owns a column that the new question no longer asks for: "names and ages of customers" is not answered by
// the rows of "names of customers", nor the other way round. Pure. Only what the statement returns counts;
// that more is asked for cannot be told from key words, and is left to the words that nothing explains.
import type { Pair } from './evidence-measure.ts';
import type { SqlFacts } from './facts.ts';
import { conceptsOf } from './frame-residue.ts';
import { asksForThings, type Request } from './frame-request.ts';
import { overlap, type Thesaurus } from './thesaurus.ts';

/** Of a name in parts, which "full name" asks for as a whole. */
const NAMES = /^(?:name|firstname|lastname|fullname|forename|surname)$/u;

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

const returnsAll = ({ heads }: Request, { outputs }: SqlFacts): boolean =>
  heads.length <= outputs.length && !outputs.includes('*');
