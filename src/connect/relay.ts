// Owns what the client hears: every request is answered exactly once, or not at all when the client took
// it back. Bounded: beyond so many in flight a request is refused at once, never left to wait unseen.
import { isJSONRPCRequest, parseJSONRPCMessage } from '@modelcontextprotocol/client';
import type { JSONRPCMessage, JSONRPCRequest, RequestId } from '@modelcontextprotocol/client';

import { AppError } from '../errors.ts';
import type { Outcome } from './exchange.ts';
import type { Line } from './lines.ts';
import type { Upstream } from './upstream.ts';

export interface Relay {
  /** Takes one line of the client's; returns at once. */
  receive(line: Line): void;
  /** Lets what is in flight finish until the signal, then drops the rest unanswered. */
  drain(signal: AbortSignal): Promise<void>;
}

export interface RelayOptions {
  readonly upstream: Upstream;
  readonly send: (message: JSONRPCMessage | Fault) => void;
  /** For the person who reads the log of the bridge. */
  readonly say: (line: string) => void;
}

/** A JSON-RPC error; without a request that it answers its id is null. */
export interface Fault {
  readonly jsonrpc: '2.0';
  readonly id: RequestId | null;
  readonly error: { readonly code: number; readonly message: string; readonly data?: unknown };
}

const MAX_IN_FLIGHT = 100;
const PARSE_ERROR = -32700;
const INVALID_REQUEST = -32600;
const SERVER_ERROR = -32000;

export function createRelay({ upstream, send, say }: RelayOptions): Relay {
  const inFlight = new Map<RequestId, AbortController>();
  /** All that goes on, notifications too. */
  const working = new Set<Promise<void>>();

  function track(work: Promise<void>): void {
    const tracked = work.finally(() => working.delete(tracked));
    working.add(tracked);
  }

  function fail(id: RequestId | null, error: Fault['error']): void {
    send({ jsonrpc: '2.0', id, error });
  }

  async function answer(request: JSONRPCRequest, signal: AbortSignal): Promise<void> {
    try {
      const outcome = await upstream.request(request, signal);
      if (signal.aborted || outcome.kind === 'aborted') return;
      if (outcome.kind === 'answered') send(outcome.message);
      else fail(request.id, faultOf(outcome));
    } catch (error) {
      if (signal.aborted) return;
      const isExpected = error instanceof AppError;
      say(isExpected ? told(error) : String(error instanceof Error ? error.stack : error));
      fail(request.id, thrown(error));
    } finally {
      inFlight.delete(request.id);
    }
  }

  function start(request: JSONRPCRequest): void {
    if (inFlight.has(request.id)) {
      fail(request.id, {
        code: INVALID_REQUEST,
        message: 'This id belongs to a request in flight.',
      });
    } else if (inFlight.size >= MAX_IN_FLIGHT) {
      const message = `More than ${MAX_IN_FLIGHT} requests are in flight. Wait for answers first.`;
      fail(request.id, { code: SERVER_ERROR, message, data: { code: 'OVERLOADED' } });
    } else {
      const cancel = new AbortController();
      inFlight.set(request.id, cancel);
      track(answer(request, cancel.signal));
    }
  }

  async function notify(message: JSONRPCMessage): Promise<void> {
    const id = cancelledId(message);
    if (id !== undefined) {
      inFlight.get(id)?.abort();
      // In the stateless revision the end of the HTTP request is all there is to say.
      if (!upstream.hasSession) return;
    }
    const isFlood = working.size > 2 * MAX_IN_FLIGHT;
    const outcome: Outcome = isFlood ? { kind: 'broken' } : await upstream.notify(message);
    if (!['accepted', 'aborted'].includes(outcome.kind))
      say('A notification could not be delivered.');
  }

  return {
    receive(line) {
      if (line.kind === 'too-long') {
        fail(null, {
          code: INVALID_REQUEST,
          message: `A message may have ${line.maxBytes} bytes at most.`,
        });
        return;
      }
      const parsed = parse(line.text);
      if ('fault' in parsed) fail(parsed.id, parsed.fault);
      else if (isJSONRPCRequest(parsed.message)) start(parsed.message);
      else track(notify(parsed.message));
    },

    async drain(signal) {
      // A request that waits for a server to start is not ended by its own signal.
      const timeIsUp = new Promise<void>((resolve) => {
        if (signal.aborted) resolve();
        else signal.addEventListener('abort', () => resolve(), { once: true });
      });
      await Promise.race([Promise.all(working), timeIsUp]);
      for (const cancel of inFlight.values()) cancel.abort();
    },
  };
}

type Parsed =
  | { readonly message: JSONRPCMessage }
  | { readonly id: RequestId | null; readonly fault: Fault['error'] };

function parse(text: string): Parsed {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { id: null, fault: { code: PARSE_ERROR, message: 'This line is not valid JSON.' } };
  }
  try {
    return { message: parseJSONRPCMessage(value) };
  } catch {
    const { id } = Object(value) as { id?: unknown };
    return {
      id: typeof id === 'string' || typeof id === 'number' ? id : null,
      fault: { code: INVALID_REQUEST, message: 'This line is not one JSON-RPC 2.0 message.' },
    };
  }
}

function cancelledId(message: JSONRPCMessage): RequestId | undefined {
  if (!('method' in message) || message.method !== 'notifications/cancelled') return undefined;
  const { requestId } = (message.params ?? {}) as { requestId?: RequestId };
  return requestId;
}

function faultOf(outcome: Exclude<Outcome, { kind: 'answered' | 'aborted' }>): Fault['error'] {
  if (outcome.kind === 'refused') return outcome.error;
  const message =
    outcome.kind === 'unreachable'
      ? 'The askonce server does not answer. Ask again in a moment.'
      : 'The askonce server went away before it answered. Nothing was changed; ask again.';
  return { code: SERVER_ERROR, message, data: { code: 'SERVER_GONE' } };
}

function thrown(error: unknown): Fault['error'] {
  if (!(error instanceof AppError)) {
    return { code: SERVER_ERROR, message: 'Something went wrong inside askonce connect.' };
  }
  return { code: SERVER_ERROR, message: told(error), data: { code: error.code } };
}

function told({ message, hint }: AppError): string {
  return hint ? `${message} ${hint}` : message;
}
