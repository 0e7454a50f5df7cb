// Owns the commands that take what a server knows into a file, and a file into what a server knows: a client of its
// admin tools, one page or batch at a time, so that neither side ever holds more of it.
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { streamArray } from 'stream-json/streamers/stream-array.js';

import { readTarget } from './connect/target.ts';
import { AppError } from './errors.ts';

export const CACHE_FILES_HELP = `Usage:
  askonce cache-export [URL] > FILE           every known question with its statement, as a JSON array
  askonce cache-warm [URL] [--run] < FILE     teach a server such questions; what it knows already stays

  URL             of the server; default: http://127.0.0.1:PORT/mcp, with PORT from the environment (3000)
  MCP_AUTH_TOKEN  environment variable; the token of a principal with the admin role
  --run           run each statement as well: its rows are known, too, to whom the token belongs

A FILE may as well be written by hand: [{"question": "...", "sql": "SELECT ...", "params": []}]
`;

export type CacheFilesCommand = 'cache-export' | 'cache-warm';

export interface CacheFilesOptions {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
}

const PAGE = 1000;
/** What one call may bring: cache_warm takes so many, and a body may be so long. */
const BATCH = 200;
const BATCH_CHARS = 1_000_000;
const CALL_MS = 10 * 60 * 1000;

type Call = (name: string, args: Record<string, unknown>) => Promise<Record<string, unknown>>;

/** @returns The exit code: 1 where some questions were refused. @throws AppError */
export async function runCacheFiles(
  command: CacheFilesCommand,
  options: CacheFilesOptions,
): Promise<number> {
  const { url, run } = readArgs(options.args);
  const { endpoint, token } = readTarget({ url, env: options.env });
  const client = new Client(
    { name: `askonce ${command}`, version: options.version },
    { versionNegotiation: { mode: { pin: '2026-07-28' } } },
  );
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const transport = new StreamableHTTPClientTransport(endpoint, { requestInit: { headers } });
  try {
    await client.connect(transport).catch((error: unknown) => {
      throw noServer(endpoint, error);
    });
    const call = callerOf(client);
    return command === 'cache-export'
      ? await exportAll(call, options)
      : await warm(call, run, options);
  } finally {
    await client.close().catch(() => undefined);
  }
}

async function exportAll(call: Call, { stdout, stderr }: CacheFilesOptions): Promise<number> {
  let count = 0;
  let cursor: unknown = undefined;
  // Whoever read it has seen enough.
  const gone = new AbortController();
  stdout.on('error', () => gone.abort());
  do {
    const page = await call('cache_export', {
      limit: PAGE,
      ...(cursor !== undefined && { cursor }),
    });
    for (const entry of page['questions'] as unknown[]) {
      const text = `${count === 0 ? '[\n' : ',\n'}${JSON.stringify(entry)}`;
      count += 1;
      if (!stdout.write(text)) await once(stdout, 'drain', gone).catch(() => undefined);
      if (gone.signal.aborted) return 0;
    }
    cursor = page['next_cursor'] ?? undefined;
    stderr.write(`${count} questions\n`);
  } while (cursor !== undefined);
  stdout.write(count === 0 ? '[]\n' : '\n]\n');
  return 0;
}

async function warm(call: Call, run: boolean, options: CacheFilesOptions): Promise<number> {
  const { stdin, stderr } = options;
  const total = { learned: 0, known: 0, ran: 0, refused: 0 };
  let batch: unknown[] = [];
  let chars = 0;

  async function flush(): Promise<void> {
    if (batch.length === 0) return;
    const report = await call('cache_warm', { questions: batch, run });
    for (const name of Object.keys(total) as Array<keyof typeof total>) {
      total[name] += Number(report[name]);
    }
    for (const fault of report['faults'] as Array<Record<string, unknown>>) {
      stderr.write(`refused: ${String(fault['question'])}: ${String(fault['message'])}\n`);
    }
    stderr.write(`${said(total)}\n`);
    batch = [];
    chars = 0;
  }

  const items = stdin.pipe(streamArray.withParserAsStream());
  stdin.on('error', (error) => items.destroy(error));
  try {
    for await (const { value } of items as AsyncIterable<{ value: unknown }>) {
      const size = JSON.stringify(value).length;
      if (chars + size > BATCH_CHARS) await flush();
      batch.push(value);
      chars += size;
      if (batch.length === BATCH) await flush();
    }
  } catch (error) {
    if (error instanceof AppError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new AppError('INPUT_INVALID', `The file is no JSON array of questions: ${reason}`, {
      hint: `Before that: ${said(total)}. Correct the file and repeat; what is known stays as it is.`,
    });
  }
  await flush();
  stderr.write(`done: ${said(total)}\n`);
  return total.refused > 0 ? 1 : 0;
}

const said = (total: Readonly<Record<'learned' | 'known' | 'ran' | 'refused', number>>): string =>
  `${total.learned} learned, ${total.known} known already, ${total.ran} run, ${total.refused} refused`;

/** Waits where the server asks for it. */
function callerOf(client: Client): Call {
  return async (name, args) => {
    for (;;) {
      const result = await client
        .callTool({ name, arguments: args }, { timeout: CALL_MS, resetTimeoutOnProgress: true })
        .catch((error: unknown) => {
          throw notCalled(error);
        });
      const document = (result.structuredContent ?? {}) as Record<string, unknown>;
      const fault = document['error'] as Record<string, unknown> | undefined;
      if (fault === undefined) return document;
      const retryAfterMs = Number(fault['retry_after_ms']);
      if (fault['code'] !== 'OVERLOADED' || !(retryAfterMs > 0)) throw refused(fault);
      await sleep(retryAfterMs);
    }
  };
}

function notCalled(cause: unknown): AppError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new AppError('INPUT_INVALID', reason, {
    hint: 'Only an admin may do this: MCP_AUTH_TOKEN must be a token of AUTH_TOKENS=name:token:admin.',
  });
}

function refused(fault: Record<string, unknown>): AppError {
  const hint = fault['hint'] === undefined ? {} : { hint: String(fault['hint']) };
  return new AppError('INPUT_INVALID', String(fault['message']), hint);
}

function noServer(endpoint: URL, cause: unknown): AppError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new AppError('CONFIG_INVALID', `No server answers at ${endpoint.href}: ${reason}`, {
    hint: 'Start one with askonce serve, or name another URL. MCP_AUTH_TOKEN holds the token of an admin.',
  });
}

function readArgs(args: readonly string[]): {
  readonly url: string | undefined;
  readonly run: boolean;
} {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { run: { type: 'boolean' } },
      allowPositionals: true,
    });
    if (positionals.length > 1) throw new Error(`Too much: ${positionals.slice(1).join(' ')}`);
    return { url: positionals[0], run: values.run === true };
  } catch (error) {
    throw new AppError('CONFIG_INVALID', error instanceof Error ? error.message : String(error), {
      hint: CACHE_FILES_HELP,
    });
  }
}
