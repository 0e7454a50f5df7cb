// Owns the process: which command, settings in, signals, exit code. What serves is put together in app.ts.
import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { ChangesCommand } from './changes.ts';
import { describeConfig, doubtfulNames, readConfig } from './config.ts';
import { runConnect } from './connect/bridge.ts';
import { AppError } from './errors.ts';
import { hashedToken } from './http/auth.ts';
import { createLogger, logDestination } from './logger.ts';
import { SETTINGS } from './settings.ts';
import { openTracing } from './tracing.ts';
import { welcome } from './welcome.ts';

/** compiled to dist/src/main.js, two folders below the package */
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const DRAIN_MS = 10_000;
/** A second signal, or a drain that hangs, ends the process all the same. */
const FORCE_MS = 15_000;
const PARENT_POLL_MS = 500;
const MARK_POLL_MS = 500;

async function main(args: readonly string[]): Promise<number> {
  const [command = '--help', ...rest] = args;
  const source = { env: process.env, cwd: process.cwd(), root: ROOT };
  const hasOwnHelp = ['connect', 'guard'].includes(command) || isOfChanges(command);
  if (rest.includes('--help') && !hasOwnHelp) return await cli(args);
  if (isOfChanges(command)) return await changes(command, rest);
  switch (command) {
    case 'serve':
      if (rest[0] === '--while' && rest.length === 2) endWithMark(rest[1]!);
      else if (rest.length > 0)
        return misused(`askonce serve takes no ${rest[0]}: settings are in the environment.`);
      return await serve();
    case 'connect':
      return await runConnect({
        args: rest,
        env: process.env,
        version: version(),
        settings: Object.keys(SETTINGS),
        root: ROOT,
        stdin: process.stdin,
        stdout: process.stdout,
        stderr: process.stderr,
      });
    case 'validate':
      return await validate(rest);
    case 'guard':
      return await guard(rest);
    case 'reader-role':
      return print(readFileSync(join(ROOT, 'docker/reader.sql'), 'utf8'));
    case 'token':
      return token(rest);
    case 'config':
      readConfig(source);
      return print(`${describeConfig(source)}\n`);
    default:
      return await cli([command, ...rest]);
  }
}

function misused(what: string): number {
  process.stderr.write(`${what}\n`);
  return 2;
}

const isOfChanges = (command: string): command is ChangesCommand =>
  /^(un)?install-(triggers|publication)$/.test(command);

async function cli(args: readonly string[]): Promise<number> {
  const { runCli } = await import('./cli/run.ts');
  const { env, stdin, stdout, stderr } = process;
  return await runCli({ args, env, version: version(), stdin, stdout, stderr });
}

/** The token itself is shown this once; the settings hold its hash alone. */
function token([name, admin, ...more]: readonly string[]): number {
  const isWell = name !== undefined && /^[^:,\s-][^:,\s]*$/.test(name) && more.length === 0;
  if (!isWell || (admin !== undefined && admin !== '--admin'))
    return misused('askonce token NAME [--admin], and no colon, comma or space in NAME.');
  const secret = randomBytes(24).toString('base64url');
  const role = admin === undefined ? '' : ':admin';
  const entry = `${name}:${hashedToken(secret)}${role}`;
  return print(`AUTH_TOKENS=${entry}\n# for ${name}, shown this once: ${secret}\n`);
}

/** The first interrupt ends the run and keeps what there is by then; the second one the process. */
async function validate(args: readonly string[]): Promise<number> {
  const { runValidateCommand } = await import('./validate/command.ts');
  const { withCache } = await import('./throwaway-cache.ts');
  const stop = new AbortController();
  // Every agent listens to it.
  setMaxListeners(0, stop.signal);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      stop.abort();
      process.once(signal, () => process.exit(1));
    });
  }
  const { env, stdout, stderr } = process;
  const command = {
    args,
    env,
    version: version(),
    root: ROOT,
    stdout,
    stderr,
    signal: stop.signal,
    withCache,
  };
  return await runValidateCommand(command);
}

async function guard(args: readonly string[]): Promise<number> {
  const { GUARD_HELP, runGuard } = await import('./guard-command.ts');
  if (args[0] === '--help') return print(GUARD_HELP);
  const { stdin, stdout } = process;
  return await runGuard({ args, stdin, stdout });
}

async function changes(command: ChangesCommand, args: readonly string[]): Promise<number> {
  const { CHANGES_HELP, runChanges } = await import('./changes.ts');
  if (args.includes('--help')) return print(CHANGES_HELP);
  const config = readConfig({ env: process.env, cwd: process.cwd(), root: ROOT });
  const { stdout, stderr } = process;
  return await runChanges(command, { args, config, logger: createLogger('warn'), stdout, stderr });
}

async function serve(): Promise<number> {
  // Loaded here: `connect`, which runs once per window, needs none of it.
  const { createApp } = await import('./app.ts');
  const config = readConfig({ env: process.env, cwd: process.cwd(), root: ROOT });
  const logger = createLogger(config.LOG_LEVEL, await logDestination(process.stderr));
  for (const warning of doubtfulNames(process.env)) logger.warn(warning);
  // While it starts there is nothing to drain; the engines end with this process.
  const leave = (): never => process.exit(0);
  process.once('SIGTERM', leave).once('SIGINT', leave);
  if (process.env['npm_lifecycle_event'] !== undefined) endWithParent();
  const app = await createApp({
    config,
    logger,
    version: version(),
    tracing: await openTracing({ env: process.env, version: version(), logger }),
    onProgress: (line) => process.stderr.write(`${line}\n`),
  });
  process.removeListener('SIGTERM', leave).removeListener('SIGINT', leave);
  const stopped = nextSignal();
  process.stderr.write(welcome(config, app.port));
  await stopped;
  logger.info('draining');
  setTimeout(() => process.exit(1), config.DRAIN_DELAY_MS + FORCE_MS).unref();
  process.once('SIGINT', () => process.exit(1));
  await app.close(DRAIN_MS);
  return 0;
}

/** npm that is ended ends the shell it has started, but not what that runs: port and data stayed taken. */
function endWithParent(): void {
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    process.kill(process.pid, 'SIGTERM');
  }, PARENT_POLL_MS);
  watch.unref();
}

/** Whoever has started this may want another server in its place, and says so in that file. */
function endWithMark(path: string): void {
  const read = (): string | null => (existsSync(path) ? readFileSync(path, 'utf8') : null);
  const begun = read();
  const watch = setInterval(() => {
    const mark = read();
    if (mark === null || mark === begun) return;
    clearInterval(watch);
    process.kill(process.pid, 'SIGTERM');
  }, MARK_POLL_MS);
  watch.unref();
}

function nextSignal(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
  });
}

function version(): string {
  const file = readFileSync(join(ROOT, 'package.json'), 'utf8');
  return (JSON.parse(file) as { version: string }).version;
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (error instanceof AppError) {
    process.stderr.write(`askonce: ${error.message}\n${error.hint ? `${error.hint}\n` : ''}`);
  } else {
    process.stderr.write(`askonce: ${error instanceof Error ? error.stack : String(error)}\n`);
  }
  // Nothing that a failed start left open may keep the process alive.
  process.exit(1);
}
