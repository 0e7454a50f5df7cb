// Owns `askonce connect`: stdio on one side, the shared HTTP server on the other, and the end of both.
// stdout carries the protocol and nothing else; whatever a person may want to know goes to stderr.
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';

import { serializeMessage } from '@modelcontextprotocol/client';
import type { JSONRPCMessage } from '@modelcontextprotocol/client';

import { createExchange } from './exchange.ts';
import { createLauncher } from './launch.ts';
import type { Launcher } from './launch.ts';
import { readLines } from './lines.ts';
import { createRelay } from './relay.ts';
import type { Fault } from './relay.ts';
import { dataFolder, readTarget } from './target.ts';
import { createUpstream } from './upstream.ts';

export const HELP = `askonce connect [URL] [--restart]: let a stdio client (Claude Desktop) use a shared askonce server

  URL             default: http://127.0.0.1:PORT/mcp, with PORT from the environment (3000)
  --restart       a server that connect has started here with other settings is started anew
  MCP_AUTH_TOKEN  environment variable; sent to the server as a bearer token

If nothing answers at a URL on this machine, a server is started there with the settings of this
environment. It stays up for other windows, until its process, named on stderr, is ended. Its log is
logs/serve.log in the data folder (ASKONCE_DATA_DIR, ~/.askonce).
`;

export interface ConnectOptions {
  /** What stands behind `connect`. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  /** Names of the settings that a server reads from its environment. */
  readonly settings: readonly string[];
  /** Root of the installed package; bin/askonce.mjs stands there. */
  readonly root: string;
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
}

const RESTART = '--restart';
/** What the server accepts as a body. */
const MAX_LINE_BYTES = 4 * 1024 * 1024;
/** Enough for a script that pipes its requests in; a desktop client sends SIGTERM after about two. */
const DRAIN_MS = 10_000;

/**
 * Runs until stdin closes, stdout is gone or a signal comes.
 * @returns the exit code
 * @throws AppError CONFIG_INVALID when the URL or a variable cannot be used.
 */
export async function runConnect(options: ConnectOptions): Promise<number> {
  const { args, env, root, version, stdin, stdout } = options;
  const url = args.find((arg) => arg !== RESTART);
  if (url === '--help' || url === '-h') {
    stdout.write(HELP);
    return 0;
  }
  const target = readTarget({ url, env });
  const say = sayTo(options.stderr);
  const { stopped, unwatch } = watchForEnd(stdin, stdout);
  const closing = new AbortController();
  const send = (message: JSONRPCMessage | Fault): void => {
    if (!stopped.aborted) stdout.write(serializeMessage(message as JSONRPCMessage));
  };
  const launcher = createLauncher({
    target,
    env,
    root,
    dataDir: dataFolder({ env }),
    version,
    settings: settingsIn(options),
    say,
    signal: AbortSignal.any([closing.signal, stopped]),
  });
  const exchange = createExchange({
    ...target,
    keepAlive: target.startAt === null,
    onMessage: send,
  });
  const upstream = createUpstream({ exchange, ensureServer: () => launcher.ensure() });
  const relay = createRelay({ upstream, send, say });

  say(`Bridging stdio to ${target.endpoint.origin}${target.endpoint.pathname}`);
  if (args.includes(RESTART)) await launcher.retire().catch((error) => say(String(error)));
  void warnOfUnused(options, launcher, say);
  try {
    for await (const line of readLines(stdin, MAX_LINE_BYTES)) {
      relay.receive(line);
      // A client that does not read its answers gets to ask no more until it does.
      if (stdout.writableNeedDrain) await once(stdout, 'drain', { signal: stopped });
    }
  } catch (error) {
    if (!stopped.aborted) say(`stdin failed: ${String(error)}`);
  }
  await relay.drain(AbortSignal.any([stopped, AbortSignal.timeout(DRAIN_MS)]));
  closing.abort();
  await upstream.close();
  unwatch();
  return 0;
}

/** Where the server is, which connect goes by itself. */
const PLACE = new Set(['HOST', 'PORT']);

/** What a server that is started from here gets to know of. */
function settingsIn({ env, settings }: ConnectOptions): Record<string, string> {
  const given = settings.flatMap((name) =>
    env[name] && !PLACE.has(name) ? [[name, env[name]] as const] : [],
  );
  return Object.fromEntries(given);
}

/** A server that is up has the settings it was started with: those in here would go unseen. */
async function warnOfUnused(
  options: ConnectOptions,
  launcher: Launcher,
  say: (line: string) => void,
): Promise<void> {
  const unused = Object.keys(settingsIn(options));
  if (unused.length === 0 || !(await launcher.isUp().catch(() => false))) return;
  say(
    `WARNING: an askonce already runs there, and the settings it was started with hold; ` +
      `what this environment says (${unused.join(', ')}) does not change it. If it differs, set PORT and ` +
      'ASKONCE_DATA_DIR to others for a second server, or end the running one first.',
  );
}

function sayTo(stderr: Writable): (line: string) => void {
  // A log that nobody reads is no reason to end.
  stderr.on('error', () => undefined);
  return (line) => void stderr.write(`askonce connect: ${line}\n`);
}

/** Aborts on a signal to end, or when nobody reads the answers any more. */
function watchForEnd(stdin: Readable, stdout: Writable) {
  const controller = new AbortController();
  const stop = (): void => {
    controller.abort();
    stdin.destroy();
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  stdout.on('error', stop);
  const unwatch = (): void => {
    process.off('SIGTERM', stop);
    process.off('SIGINT', stop);
  };
  return { stopped: controller.signal, unwatch };
}
