// Owns which event a period bounds: "closed in 2024" and "opened in 2024" share all but one word, and the
// statement's date column says which of them it meant. Pure.
import type { Pair } from './evidence-measure.ts';
import type { SqlFacts } from './facts.ts';
import { conceptsOf } from './frame-residue.ts';
import { timeAt } from './frame-time.ts';
import type { Frame } from './frame.ts';
import { overlap, type Thesaurus } from './thesaurus.ts';
import { isLightVerb } from './words.ts';

const DONE =
  /(?:ed|aught|ought|uilt|itten|awn|orn|aken|iven|ung|ade|old|eld|ent|roken|osen|aid|egan|egun|eft|ost)$/u;
/** Between what happened and when. */
const BETWEEN =
  /^(?:in|on|at|during|within|between|from|since|before|after|by|the|over|for|up|out|off|of|until|to|and|through|this|year|month)$/u;
/** These say that there is a date, not of what. */
const MERELY = /^(?:dated|named|called|based|listed|placed|done|needed|related|used|said)$/u;
const REACH = 4;
const MIN_ROOT = 3;

/** Whether each names another event for its period, and the statement filters by the earlier one. */
export function boundsOtherEvent({ earlier, later, facts }: Pair, thesaurus: Thesaurus): boolean {
  if (periodsDiffer(periodsOf(earlier.frame), periodsOf(later.frame), thesaurus)) return true;
  const [was, is] = [eventsOf(earlier.frame), eventsOf(later.frame)];
  if (was.length === 0 || is.length === 0 || was.some((event) => is.includes(event))) return false;
  if (overlap(thesaurus.meaningsOf(was), thesaurus.meaningsOf(is))) return false;
  const filtered = facts.literals.flatMap(({ column }) => (column === null ? [] : [column]));
  const names = [...conceptsOf([...filtered, ...momentsOf(facts)])];
  const isFiltered = (event: string): boolean =>
    names.some((name) => name === event || (event.length >= MIN_ROOT && name.startsWith(event)));
  return was.some(isFiltered) && !is.some(isFiltered);
}

const PERIOD =
  /^(?:year|years|month|months|week|weeks|day|days|date|dates|quarter|quarters|hour|hours|time)$/u;

/** What "by month of order" is keyed by. */
const periodsOf = ({ tokens, concepts }: Frame): readonly string[] =>
  tokens.flatMap(({ text, quoted }, at) => {
    const isKey = /^(?:by|per|each)$/u.test(tokens[at - 1]?.text ?? '');
    const isOf = isKey && PERIOD.test(text) && !quoted && tokens[at + 1]?.text === 'of';
    let next = at + 2;
    while (/^(?:the|its|their|an?)$/u.test(tokens[next]?.text ?? '')) next += 1;
    const isThing = isOf && tokens[next]?.kind === 'word' && timeAt(tokens, next) === undefined;
    return isThing ? [concepts[next]!] : [];
  });

const periodsDiffer = (
  was: readonly string[],
  is: readonly string[],
  thesaurus: Thesaurus,
): boolean =>
  was.length > 0 &&
  is.length > 0 &&
  !was.some((thing) => is.includes(thing)) &&
  !overlap(thesaurus.strongOf(was), thesaurus.strongOf(is));

/** A period that ends now has no literal: any column named for a moment may be bounded by it. */
const momentsOf = ({ columns, usesClock }: SqlFacts): readonly string[] =>
  usesClock ? columns.filter((column) => MOMENT.test(column)) : [];

const MOMENT = /(?:_at|_on|date|time)$|^last_/iu;

/** The concepts of what happened in a period: "registered in May". */
function eventsOf({ tokens, concepts }: Frame): readonly string[] {
  return tokens.flatMap(({ text, kind, quoted }, at) => {
    if (
      kind !== 'word' ||
      quoted ||
      !DONE.test(text) ||
      isLightVerb(concepts[at]!) ||
      MERELY.test(text)
    )
      return [];
    let when = at + 1;
    while (when <= at + REACH && BETWEEN.test(tokens[when]?.text ?? '')) when += 1;
    if (timeAt(tokens, when) === undefined) return [];
    // "logged" by itself is written down.
    const isLogin =
      /^(?:logged|signed)$/u.test(text) && /^(?:in|on)$/u.test(tokens[at + 1]?.text ?? '');
    return [isLogin ? 'login' : concepts[at]!];
  });
}
