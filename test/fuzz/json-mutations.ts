// Owns mutations of JSON: of the value, in any place of it, and of its text.
import type { Chance } from './chance.ts';

type Json = unknown;

/** Text that JSON.stringify cannot write: what stands for it is replaced behind. */
const RAW = [
  '1e400',
  '-0',
  '1e-400',
  '9007199254740993',
  '123456789012345678901234567890',
  '0.1e1',
  '"\\ud800"',
  '"\\u0000"',
  '{"__proto__":{"admin":true}}',
  '{"a":1,"a":2}',
  '{"constructor":{"prototype":1}}',
  '""',
  '"\\uffff\\ufffe"',
];
const VALUES: readonly Json[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  2 ** 31,
  2 ** 53,
  '',
  ' ',
  'x',
  '\u0000',
  '\u202e',
  '💥',
  [],
  {},
  [[]],
  [null],
  { a: { a: { a: 1 } } },
  '__proto__',
  'toString',
  'constructor',
  "'; drop table customers; --",
  '<script>',
  '../../etc/passwd',
  '%s%n',
  '2026-07-28',
  '1999-01-01',
  'tools/call',
];
const KEYS = [
  '__proto__',
  'constructor',
  'toString',
  'id',
  'method',
  'params',
  'jsonrpc',
  'result',
  'error',
  '_meta',
  'name',
  'arguments',
  '',
  'x',
  'progressToken',
  'cursor',
  'uri',
  'sql',
  'question',
  'task',
  'inputResponses',
  'requestState',
];
const WRONG = [
  'NaN',
  'Infinity',
  '-',
  '+1',
  '01',
  '.5',
  'undefined',
  "'x'",
  '{a:1}',
  '[1,]',
  '{"a":1,}',
  '/* x */',
  '// x\n',
  '\ufeff',
  '\u0000',
  '"\n"',
  '"\\x41"',
  '\\',
  '{',
  '}',
  '[',
  ']',
  '"',
  ',',
  ':',
  '{}{}',
  '\n\n',
  'true false',
];

const placeholder = (at: number): string => `@raw-${at}@`;

export function mutatedJson(value: Json, chance: Chance): string {
  let mutated = structuredClone(value);
  for (let count = 1 + chance.below(3); count > 0; count -= 1) mutated = mutated1(mutated, chance);
  let text = JSON.stringify(mutated) ?? 'null';
  for (const [at, raw] of RAW.entries()) text = text.replaceAll(`"${placeholder(at)}"`, raw);
  return text;
}

const junk = (chance: Chance): Json =>
  chance.weighted<() => Json>([
    [8, () => chance.pick(VALUES)],
    [4, () => placeholder(chance.below(RAW.length))],
    [0.5, () => deep(chance.pick([5, 90, 101, 500]), chance.is(0.5))],
    [0.5, () => 'x'.repeat(chance.pick([100, 10_000, 200_000]))],
    [0.3, () => Array.from({ length: chance.pick([60, 2000]) }, () => chance.pick(VALUES))],
    [0.3, () => Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`k${at}`, at]))],
  ])();

function deep(levels: number, isList: boolean): Json {
  let value: Json = 1;
  for (let level = 0; level < levels; level += 1) value = isList ? [value] : { a: value };
  return value;
}

/** In one place, however deep. */
function mutated1(value: Json, chance: Chance): Json {
  const isInner = typeof value === 'object' && value !== null && chance.is(0.85);
  if (!isInner) return junk(chance);
  if (Array.isArray(value)) {
    const list = [...(value as Json[])];
    const at = chance.below(list.length + 1);
    return chance.weighted<() => Json>([
      [
        4,
        () =>
          list.length === 0
            ? [junk(chance)]
            : replaced(list, at % list.length, mutated1(list[at % list.length], chance)),
      ],
      [1, () => list.toSpliced(at, 1)],
      [1, () => list.toSpliced(at, 0, junk(chance))],
      [1, () => [...list, ...list]],
    ])();
  }
  const entries = Object.entries(value);
  const at = chance.below(Math.max(1, entries.length));
  const [key, inner] = entries[at] ?? ['x', null];
  return Object.fromEntries(
    chance
      .weighted<() => Array<[string, Json]>>([
        [8, () => replaced(entries, at, [key, mutated1(inner, chance)])],
        [2, () => entries.toSpliced(at, 1)],
        [2, () => [...entries, [chance.pick(KEYS), junk(chance)]]],
        [1, () => replaced(entries, at, [chance.pick(KEYS), inner])],
        [1, () => replaced(entries, at, [key, entries[chance.below(entries.length)]?.[1]])],
        [0.5, () => replaced(entries, at, [key, value])],
      ])()
      .filter((entry) => entry !== undefined),
  );
}

/** Of an empty list there is nothing to replace. */
const replaced = <Item>(items: readonly Item[], at: number, item: Item): Item[] =>
  items.map((one, index) => (index === at ? item : one));

/** What need not be JSON any more, nor text. */
export function mutatedText(text: string, chance: Chance): Buffer {
  const at = chance.below(text.length + 1);
  const bytes = Buffer.from(text);
  return chance.weighted<() => Buffer>([
    [3, () => Buffer.from(text.slice(0, at))],
    [3, () => Buffer.from(text.slice(0, at) + chance.pick(WRONG) + text.slice(at))],
    [2, () => Buffer.from(text.slice(0, at) + chance.pick(WRONG) + text.slice(at + 1))],
    [1, () => Buffer.from(text.slice(0, at) + text.slice(at + 1 + chance.below(5)))],
    [2, () => Buffer.concat([bytes.subarray(0, at), badBytes(chance), bytes.subarray(at)])],
    [1, () => Buffer.from(text + text)],
    [1, () => Buffer.from(`[${text},${text}]`)],
    [0.5, () => Buffer.from(text, 'utf16le')],
    [0.5, () => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes])],
    [0.3, () => Buffer.from(' '.repeat(chance.pick([1000, 100_000])) + text)],
    [0.3, () => Buffer.from('['.repeat(chance.pick([200, 50_000])))],
    [0.3, () => Buffer.from('{"a":'.repeat(chance.pick([200, 20_000])))],
    [0.2, () => Buffer.alloc(0)],
    [0.02, () => Buffer.alloc(4 * 1024 * 1024 + 1, ' ')],
  ])();
}

const badBytes = (chance: Chance): Buffer =>
  Buffer.from(
    chance.pick([
      [0xff],
      [0xc3, 0x28],
      [0xed, 0xa0, 0x80],
      [0xf8, 0x88, 0x80, 0x80],
      [0x80],
      [0xc0, 0xaf],
      [0xfe, 0xff],
      [0x00],
      [0x1b],
    ]),
  );
