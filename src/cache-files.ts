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
import { ENTRY } from './mcp/tools/cache-warm.ts';
import type { Entry } from './query/transfer.ts';

export const CACHE_FILES_HELP = `Usage:
  askonce cache-export [URL] > FILE           every question known under the present schema, with its
                                              statement, as a JSON array
  askonce cache-warm [URL] [--run] < FILE     teach a server such questions; what it knows already stays

  URL             of the server; default: http://127.0.0.1:PORT/mcp, with PORT from the environment (3000)
  MCP_AUTH_TOKEN  environment variable; the token of a principal with the admin role
  --run           run each statement as well: its rows are known, too, to whom the token belongs. Without it
                  statements are only parsed

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
const PATIENCE_MS = 60_000;

type Call = (name: string, args: Record<string, unknown>) => Promise<Record<string, unknown>>;

/** @returns The exit code: 1 where some questions were refused. @throws AppError */
export async function runCacheFiles(
  command: CacheFilesCommand,
  options: CacheFilesOptions,
): Promise<number> {
  const { url, run } = readArgs(command, options.args);
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
    const call = callerOf(client, options.stderr);
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
  const closed = new AbortController();
  stdout.on('error', (error: NodeJS.ErrnoException) => closed.abort(error));
  do {
    const page = await call('cache_export', {
      limit: PAGE,
      ...(cursor !== undefined && { cursor }),
    });
    for (const entry of page['questions'] as unknown[]) {
      const text = `${count === 0 ? '[\n' : ',\n'}${JSON.stringify(entry)}`;
      count += 1;
      if (!stdout.write(text)) await once(stdout, 'drain', closed).catch(() => undefined);
      if (closed.signal.aborted) return endedBy(closed.signal.reason as NodeJS.ErrnoException);
    }
    cursor = page['next_cursor'] ?? undefined;
    stderr.write(`${count} questions\n`);
  } while (cursor !== undefined);
  stdout.write(count === 0 ? '[]\n' : '\n]\n');
  return 0;
}

/** Whoever read it may have seen enough. */
function endedBy(error: NodeJS.ErrnoException): number {
  if (error.code === 'EPIPE') return 0;
  throw new AppError('INTERNAL', `The export cannot be written: ${error.message}`);
}

async function warm(call: Call, run: boolean, options: CacheFilesOptions): Promise<number> {
  const { stdin, stderr } = options;
  const total = { learned: 0, known: 0, ran: 0, refused: 0 };
  let batch: Entry[] = [];
  /** Where each of the batch stands in the file, from 1. */
  let numbers: number[] = [];
  let chars = 0;

  function refuse(number: number, what: string): void {
    stderr.write(`refused: number ${number}: ${what}\n`);
  }

  async function flush(): Promise<void> {
    if (batch.length === 0) return;
    const report = await call('cache_warm', { questions: batch, run });
    for (const name of Object.keys(total) as Array<keyof typeof total>) {
      total[name] += Number(report[name]);
    }
    const faults = report['faults'] as ReadonlyArray<Record<string, unknown>>;
    for (const { number, question, message } of faults) {
      refuse(numbers[Number(number) - 1]!, `${String(question)}: ${String(message)}`);
    }
    const unsaid = Number(report['refused']) - faults.length;
    if (unsaid > 0) stderr.write(`refused: ${unsaid} more of these ${batch.length}\n`);
    stderr.write(`${said(total)} so far\n`);
    batch = [];
    numbers = [];
    chars = 0;
  }

  const items = stdin.pipe(streamArray.withParserAsStream());
  stdin.on('error', (error) => items.destroy(error));
  try {
    for await (const { key, value } of items as AsyncIterable<{ key: number; value: unknown }>) {
      const entry = ENTRY.safeParse(value);
      if (!entry.success) {
        total.refused += 1;
        refuse(
          key + 1,
          entry.error.issues
            .map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(': '))
            .join('; '),
        );
        continue;
      }
      const size = JSON.stringify(value).length;
      if (chars + size > BATCH_CHARS) await flush();
      batch.push(entry.data);
      numbers.push(key + 1);
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

/** Waits where the server asks for it, and says so; not for ever. */
function callerOf(client: Client, stderr: Writable): Call {
  return async (name, args) => {
    for (const until = performance.now() + PATIENCE_MS; ;) {
      const result = await client
        .callTool(
          { name, arguments: args },
          // Without a listener none is asked for.
          { timeout: CALL_MS, resetTimeoutOnProgress: true, onprogress: () => undefined },
        )
        .catch((error: unknown) => {
          throw notCalled(error);
        });
      const document = (result.structuredContent ?? {}) as Record<string, unknown>;
      const fault = document['error'] as Record<string, unknown> | undefined;
      if (fault === undefined) return document;
      const retryAfterMs = Number(fault['retry_after_ms']);
      const isBrief = fault['code'] === 'OVERLOADED' && retryAfterMs > 0;
      if (!isBrief || performance.now() > until) throw refused(fault);
      stderr.write(`waiting: ${String(fault['message'])}\n`);
      await sleep(retryAfterMs);
    }
  };
}

function notCalled(cause: unknown): AppError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  if (!/Unknown tool/.test(reason)) return new AppError('INPUT_INVALID', reason);
  return new AppError('CONFIG_INVALID', 'The token is not that of an admin.', {
    hint: 'MCP_AUTH_TOKEN must be a token that the server has as AUTH_TOKENS=name:token:admin.',
  });
}

function refused(fault: Record<string, unknown>): AppError {
  const hint = fault['hint'] === undefined ? {} : { hint: String(fault['hint']) };
  return new AppError('INPUT_INVALID', String(fault['message']), hint);
}

function noServer(endpoint: URL, cause: unknown): AppError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  if (/\b401\b/.test(reason)) {
    return new AppError('CONFIG_INVALID', `The server at ${endpoint.href} refuses the token.`, {
      hint: 'Set MCP_AUTH_TOKEN to a token that the server has as AUTH_TOKENS=name:token:admin.',
    });
  }
  return new AppError('CONFIG_INVALID', `No server answers at ${endpoint.href}: ${reason}`, {
    hint: 'Start one with askonce serve, or name another URL.',
  });
}

function readArgs(
  command: CacheFilesCommand,
  args: readonly string[],
): {
  readonly url: string | undefined;
  readonly run: boolean;
} {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: command === 'cache-warm' ? { run: { type: 'boolean' } } : {},
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
