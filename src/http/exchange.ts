// Owns one exchange: a leased MCP server, one request, one HTTP response. The SDK awaits a transport's
// send, so the answer streams from there; when the client goes away the handler is aborted.
import { randomUUID } from 'node:crypto';

import { PerRequestHTTPServerTransport, isJSONRPCRequest } from '@modelcontextprotocol/server';
import type {
  AuthInfo,
  InboundModernRoute,
  JSONRPCMessage,
  JSONRPCNotification,
  JSONRPCRequest,
  JSONRPCResponse,
  McpServer,
  MessageExtraInfo,
  Transport,
  TransportSendOptions,
} from '@modelcontextprotocol/server';

import type { Reply } from './reply.ts';

export interface Exchange {
  /** Resolves when the answer is out, or when the exchange was ended without one. */
  run(): Promise<void>;
  /** Aborts the handler; no answer is sent. */
  end(): void;
  /** @returns whether the session has asked the client for this, and has it now. */
  hear(answer: JSONRPCResponse): boolean;
}

export interface ExchangeParts {
  readonly session: McpServer;
  readonly authInfo: AuthInfo;
  readonly reply: Pick<Reply, 'notify' | 'answer'>;
}

const METHOD_NOT_FOUND = -32601;
const MISSING_CLIENT_CAPABILITY = -32021;
const CANCELLED = 'notifications/cancelled';
/** Unknown to clients: a request of theirs with this id would be taken for ours and never answered. */
const newReplayId = (): string => `initialize-${randomUUID()}`;
/** Sessions number what they ask from 0, each for itself; a conversation may be on several of them at once. */
const newAskedId = (): string => `asked-${randomUUID()}`;

/** A request of the 2026-07-28 revision: everything it needs stands in its own envelope. */
export function modernExchange(parts: ExchangeParts, route: InboundModernRoute): Exchange {
  const { message, classification } = route;
  const transport = new ModernTransport(classification, parts.reply);
  return createExchange(parts.session, transport, () => {
    transport.dispatch(message as JSONRPCRequest, {
      classification,
      authInfo: parts.authInfo,
    });
  });
}

/** A request of a session-based revision; the session first learns what was negotiated, if anything was. */
export function legacyExchange(
  parts: ExchangeParts,
  message: JSONRPCRequest,
  initialize: JSONRPCRequest | null,
): Exchange {
  const transport = new LegacyTransport(message.id, parts.reply);
  return createExchange(parts.session, transport, async () => {
    if (initialize) await transport.replay({ ...initialize, id: newReplayId() });
    transport.onmessage?.(message, { authInfo: parts.authInfo });
  });
}

interface SettlingTransport extends Transport {
  readonly settled: Promise<void>;
  settle(): void;
  hear(answer: JSONRPCResponse): boolean;
}

function createExchange(
  session: McpServer,
  transport: SettlingTransport,
  start: () => Promise<void> | void,
): Exchange {
  return {
    async run() {
      await session.connect(transport);
      try {
        await start();
        await transport.settled;
      } finally {
        await session.close();
      }
    },
    end() {
      void transport.close().finally(() => transport.settle());
    },
    hear: (answer) => transport.hear(answer),
  };
}

class ModernTransport extends PerRequestHTTPServerTransport implements SettlingTransport {
  readonly settled: Promise<void>;
  readonly #reply: ExchangeParts['reply'];
  #settle = (): void => {};
  #requestId: string | number | undefined;
  /** While the message is dispatched synchronously, errors come from validation, not from a handler. */
  #dispatching = false;

  constructor(classification: InboundModernRoute['classification'], reply: ExchangeParts['reply']) {
    super({ classification });
    this.#reply = reply;
    this.settled = new Promise((resolve) => (this.#settle = resolve));
  }

  dispatch(message: JSONRPCRequest, extra: MessageExtraInfo): void {
    this.#requestId = message.id;
    this.#dispatching = true;
    this.onmessage?.(message, extra);
    this.#dispatching = false;
  }

  override async send(message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> {
    if (isToldAbout(this.#requestId, message, options)) this.#reply.notify(message);
    if (!('id' in message) || message.id !== this.#requestId || 'method' in message) return;
    try {
      await this.#reply.answer(message, statusOf(message, this.#dispatching));
    } finally {
      this.settle();
    }
  }

  settle(): void {
    this.#settle();
  }

  /** This revision asks by its results. */
  hear(): boolean {
    return false;
  }
}

/** A notification that belongs to the request; others have no way to the client. */
function isToldAbout(
  requestId: string | number | undefined,
  message: JSONRPCMessage,
  options: TransportSendOptions | undefined,
): boolean {
  return 'method' in message && !('id' in message) && options?.relatedRequestId === requestId;
}

/** What a client cannot do may only show once its call runs; every other fault of a handler is an answer. */
function statusOf(message: JSONRPCMessage, isRejected: boolean): number {
  if (!('error' in message)) return 200;
  const { code } = message.error;
  if (code === MISSING_CLIENT_CAPABILITY) return 400;
  if (!isRejected) return 200;
  return code === METHOD_NOT_FOUND ? 404 : 400;
}

class LegacyTransport implements SettlingTransport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: NonNullable<Transport['onmessage']>;
  readonly settled: Promise<void>;
  readonly #requestId: string | number;
  readonly #reply: ExchangeParts['reply'];
  #settle = (): void => {};
  #replayed = (): void => {};
  #replayId: string | number | null = null;
  /** What the session has asked of the client: its own id by the one that the client knows. */
  readonly #asked = new Map<string | number, string | number>();

  constructor(requestId: string | number, reply: ExchangeParts['reply']) {
    this.#requestId = requestId;
    this.#reply = reply;
    this.settled = new Promise((resolve) => (this.#settle = resolve));
  }

  async start(): Promise<void> {}

  /** Sends a message of our own to the session and swallows its answer. */
  async replay(message: JSONRPCRequest): Promise<void> {
    const answered = new Promise<void>((resolve) => (this.#replayed = resolve));
    this.#replayId = message.id;
    this.onmessage?.(message);
    await answered;
  }

  async send(message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> {
    if (isJSONRPCRequest(message)) {
      this.#ask(message);
      return;
    }
    if ('method' in message) {
      if (message.method === CANCELLED) this.#withdraw(message);
      else if (isToldAbout(this.#requestId, message, options)) this.#reply.notify(message);
      return;
    }
    if (message.id === this.#replayId) {
      this.#replayed();
      return;
    }
    if (message.id !== this.#requestId) return;
    try {
      await this.#reply.answer(message, 200);
    } finally {
      this.settle();
    }
  }

  /** On the response that is waited for: there is no other way to the client. */
  #ask(message: JSONRPCRequest): void {
    const id = newAskedId();
    if (!this.#reply.notify({ ...message, id })) {
      throw new Error('The client takes no events with this response, so it cannot be asked.');
    }
    this.#asked.set(id, message.id);
  }

  #withdraw({ params, ...rest }: JSONRPCNotification): void {
    for (const [id, own] of this.#asked) {
      if (own !== params?.['requestId']) continue;
      this.#asked.delete(id);
      this.#reply.notify({ ...rest, params: { ...params, requestId: id } });
    }
  }

  hear(answer: JSONRPCResponse): boolean {
    const own = answer.id === undefined ? undefined : this.#asked.get(answer.id);
    if (own === undefined) return false;
    this.#asked.delete(answer.id!);
    this.onmessage?.({ ...answer, id: own });
    return true;
  }

  async close(): Promise<void> {
    this.#replayed();
    this.onclose?.();
  }

  settle(): void {
    this.#settle();
  }
}
