// Owns one exchange: a leased MCP server, one request, one HTTP response. The SDK awaits a transport's
// send, so the answer streams from there; when the client goes away the handler is aborted.
import { randomUUID } from 'node:crypto';

import { PerRequestHTTPServerTransport } from '@modelcontextprotocol/server';
import type {
  AuthInfo,
  InboundModernRoute,
  JSONRPCMessage,
  JSONRPCRequest,
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
}

export interface ExchangeParts {
  readonly session: McpServer;
  readonly authInfo: AuthInfo;
  readonly reply: Pick<Reply, 'notify' | 'answer'>;
}

const METHOD_NOT_FOUND = -32601;
/** Unknown to clients: a request of theirs with this id would be taken for ours and never answered. */
const newReplayId = (): string => `initialize-${randomUUID()}`;

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
      await this.#reply.answer(message, this.#dispatching ? rejectionStatus(message) : 200);
    } finally {
      this.settle();
    }
  }

  settle(): void {
    this.#settle();
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

function rejectionStatus(message: JSONRPCMessage): number {
  if (!('error' in message)) return 200;
  return message.error.code === METHOD_NOT_FOUND ? 404 : 400;
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
    if (isToldAbout(this.#requestId, message, options)) this.#reply.notify(message);
    if (!('id' in message) || 'method' in message) return;
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

  async close(): Promise<void> {
    this.#replayed();
    this.onclose?.();
  }

  settle(): void {
    this.#settle();
  }
}
