// Owns the fuzzer of the protocol: bytes over loopback to a server that runs as users run it. Whatever is sent, what
// comes back is HTTP, in time, a coded error or an answer, tells no secret, and the server lives on.
import type { TestContext } from 'node:test';

import { residentKib } from '../../bench/resident.ts';
import { ERROR_KINDS } from '../../src/errors.ts';
import { ROOT, connect, call, startAskonce } from '../support/askonce.ts';
import type { Askonce } from '../support/askonce.ts';
import { admin, freshDatabase } from '../support/database.ts';
import { createStatementTables } from '../support/statement-tables.ts';
import { INITIALIZE } from '../support/wire.ts';
import type { Chance } from './chance.ts';
import { Finding } from './fuzzer.ts';
import type { Fuzzer, Target } from './fuzzer.ts';
import { fuzzedRequest } from './http-faults.ts';
import type { FuzzedRequest } from './http-faults.ts';
import { sendRaw } from './http-raw.ts';
import type { RawOutcome, RawResponse, RawTarget } from './http-raw.ts';
import type { Surroundings } from './http-requests.ts';
import { createMemoryBound } from './memory-bound.ts';

const ALICE = 'the-token-of-alice-0123456789abcdef';
const ROOT_TOKEN = 'the-token-of-root-0123456789abcdef';
const PATIENCE_MS = 10_000;
/** A good request behind a thousand bad ones. */
const HEALTHY_MS = 5000;
/** Those of errors.ts, and of HTTP itself: a method, a path, a length or an expectation that it does not know. */
const STATUSES = new Set([
  200, 202, 204, 400, 401, 403, 404, 405, 406, 408, 411, 413, 414, 415, 417, 422, 429, 431, 499,
  501, 503, 504, 505,
]);
const TRACE = /\n\s+at .+:\d+:\d+|node_modules|node:internal|postgres(ql)?:\/\/|\.ts:\d+|dist\/src/;
const KIB = 1024;

export const protocolFuzzer: Fuzzer = {
  about: 'raw HTTP, JSON and MCP of both eras, wrong in every way, to a server over loopback',
  async start(t) {
    const [database, cache] = [await freshDatabase(t), await freshDatabase(t)];
    await createStatementTables(database.url);
    const server = await startAskonce(t, {
      DATABASE_URL: database.readerUrl,
      CACHE_DATABASE_URL: cache.url,
      AUTH_TOKENS: `alice:${ALICE},root:${ROOT_TOKEN}:admin`,
      STATEMENT_TIMEOUT_MS: '1000',
      LOG_LEVEL: 'warn',
    });
    const passwords = [database.readerUrl, cache.url].flatMap((url) => {
      const { password } = new URL(url);
      return [password, decodeURIComponent(password)];
    });
    const secrets = [...passwords, ALICE, ROOT_TOKEN, ROOT].filter((one) => one !== '');
    return createTarget(t, { server, secrets, databaseUrl: database.url });
  },
};

interface Fuzzed {
  readonly server: Askonce;
  readonly secrets: readonly string[];
  readonly databaseUrl: string;
}

async function createTarget(
  t: TestContext,
  { server, secrets, databaseUrl }: Fuzzed,
): Promise<Target> {
  const { hostname, port } = new URL(server.url);
  const target: RawTarget = { host: hostname, port: Number(port), patienceMs: PATIENCE_MS };
  const orders = await countOrders(databaseUrl);
  let resident = residentBytes(server.pid);
  const memory = createMemoryBound(() => resident);
  let surroundings = await surroundingsOf(t, server);
  let slowest = 0;

  async function attempt(chance: Chance): Promise<string> {
    const request = fuzzedRequest(chance, surroundings);
    const from = `127.0.0.${2 + chance.below(250)}`;
    const begunAt = performance.now();
    const outcome = await sendRaw(target, request, from);
    slowest = Math.max(slowest, Math.round(performance.now() - begunAt));
    const fault = faultOf(request, outcome, secrets);
    if (fault !== null) throw new Finding(fault, shown(request, outcome));
    return outcome.kind === 'response' ? String(outcome.response.status) : outcome.kind;
  }

  async function settle(): Promise<void> {
    const begunAt = performance.now();
    const answer = await greet(server.url).catch((error: unknown) => String(error));
    const ms = Math.round(performance.now() - begunAt);
    if (answer !== 'well')
      throw new Finding(`a good request is answered ${answer}`, server.log().slice(-4000));
    if (ms > HEALTHY_MS) throw new Finding(`a good request takes ${ms} ms`, '');
    if (/request failed|nhandled|uncaught/i.test(server.log()))
      throw new Finding('the log tells of a fault of its own', server.log().slice(-4000));
    if ((await countOrders(databaseUrl)) !== orders) throw new Finding('rows were written', '');
    resident = residentBytes(server.pid);
    memory.require();
    // Some have been ended.
    surroundings = await surroundingsOf(t, server);
  }

  return {
    lanes: 8,
    attempt,
    settle,
    figures: () => ({ slowest_ms: slowest, ...memory.figures() }),
  };
}

/** Why what came back should not have come; null where all is well. */
function faultOf(
  request: FuzzedRequest,
  outcome: RawOutcome,
  secrets: readonly string[],
): string | null {
  if (outcome.kind === 'malformed') return `what comes is no HTTP: ${outcome.why}`;
  // What follows a request may be none, and ends the connection on which its answer is on its way.
  if (outcome.kind === 'cut')
    return request.isBroken ? null : `the answer breaks off: ${outcome.why}`;
  if (outcome.kind === 'silence') return 'nothing comes in time';
  if (outcome.kind === 'left') return null;
  if (outcome.kind === 'closed') return request.isBroken ? null : 'it is not answered';
  const { response } = outcome;
  const text = response.body.toString('utf8');
  const told = secrets.find((secret) => text.includes(secret));
  if (told !== undefined) return `it tells a secret (${told.slice(0, 4)}…)`;
  const trace = TRACE.exec(text);
  if (trace) return `it tells of its inside: ${trace[0]}`;
  if (!STATUSES.has(response.status)) return `the status is ${response.status}`;
  if (request.isAnonymous && ![400, 401, 413, 431].includes(response.status))
    return `a stranger gets ${response.status}`;
  return isJson(response) ? faultOfJson(text) : null;
}

const isJson = ({ headers, body }: RawResponse): boolean =>
  body.length > 0 &&
  /^(application\/json|text\/event-stream)/.test(headers.get('content-type') ?? '') &&
  !headers.has('content-encoding');

function faultOfJson(text: string): string | null {
  const isEvents = /^(event|data|id|retry|:)/.test(text);
  const documents = isEvents
    ? [...text.matchAll(/^data: ?(.*)$/gm)]
        .map(([, data = '']) => data)
        .filter((data) => data !== '')
    : [text];
  for (const document of documents) {
    let parsed: unknown;
    try {
      parsed = JSON.parse(document);
    } catch {
      // What one event says may be spread over several lines.
      if (isEvents) continue;
      return 'the body is no JSON';
    }
    for (const one of [parsed].flat()) {
      const fault = faultOfMessage(one);
      if (fault !== null) return fault;
    }
  }
  return null;
}

interface Answered {
  readonly jsonrpc?: string;
  readonly method?: string;
  readonly result?: {
    readonly isError?: boolean;
    readonly structuredContent?: { readonly error?: { readonly code: string } };
  };
  readonly error?: {
    readonly code?: unknown;
    readonly message?: unknown;
    readonly data?: { readonly code?: string };
  };
}

/** Codes that say that something went wrong inside. */
const INSIDE = new Set([
  'INTERNAL',
  'CACHE_FAILED',
  'EMBEDDING_FAILED',
  'CONFIG_INVALID',
  'DATABASE_UNAVAILABLE',
]);
const JSON_RPC_INTERNAL = -32603;

function faultOfMessage(value: unknown): string | null {
  const { jsonrpc, method, result, error } = (value ?? {}) as Answered;
  // Rows, health, metadata: whatever is no answer of MCP.
  if (jsonrpc === undefined || method !== undefined) return null;
  const code = error?.data?.code ?? result?.structuredContent?.error?.code;
  if (code !== undefined && (!Object.hasOwn(ERROR_KINDS, code) || INSIDE.has(code)))
    return `it ends in ${code}`;
  if (error !== undefined) return faultOfError(error);
  if (result === undefined) return 'neither a result nor an error';
  return result.isError === true && code === undefined ? 'a fault without a code' : null;
}

function faultOfError({ code, message }: NonNullable<Answered['error']>): string | null {
  if (!Number.isInteger(code) || typeof message !== 'string') return 'an error without a code';
  return code === JSON_RPC_INTERNAL ? `an internal error: ${message}` : null;
}

const shown = ({ bytes }: FuzzedRequest, outcome: RawOutcome): string => {
  const answer =
    outcome.kind === 'response'
      ? `\n<< ${outcome.response.status} ${outcome.response.body.toString('utf8').slice(0, 1500)}`
      : '';
  return `${bytes.toString('latin1').slice(0, 2400)}${answer}`;
};

async function post(
  url: string,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      authorization: `Bearer ${ALICE}`,
      ...headers,
    },
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
}

/** A conversation from its beginning to its end. */
async function greet(url: string): Promise<string> {
  const opened = await post(url, INITIALIZE);
  const session = opened.headers.get('mcp-session-id') ?? '';
  const answered = await post(
    url,
    {
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: {
        name: 'query',
        arguments: {
          question: 'what is six times seven?',
          sql: 'select 6 * 7 as n',
          max_age_seconds: 0,
        },
      },
    },
    { 'mcp-session-id': session, 'mcp-protocol-version': '2025-11-25' },
  );
  const text = await answered.text();
  await fetch(url, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${ALICE}`, 'mcp-session-id': session },
  });
  return text.includes('"rows":[[42]]') ? 'well' : `${answered.status} ${text.slice(0, 500)}`;
}

/** Conversations, cursors and ids that mean something to this server. */
async function surroundingsOf(t: TestContext, { url }: Askonce): Promise<Surroundings> {
  const sessions: string[] = [];
  for (const token of [ALICE, ALICE, ROOT_TOKEN]) {
    const opened = await post(url, INITIALIZE, { authorization: `Bearer ${token}` });
    await opened.text();
    sessions.push(opened.headers.get('mcp-session-id') ?? 'none');
  }
  const client = await connect(t, url, { token: ALICE });
  const answer = await call(client, 'query', {
    question: 'which orders are there?',
    sql: 'select * from orders order by id',
    max_rows: 5,
  });
  await client.close();
  const known = [answer.answer_id, answer.next_cursor ?? 'none', 'a_nope', 'x'];
  return { tokens: [ALICE, ROOT_TOKEN], sessions: [...sessions, 'nope'], known };
}

async function countOrders(url: string): Promise<number> {
  const [row] = await admin(url, 'select count(*)::int as n from orders');
  return Number(row?.['n']);
}

/** 0 where the system does not say it in a file. */
function residentBytes(pid: number): number {
  try {
    return residentKib(pid) * KIB;
  } catch {
    return 0;
  }
}
