// Owns what a question asks to see: a count, a list of things and their properties, a yes or no. Read off
// the words before the first condition; where a sentence opens in no known way, nothing is said. Pure.
import type { Token } from './frame-text.ts';

/** How the question asks; null where it cannot be told. */
export type Asking =
  | 'count'
  | 'list'
  | 'which'
  | 'who'
  | 'object'
  | 'much'
  | 'amount'
  | 'manner'
  | 'whether'
  | 'place'
  | null;

export interface Request {
  readonly asking: Asking;
  /** What stands in each column that is asked for, as concepts: "names and ages" are two. */
  readonly heads: readonly (readonly string[])[];
}

const set = (words: string): ReadonlySet<string> => new Set(words.trim().split(/\s+/u));

/** Before what is asked for, and part of no name. */
const OPENERS = set(`
  please can could would will you i we let me us want wanted need like to know see show list find give
  return get display tell select report provide fetch print compute calculate determine identify
  retrieve output pull up look the all a an of each every any some our their its his her my your
  distinct different unique various individual following is are was were be do does just hi hello hey
  corresponding respective exact only and what s re display present out for about quickly quick
`);
const FRONT = set(
  'for of among in by per during within from between across on at over after before',
);
const WHETHER = set('is are was were do does did has have had can');
const AMOUNTS = set('long old high tall far often big large heavy fast wide deep late soon young');
const QUANTITIES = set('number count total sum amount average mean quantity median list share set');
const ENDS = set(`
  who that which whose where when whom if such while having sorted ordered ranked arranged order sort
  without except excluding not with is are was were has have had do does did than
`);
const WITHIN = set('of for in by per on at from to within during between across among over under');
const JOINTS = set('and , & plus /');
const LONG_JOINTS: readonly (readonly string[])[] = [
  ['as', 'well', 'as'],
  ['along', 'with'],
  ['together', 'with'],
];
/** After a phrase ("names of climbers"), these open another thing to see; "and suppliers" goes on. */
const DETERMINERS = set(`
  the their its his her how number total average count each corresponding respective sum amount
`);
/** "names with their ages" */
const OWNERS = set('their its his her corresponding respective');
const COUNTED = /^(?:number|count|quantity)$/u;
const MAX_HEADS = 8;
const MAX_HEAD_WORDS = 4;
const MAX_FRONT = 15;

/** What a question reads like before its request is known. */
interface Words {
  readonly tokens: readonly Token[];
  readonly concepts: readonly string[];
}

/** Whether it asks to see things, rather than how many there are or who did something. */
export const asksForThings = ({ asking }: Pick<Request, 'asking'>): boolean =>
  asking === 'list' || asking === 'which';

/** One that says what it wants: key words put anything first. */
export const isSentence = ({ tokens }: Pick<Words, 'tokens'>): boolean =>
  OPENING.test(tokens[0]?.text ?? '') &&
  !tokens.slice(0, -1).some(({ text }) => /^[.?!]$/u.test(text));

const OPENING =
  /^(?:what|which|who|show|list|find|give|name|tell|return|get|display|of|among|could|can|please|i)$/u;

export function requestOf({ tokens, concepts }: Words): Request {
  const text = (at: number): string => (tokens[at]?.quoted ? '' : (tokens[at]?.text ?? ''));
  const start = pastFront(tokens, text);
  const { asking, at } = openingAt(start, text);
  if (!asksForThings({ asking }) && asking !== 'count') return { asking, heads: [] };
  const reading = { tokens, concepts, text, isOneThing: asking !== 'list' };
  const named = headsFrom(at, reading);
  // "Of the ports, which has …"
  const heads = named.length === 0 && AMONG.test(text(0)) ? headsFrom(1, reading) : named;
  if (heads.length === 0) return { asking: null, heads };
  // "the number of orders" asks as "how many orders" does.
  const isCount = heads.length === 1 && COUNTED.test(heads[0]![0]!) && heads[0]!.length > 1;
  return { asking: isCount ? 'count' : asking, heads };
}

/** Past "For each classroom," and "In 2024,". */
function pastFront(tokens: readonly Token[], text: (at: number) => string): number {
  if (!FRONT.has(text(0))) return 0;
  const comma = tokens.slice(0, MAX_FRONT).findIndex((token) => token.text === ',');
  return comma < 0 ? 0 : comma + 1;
}

interface Opening {
  readonly asking: Asking;
  /** Where what is asked for begins. */
  readonly at: number;
}

function openingAt(start: number, text: (at: number) => string): Opening {
  if (WHETHER.has(text(start)) && text(start + 1) !== 'you')
    return { asking: 'whether', at: start };
  for (let at = start; at < start + MAX_FRONT; at += 1) {
    const word = text(at);
    const opening = prefaced(at, text) ?? interrogative(at, text) ?? counting(at, text);
    if (opening !== null) return opening;
    // "Name the cities": to name.
    const asks = OPENERS.has(word) || (word === 'name' && OPENERS.has(text(at + 1)));
    if (!asks && word !== 'which') return { asking: word === '' ? null : 'list', at };
  }
  return { asking: null, at: start };
}

/** Before who did it: "which customers did Anna call". */
export const DOES = /^(?:did|do|does)$/u;
const PLACES = /^(?:where|when)$/u;
/** "How was it treated" */
const MANNER = /^(?:is|are|was|were|did|do|does)$/u;
const PREFACES = /^(?:by|with|for|on|in|to|from|at)$/u;
const AMONG = /^(?:of|among)$/u;
const LINKS = /^(?:is|are|was|were|the|s|of)$/u;

/** "By how much did it rise", "with what was it treated". */
function prefaced(at: number, text: (at: number) => string): Opening | null {
  const next = text(at + 1);
  if (!PREFACES.test(text(at))) return null;
  if (next === 'how' && text(at + 2) === 'much') return { asking: 'much', at: at + 2 };
  const isWhat = next === 'what' && WHETHER.has(text(at + 2));
  return isWhat ? { asking: 'object', at: at + 1 } : null;
}

function interrogative(at: number, text: (at: number) => string): Opening | null {
  const [word, next] = [text(at), text(at + 1)];
  if (word === 'how') {
    if (next === 'many') return { asking: 'count', at: at + 2 };
    if (next === 'much') return { asking: 'much', at: at + 1 };
    if (AMOUNTS.has(next)) return { asking: 'amount', at: at + 1 };
    return { asking: MANNER.test(next) ? 'manner' : null, at: at + 1 };
  }
  if (word === 'who' || word === 'whom') return person(at, text);
  if (PLACES.test(word)) return { asking: 'place', at };
  if (word === 'whether') return { asking: 'whether', at };
  // "What did customers buy" asks for what they bought.
  if (word === 'what' && DOES.test(next)) return { asking: 'object', at: at + 1 };
  const picks = (word === 'which' || word === 'what') && !LINKS.test(next);
  return picks ? { asking: 'which', at: at + 1 } : null;
}

/** "Who is the manager of …" and "Who of the staff …" name what they ask for. */
function person(at: number, text: (at: number) => string): Opening {
  const next = text(at + 1);
  if (LINKS.test(next) && text(at + 2) === 'the') return { asking: 'which', at: at + 3 };
  return /^(?:of|among)$/u.test(next) ? { asking: 'which', at: at + 2 } : { asking: 'who', at };
}

function counting(at: number, text: (at: number) => string): Opening | null {
  const [word, next] = [text(at), text(at + 1)];
  if (word === 'count' || word === '#')
    return { asking: 'count', at: next === 'of' ? at + 2 : at + 1 };
  return COUNTED.test(word) && next === 'of' ? { asking: 'list', at } : null;
}

interface Reading extends Words {
  readonly text: (at: number) => string;
  /** "Which cities border …": what follows the first words belongs to the sentence. */
  readonly isOneThing: boolean;
}

function headsFrom(from: number, { tokens, concepts, text, isOneThing }: Reading): string[][] {
  const heads: string[][] = [];
  let head: string[] = [];
  /** In a phrase that belongs to what is asked for, rather than in its name. */
  let inPhrase = false;
  const close = (): void => {
    if (head.length > 0 && heads.length < MAX_HEADS) heads.push(head);
    head = [];
  };
  for (let at = from; at < tokens.length; at += 1) {
    const word = text(at);
    const joint = jointAt(at, text);
    if (joint > 0) {
      const next = text(at + joint);
      if (inPhrase && !DETERMINERS.has(next)) continue;
      if (isOneThing && heads.length === 0 && head.length > 0 && !DETERMINERS.has(next)) break;
      close();
      inPhrase = false;
      at += joint - 1;
    } else if (/^[.?!;:(]$/u.test(word) || ENDS.has(word)) {
      break;
    } else if (WITHIN.has(word)) {
      if (head.length > 0 && !head.every((known) => QUANTITIES.has(known))) inPhrase = true;
    } else if (!inPhrase && tokens[at]?.kind === 'word' && !OPENERS.has(word)) {
      if (head.length < (isOneThing ? 2 : MAX_HEAD_WORDS)) head.push(concepts[at]!);
    }
  }
  close();
  return heads;
}

/** How many tokens join two things at this place; 0 where none do. */
function jointAt(at: number, text: (at: number) => string): number {
  const long = LONG_JOINTS.find((words) => words.every((word, index) => text(at + index) === word));
  if (long) return long.length;
  if (text(at) === 'with' && OWNERS.has(text(at + 1))) return 1;
  if (!JOINTS.has(text(at))) return 0;
  return text(at) === ',' && text(at + 1) === 'and' ? 2 : 1;
}
