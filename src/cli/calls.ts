// Owns calls of a server's admin tools: connected once, patient with a server that is busy, and each fault told so that
// whoever runs a command knows what to do.
import { setTimeout as sleep } from 'node:timers/promises';

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

import type { Target } from '../connect/target.ts';
import { AppError, ERROR_KINDS } from '../errors.ts';
import type { ErrorCode } from '../errors.ts';
import { visible } from './look.ts';

export type Document = Readonly<Record<string, unknown>>;

/** @returns The tool's document. @throws AppError */
export type Call = (tool: string, args: Document) => Promise<Document>;

export interface Calls {
  readonly call: Call;
  close(): Promise<void>;
}

export interface CallsOptions {
  readonly target: Pick<Target, 'endpoint' | 'token'>;
  readonly version: string;
  /** What the server says of a call that goes on. */
  readonly onStage: (text: string) => void;
  /** Why a call is made again in a moment. */
  readonly onWait: (reason: string) => void;
}

const CALL_MS = 10 * 60 * 1000;
const PATIENCE_MS = 60_000;
/** There since there are admins. */
const ALWAYS_THERE = 'server_status';
/** As askonce says it, and as the SDK does. */
const NO_TOOL = /Unknown tool|Tool \S+ not found/;

/** @throws AppError CONFIG_INVALID where no server answers, or it refuses the token. */
export async function connectCalls(options: CallsOptions): Promise<Calls> {
  const { endpoint, token } = options.target;
  const client = new Client(
    { name: 'askonce cache', version: options.version },
    { versionNegotiation: { mode: { pin: '2026-07-28' } } },
  );
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const transport = new StreamableHTTPClientTransport(endpoint, { requestInit: { headers } });
  await client.connect(transport).catch((error: unknown) => {
    throw noServer(endpoint, error);
  });
  return {
    call: callerOf(client, options),
    close: () => client.close().catch(() => undefined),
  };
}

/** Waits where the server asks for it, and says so; not for ever. */
function callerOf(client: Client, { onStage, onWait }: CallsOptions): Call {
  return async (name, args) => {
    for (const until = performance.now() + PATIENCE_MS; ;) {
      const result = await client
        .callTool(
          { name, arguments: { ...args } },
          {
            timeout: CALL_MS,
            resetTimeoutOnProgress: true,
            onprogress: ({ message }) => onStage(visible(message ?? '')),
          },
        )
        .catch(async (error: unknown) => {
          throw await notCalled(client, name, error);
        });
      const document = (result.structuredContent ?? {}) as Document;
      const fault = document['error'] as Document | undefined;
      if (fault === undefined) return document;
      const retryAfterMs = Number(fault['retry_after_ms']);
      const isBrief = fault['code'] === 'OVERLOADED' && retryAfterMs > 0;
      if (!isBrief || performance.now() > until) throw refused(fault);
      onWait(visible(String(fault['message'])));
      await sleep(retryAfterMs);
    }
  };
}

async function notCalled(client: Client, tool: string, cause: unknown): Promise<AppError> {
  const reason = reasonOf(cause);
  if (!NO_TOOL.test(reason)) return new AppError('INPUT_INVALID', reason);
  const { tools } = await client.listTools().catch(() => ({ tools: [] }));
  if (tools.some(({ name }) => name === ALWAYS_THERE)) {
    return new AppError('NOT_FOUND', `The server has no ${tool}: it is an older askonce.`, {
      hint: 'Start it in the version of this command, or use the command of its version.',
    });
  }
  return new AppError('CONFIG_INVALID', 'The token is not that of an admin.', {
    hint: 'MCP_AUTH_TOKEN must be a token that the server has as AUTH_TOKENS=name:token:admin.',
  });
}

function refused(fault: Document): AppError {
  const code = String(fault['code']);
  const hint = fault['hint'] === undefined ? {} : { hint: asTyped(visible(String(fault['hint']))) };
  const retryAfterMs = Number(fault['retry_after_ms']);
  return new AppError(
    code in ERROR_KINDS ? (code as ErrorCode) : 'INTERNAL',
    visible(String(fault['message'])),
    { ...hint, ...(retryAfterMs > 0 && { retryAfterMs }) },
  );
}

/** A hint names tools; here they are commands. */
const asTyped = (hint: string): string =>
  hint
    .replace(
      /^See the input schema of cache_([a-z]+) in tools\/list\.$/,
      'See askonce cache $1 --help.',
    )
    .replaceAll(/\bcache_([a-z]+)/g, 'askonce cache $1')
    .replaceAll('server_status', 'askonce cache status');

function noServer(endpoint: URL, cause: unknown): AppError {
  if (/\b401\b/.test(String(cause))) {
    return new AppError('CONFIG_INVALID', `The server at ${endpoint.href} refuses the token.`, {
      hint: 'Set MCP_AUTH_TOKEN to a token that the server has as AUTH_TOKENS=name:token:admin.',
    });
  }
  return new AppError(
    'CONFIG_INVALID',
    `No server answers at ${endpoint.href}: ${reasonOf(cause)}`,
    {
      hint: 'Start one with askonce serve, or name another URL.',
    },
  );
}

/** The innermost says what has happened. */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return visible(String(cause));
  return cause.cause instanceof Error ? reasonOf(cause.cause) : visible(cause.message);
}
