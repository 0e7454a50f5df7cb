// Owns requests to a server as clients of both eras of the protocol have them, over everything that it can be asked.
import { INITIALIZE, MODERN, MODERN_META } from '../support/wire.ts';
import { PERMITTED } from '../unit/guard/statements-permitted.ts';
import type { Chance } from './chance.ts';
import { HARM, WRITES } from './sql-parts.ts';

export interface Surroundings {
  readonly tokens: readonly string[];
  /** Of conversations that are open, or were. */
  readonly sessions: readonly string[];
  /** Cursors and ids of answers that were given out. */
  readonly known: readonly string[];
}

interface Message {
  readonly jsonrpc: '2.0';
  readonly id?: number | string;
  readonly method: string;
  readonly params?: Readonly<Record<string, unknown>>;
}

export type Headers = Array<readonly [string, string]>;

const SESSION_BASED = '2025-11-25';
const QUESTIONS = [
  'how many customers?',
  'orders of Germany in 2024',
  'x',
  'wie viele?',
  '',
  '数',
  'drop table customers',
];
const STATEMENTS = Object.values(PERMITTED).flat();
function sqlOf(chance: Chance): string {
  return chance.weighted<() => string>([
    [4, () => chance.pick(['select 1', 'select * from customers', 'select count(*) from orders'])],
    [2, () => chance.pick(STATEMENTS)],
    [1, () => `select ${chance.pick(HARM)}`],
    [1, () => chance.pick(WRITES)],
  ])();
}

function toolCall(chance: Chance, known: readonly string[]): Message['params'] {
  const question = chance.pick(QUESTIONS);
  const [name, args] = chance.weighted<readonly [string, object]>([
    [4, ['query', { question, sql: sqlOf(chance), max_rows: 10 }]],
    [1, ['query', { question, sql: 'select $1::int', params: [1], format: 'csv' }]],
    [2, ['explain', { sql: sqlOf(chance) }]],
    [2, ['search_schema', { table: 'customers' }]],
    [0.5, ['search_schema', { query: 'customers' }]],
    [2, ['fetch_rows', { cursor: chance.pick(known) }]],
    [1, ['report', { answer_id: chance.pick(known), verdict: 'right' }]],
    [1, ['ask', { question }]],
    [0.3, ['ask', { questions: [question, 'how many orders?'] }]],
    [0.5, ['server_status', {}]],
    [0.5, ['cache_export', {}]],
    [0.5, ['cache_warm', { plans: [{ question, sql: sqlOf(chance) }] }]],
    [0.3, ['nope', {}]],
  ]);
  return { name, arguments: args };
}

const CURSORS = ['', 'Y3VzdG9tZXJz', 'Y3VzdG9tZXJz==', '数'];
const SCHEMA_URIS = [
  'schema://overview',
  'schema://table/customers',
  'schema://table/%22a%2fb%22',
  'schema://table/%zz',
  'schema://table/',
];

const REFERENCES = [
  { type: 'ref/resource', uri: 'schema://table/{table}' },
  { type: 'ref/prompt', name: 'explore' },
  { type: 'ref/prompt', name: 'x' },
];

function promptCall(chance: Chance): Message['params'] {
  const name = chance.pick(['ask_first', 'explore', 'review_answer', 'tune_cache', 'nope']);
  const argument = chance.pick(['question', 'topic', 'aim', 'answer_id', 'nope']);
  return { name, arguments: { [argument]: chance.pick(QUESTIONS) } };
}

function message(chance: Chance, known: readonly string[]): Message {
  const id = chance.pick<number | string>([1, 2, 'a', 0, -1, 2 ** 53]);
  const request = (method: string, params?: Message['params']): Message => ({
    jsonrpc: '2.0',
    id,
    method,
    ...(params && { params }),
  });
  return chance.weighted<() => Message>([
    [10, () => request('tools/call', toolCall(chance, known))],
    [1, () => request('tools/list')],
    [1, () => request('resources/list')],
    [0.5, () => request('resources/list', { cursor: chance.pick(CURSORS) })],
    [1, () => request('resources/read', { uri: chance.pick(SCHEMA_URIS) })],
    [1, () => request('prompts/get', promptCall(chance))],
    [1, () => request('resources/templates/list', { cursor: 'x' })],
    [2, () => request('resources/read', { uri: `result://${chance.pick(known)}` })],
    [1, () => request('ping')],
    [0.5, () => request('logging/setLevel', { level: 'debug' })],
    [0.5, () => request('prompts/list')],
    [
      0.5,
      () =>
        request('completion/complete', {
          ref: chance.pick(REFERENCES),
          argument: { name: chance.pick(['table', 'topic', 'a']), value: chance.pick(QUESTIONS) },
        }),
    ],
    [0.5, () => request('server/discover')],
    [0.5, () => request('resources/subscribe', { uri: 'result://x' })],
    [0.5, () => ({ ...INITIALIZE, id }) as Message],
    [0.5, () => ({ jsonrpc: '2.0', method: 'notifications/initialized' })],
    [0.5, () => ({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: id } })],
    [0.5, () => request('nope/nope', { a: 1 })],
  ])();
}

export interface Made {
  readonly headers: Headers;
  readonly value: unknown;
}

/** A request as a client of that era has it. */
export function goodRequest(chance: Chance, { sessions, known }: Surroundings): Made {
  const one = message(chance, known);
  if (chance.is(0.5)) {
    const params = { ...one.params, _meta: MODERN_META };
    const name = one.params?.['name'] ?? one.params?.['uri'];
    return {
      value: { ...one, params },
      headers: [
        ['mcp-protocol-version', MODERN],
        ['mcp-method', one.method],
        ...(typeof name === 'string' ? [['mcp-name', name] as const] : []),
      ],
    };
  }
  const isBatch = chance.is(0.1);
  const others = Array.from({ length: chance.pick([0, 1, 3, 51]) }, () => message(chance, known));
  const progress = chance.is(0.1) ? { _meta: { progressToken: 'p' } } : {};
  return {
    value: isBatch
      ? [one, ...others]
      : { ...one, ...(one.params && { params: { ...one.params, ...progress } }) },
    headers: [
      ['mcp-session-id', chance.pick(sessions)],
      ['mcp-protocol-version', SESSION_BASED],
    ],
  };
}
