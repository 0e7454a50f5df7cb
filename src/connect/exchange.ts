// Owns one message on its way to the server and back: a transport of the SDK for each, so that nothing
// is shared between requests in flight. Tells what became of it, and never throws; whether to try again,
// and what the client hears, is decided elsewhere.
import {
  SdkError,
  SdkHttpError,
  StreamableHTTPClientTransport,
  isInitializedNotification,
  isJSONRPCErrorResponse,
  isJSONRPCRequest,
  isJSONRPCResponse,
} from '@modelcontextprotocol/client';
import type {
  JSONRPCErrorResponse,
  JSONRPCMessage,
  JSONRPCResponse,
} from '@modelcontextprotocol/client';

/** What a session-based server gave out at initialize. */
export interface Session {
  readonly id: string | undefined;
  readonly version: string;
}

export type Outcome =
  | {
      readonly kind: 'answered';
      readonly message: JSONRPCResponse;
      readonly sessionId: string | undefined;
    }
  /** A notification was taken. */
  | { readonly kind: 'accepted' }
  | {
      readonly kind: 'refused';
      readonly status: number;
      readonly error: JSONRPCErrorResponse['error'];
    }
  /** No connection: the message was not sent. */
  | { readonly kind: 'unreachable' }
  /** The connection ended after the message was sent and before it was answered. */
  | { readonly kind: 'broken' }
  | { readonly kind: 'aborted' };

export interface PostOptions {
  readonly session: Session | null;
  readonly signal: AbortSignal;
}

export interface Exchange {
  post(message: JSONRPCMessage, options: PostOptions): Promise<Outcome>;
  /** Tells the server that the session is over; gives up after the time. */
  endSession(session: Session, timeoutMs: number): Promise<void>;
  close(): Promise<void>;
}

export interface ExchangeOptions {
  readonly endpoint: URL;
  readonly token: string | undefined;
  /**
   * Whether connections are kept between messages. A kept one may belong to a server that has just been
   * replaced, and then a message is lost on it; a new one costs nothing on loopback, a lot elsewhere.
   */
  readonly keepAlive: boolean;
  /** What the server sends beside answers: progress, changes, requests of its own. */
  readonly onMessage: (message: JSONRPCMessage) => void;
}

const SERVER_ERROR = -32000;
const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
]);
/** A stream that broke is the client's to ask for again: the server keeps nothing to resume. */
const NO_RECONNECTION = {
  initialReconnectionDelay: 1000,
  maxReconnectionDelay: 1000,
  reconnectionDelayGrowFactor: 1,
  maxRetries: 0,
};

export function createExchange(options: ExchangeOptions): Exchange {
  const { endpoint, token, onMessage } = options;
  const headers = {
    ...(!options.keepAlive && { connection: 'close' }),
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  };
  /** The transport that sent `initialized` holds the server's own stream, where a server has one. */
  let listening: StreamableHTTPClientTransport | null = null;

  function open(session: Session | null, fetchOne: typeof fetch = fetch) {
    return new StreamableHTTPClientTransport(endpoint, {
      fetch: fetchOne,
      reconnectionOptions: NO_RECONNECTION,
      requestInit: { headers },
      ...(session?.id !== undefined && { sessionId: session.id }),
      ...(session && { protocolVersion: session.version }),
    });
  }

  async function post(message: JSONRPCMessage, context: PostOptions): Promise<Outcome> {
    let isStream = false;
    const transport = open(context.session, async (url, init) => {
      const response = await fetch(url, init);
      isStream = response.headers.get('content-type')?.startsWith('text/event-stream') ?? false;
      return response;
    });
    await transport.start();
    const isRequest = isJSONRPCRequest(message);
    const outcome = await new Promise<Outcome>((resolve) => {
      // oxlint-disable-next-line unicorn/prefer-add-event-listener -- a transport is no EventTarget
      transport.onmessage = (received) => {
        if (!isRequest || !isJSONRPCResponse(received) || received.id !== message.id) {
          onMessage(received);
        } else {
          resolve({ kind: 'answered', message: received, sessionId: transport.sessionId });
        }
      };
      context.signal.addEventListener('abort', () => resolve({ kind: 'aborted' }), { once: true });
      const onRequestStreamEnd = (): void => resolve({ kind: 'broken' });
      transport.send(message, { requestSignal: context.signal, onRequestStreamEnd }).then(
        () => {
          if (!isRequest) resolve({ kind: 'accepted' });
          // A whole body was read and it held no answer; a stream may still bring one.
          else if (!isStream) resolve({ kind: 'broken' });
        },
        (error: unknown) => resolve(failure(error, context.signal)),
      );
    });
    if (outcome.kind === 'accepted' && isInitializedNotification(message)) {
      await listening?.close();
      listening = transport;
    } else {
      await transport.close();
    }
    return outcome;
  }

  return {
    post,
    async endSession(session, timeoutMs) {
      const transport = open(session);
      await transport.start();
      const timer = setTimeout(() => void transport.close(), timeoutMs);
      await transport.terminateSession().catch(() => undefined);
      clearTimeout(timer);
    },
    async close() {
      await listening?.close();
    },
  };
}

function failure(error: unknown, signal: AbortSignal): Outcome {
  if (signal.aborted) return { kind: 'aborted' };
  if (error instanceof SdkHttpError) {
    return { kind: 'refused', status: error.status, error: refusal(error) };
  }
  if (error instanceof SdkError) {
    return { kind: 'refused', status: 200, error: notMcp('something other than JSON') };
  }
  const { cause } = error as { cause?: { code?: unknown } };
  const neverSent = NEVER_SENT.has(String(cause?.code));
  return { kind: neverSent ? 'unreachable' : 'broken' };
}

/** The server's own words where it gave them in the protocol; else only what the status tells. */
function refusal({ status, data }: SdkHttpError): JSONRPCErrorResponse['error'] {
  const body = parse(data.text);
  // Without its id, which is null where the server refused before it read one.
  const answer = { ...body, id: undefined };
  return isJSONRPCErrorResponse(answer) ? answer.error : notMcp(`HTTP status ${status}`);
}

function parse(text: unknown): object {
  try {
    return Object(JSON.parse(String(text))) as object;
  } catch {
    return {};
  }
}

function notMcp(what: string): JSONRPCErrorResponse['error'] {
  return {
    code: SERVER_ERROR,
    message: `The server answered with ${what}. Check that its address is that of an askonce server.`,
  };
}
