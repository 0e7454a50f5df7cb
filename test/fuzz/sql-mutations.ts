// Owns mutations of statements: tokens of several are put together, calls that do harm are put where expressions
// stand, and what is the same to PostgreSQL is written otherwise.
import type { Chance } from './chance.ts';
import { callOf, nameOf, statementOf, valueOf } from './sql-calls.ts';
import { CLAUSES, HARM, WRITES } from './sql-parts.ts';
import type { SqlParts } from './sql-parts.ts';

type Tokens = string[];
type Mutation = (tokens: Tokens, parts: SqlParts, chance: Chance) => void;

const MAX_CHARS = 20_000;
const SPACES = [
  ' ',
  '\n',
  '\t',
  '  ',
  '\r\n',
  '\f',
  ' /* x */ ',
  ' /* /* x */ */ ',
  ' -- x\n',
  '\v',
  '\u00a0',
];
const JUNK = [
  '\0',
  '\ud800',
  '\u202e',
  '\ufeff',
  '$',
  "'",
  '"',
  '\\',
  '/*',
  '--',
  ';',
  '(',
  ')',
  '$$',
  '::',
  '.',
  '`',
  '\x01',
  'é',
  '💥',
  '$1',
  ':',
  '[',
  ']',
  "U&'",
  "E'",
];
const NUMBERS = [
  '0',
  '-1',
  '1e308',
  '1e-400',
  '9223372036854775808',
  '0x7fffffff',
  '1_000',
  '.5',
  '$1',
  '$65536',
  'null',
  "'1'",
];
const TEXTS = [
  "'x'",
  "''",
  "E'\\x41\\n'",
  "U&'\\0441\\+01F600'",
  '$a$ x; drop table orders $a$',
  "B'01'",
  "'%'",
  "N'x'",
  "'now'",
  "'orders'",
  "'{}'",
  "'a' \n 'b'",
];
const WRAPS: ReadonlyArray<(sql: string) => string> = [
  (sql) => `select * from (${sql}) w`,
  (sql) => `with w as (${sql}) select * from w`,
  (sql) => `with w as not materialized (${sql}) table w`,
  (sql) => `with recursive w as (${sql}) select count(*) from w`,
  (sql) => `select exists (${sql})`,
  (sql) => `select array(${sql})`,
  (sql) => `(${sql})`,
  (sql) => `explain ${sql}`,
  (sql) => `explain (analyze false, format json) ${sql}`,
  (sql) => `explain (analyze) ${sql}`,
  (sql) => `${sql} union all ${sql}`,
  (sql) => `select * from orders o, lateral (${sql}) w limit 5`,
  (sql) => `select w, (w).*, w::text from (${sql}) w`,
  (sql) => `select json_array(${sql})`,
  (sql) => `select 1 where 1 in (${sql})`,
  (sql) => `select coalesce((${sql}), null)`,
  (sql) => `prepare p as ${sql}`,
  (sql) => `create view stolen as ${sql}`,
  (sql) => `declare c cursor for ${sql}`,
  (sql) => `copy (${sql}) to stdout`,
  (sql) => `do $$ begin perform 1; ${sql}; end $$`,
];

const isWord = (token: string): boolean => /^[a-z_"]/i.test(token);
const isValue = (token: string): boolean => /^(\d|\.\d|'|\$\d|true$|null$)/i.test(token);

const places = (tokens: Tokens, is: (token: string, at: number) => boolean): number[] =>
  tokens.flatMap((token, at) => (is(token, at) ? [at] : []));

const anywhere = (tokens: Tokens, chance: Chance): number => chance.below(tokens.length + 1);

function expression(parts: SqlParts, chance: Chance): string {
  return chance.weighted<() => string>([
    [4, () => chance.pick(HARM)],
    [3, () => callOf(parts, chance.pick(parts.routines), chance)],
    [1, () => `(${chance.pick(parts.permitted).join(' ')})`],
    [1, () => `(with w as (${chance.pick(WRITES)}) select count(*) from w)`],
    [1, () => valueOf(chance.pick(parts.types), chance)],
    [1, () => `(${valueOf('text', chance)}).${chance.pick(parts.routines).name}`],
  ])();
}

const MUTATIONS: ReadonlyArray<readonly [number, Mutation]> = [
  [
    6,
    function harmInPlaceOfAValue(tokens, parts, chance) {
      const found = places(tokens, isValue);
      const at = found.length > 0 ? chance.pick(found) : anywhere(tokens, chance);
      tokens.splice(at, found.length > 0 ? 1 : 0, expression(parts, chance));
    },
  ],
  [
    4,
    function otherFunction(tokens, parts, chance) {
      const found = places(tokens, (token, at) => isWord(token) && tokens[at + 1] === '(');
      if (found.length > 0)
        tokens[chance.pick(found)] = nameOf(chance.pick(parts.routines), chance);
    },
  ],
  [
    3,
    function otherColumn(tokens, parts, chance) {
      const found = places(tokens, (_token, at) => tokens[at - 1] === '.');
      const name = chance.is(0.3) ? 'email' : chance.pick(parts.routines).name;
      if (found.length > 0) tokens[chance.pick(found)] = name;
    },
  ],
  [
    2,
    function otherTable(tokens, parts, chance) {
      const found = places(tokens, (_token, at) =>
        /^(from|join|only)$/i.test(tokens[at - 1] ?? ''),
      );
      const name = chance.is(0.5)
        ? chance.pick(['customers', 'salaries', 'orders'])
        : chance.pick(parts.relations);
      if (found.length > 0) tokens[chance.pick(found)] = name;
    },
  ],
  [
    2,
    function otherOperator(tokens, parts, chance) {
      const found = places(tokens, (token) => /^[-+*/<>=~!@#%^&|?]+$/.test(token));
      const symbol = chance.pick(parts.operators);
      const schema = chance.pick(['public', 'pg_catalog', 'tools']);
      const written = chance.is(0.5) ? symbol : `operator(${schema}.${symbol})`;
      if (found.length > 0) tokens[chance.pick(found)] = written;
    },
  ],
  [
    5,
    function spliceOfAnother(tokens, parts, chance) {
      const other = chance.pick(chance.is(0.7) ? parts.permitted : parts.rejected);
      const from = chance.below(other.length);
      const piece = other.slice(from, from + 1 + chance.below(12));
      tokens.splice(anywhere(tokens, chance), chance.below(4), ...piece);
    },
  ],
  [
    3,
    (tokens, _parts, chance) =>
      void tokens.splice(anywhere(tokens, chance), 0, chance.pick(CLAUSES)),
  ],
  [
    2,
    (tokens, _parts, chance) =>
      void tokens.splice(chance.below(tokens.length), 1 + chance.below(3)),
  ],
  [
    1,
    function twice(tokens, _parts, chance) {
      const from = chance.below(tokens.length);
      tokens.splice(from, 0, ...tokens.slice(from, from + 1 + chance.below(8)));
    },
  ],
  [
    1,
    (tokens, _parts, chance) => void tokens.splice(anywhere(tokens, chance), 0, chance.pick(JUNK)),
  ],
  [
    1,
    (tokens, _parts, chance) =>
      void tokens.splice(anywhere(tokens, chance), 1, chance.pick(NUMBERS)),
  ],
  [
    1,
    (tokens, _parts, chance) => void tokens.splice(anywhere(tokens, chance), 1, chance.pick(TEXTS)),
  ],
  [
    2,
    (tokens, parts, chance) =>
      void tokens.splice(anywhere(tokens, chance), 0, '::', chance.pick(parts.types)),
  ],
  [
    3,
    function wrapped(tokens, _parts, chance) {
      const text = textOf(tokens, chance);
      tokens.splice(0, tokens.length, chance.pick(WRAPS)(text));
    },
  ],
  [
    0.3,
    function deep(tokens, _parts, chance) {
      const levels = chance.pick([10, 90, 101, 1500]);
      tokens.unshift(
        ...Array.from({ length: levels }, () => chance.pick(['(', '(', '[', 'case', '-'])),
      );
    },
  ],
];

function textOf(tokens: Tokens, chance: Chance): string {
  const isPlain = chance.is(0.8);
  let text = '';
  for (const token of tokens) {
    const isComment = token.startsWith('--');
    text += token + (isComment ? '\n' : isPlain || chance.is(0.9) ? ' ' : chance.pick(SPACES));
  }
  return text;
}

/** Letters that PostgreSQL folds, or that end what they should not. */
function respelt(sql: string, chance: Chance): string {
  const at = chance.below(sql.length + 1);
  return chance.weighted<() => string>([
    [3, () => sql.toUpperCase()],
    [1, () => sql.slice(0, at)],
    [1, () => sql.slice(0, at) + chance.pick(JUNK) + sql.slice(at)],
    [1, () => `${chance.pick(SPACES)}${sql}${chance.pick([';', ' ;; ', '--', '/*', '\0', ''])}`],
    [0.2, () => `${sql} ${'or true '.repeat(chance.pick([50, 1200]))}`],
  ])();
}

export function fuzzedStatement(parts: SqlParts, chance: Chance): string {
  if (chance.is(0.3)) return statementOf(parts, chance);
  const tokens = [...chance.pick(chance.is(0.75) ? parts.permitted : parts.rejected)];
  const count = chance.weighted([
    [1, 0],
    [5, 1],
    [4, 2],
    [2, 3],
    [1, 6],
  ]);
  for (let done = 0; done < count; done += 1) {
    chance.weighted(MUTATIONS)(tokens, parts, chance);
    if (tokens.length === 0) tokens.push('select');
  }
  const sql = textOf(tokens, chance).slice(0, MAX_CHARS);
  return chance.is(0.1) ? respelt(sql, chance) : sql;
}
