// Owns whether both questions ask to see the same: held against each other and against what the statement
// returns. Pure.
import { bit, type Measures, type Pair } from './evidence-measure.ts';
import type { Names } from './evidence-names.ts';
import { conceptsOf } from './frame-residue.ts';
import { type Asking, asksForThings } from './frame-request.ts';
import { overlap, type Thesaurus } from './thesaurus.ts';

type Head = readonly string[];

export function ofRequest(pair: Pair, { thesaurus }: Names): Measures {
  const { earlier, later, facts } = pair;
  const [was, is] = [earlier.frame.request, later.frame.request];
  const outputs = facts.outputs.map((output) => [...conceptsOf([output])]);
  const returned = (heads: readonly Head[]): number => shared(heads, outputs, thesaurus);
  const both = shared(is.heads, was.heads, thesaurus);
  return [
    ['asks_same', agreementOf(was.asking, is.asking)],
    ['earlier_asks_count', bit(was.asking === 'count')],
    ['later_asks_count', bit(is.asking === 'count')],
    ['earlier_asks_list', bit(asksForThings(was))],
    ['later_asks_list', bit(asksForThings(is))],
    ['earlier_heads', was.heads.length],
    ['later_heads', is.heads.length],
    ['heads_more', is.heads.length - was.heads.length],
    ['heads_surplus', is.heads.length - facts.outputs.length],
    ['earlier_heads_surplus', was.heads.length - facts.outputs.length],
    ['heads_by_later', is.heads.length - both],
    ['heads_by_earlier', was.heads.length - shared(was.heads, is.heads, thesaurus)],
    ['later_heads_returned', returned(is.heads)],
    ['earlier_heads_returned', returned(was.heads)],
    ['first_head', firstHead(was.heads, is.heads, thesaurus)],
  ];
}

function agreementOf(was: Asking, is: Asking): number {
  if (was === null || is === null) return 0;
  return was === is ? 1 : -1;
}

/** How many of these have one that means the same among the others. */
function shared(heads: readonly Head[], others: readonly Head[], thesaurus: Thesaurus): number {
  return heads.filter((head) => others.some((other) => isLike(head, other, thesaurus))).length;
}

/** The last word names the thing: "terminal name" is a name. */
function isLike(head: Head, other: Head, thesaurus: Thesaurus): boolean {
  const [own, its] = [head.at(-1)!, other];
  return its.includes(own) || overlap(thesaurus.meaningsOf([own]), thesaurus.meaningsOf(its));
}

function firstHead(was: readonly Head[], is: readonly Head[], thesaurus: Thesaurus): number {
  if (!was[0] || !is[0]) return 0;
  return isLike(is[0], was[0], thesaurus) || isLike(was[0], is[0], thesaurus) ? 1 : -1;
}
