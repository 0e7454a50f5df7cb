// Owns `npm test`: which compiled test files run, in which order, and the PostgreSQL and the browser that some
// need. The tests run on node's own runner; a server started here ends here.
import { readFile, readdir } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';

import { isAppError } from '../src/errors.ts';
import { SETTINGS } from '../src/settings.ts';
import { provideBrowser } from './browser.ts';
import { checkFitForTests } from './postgres/probe.ts';
import { createServers } from './postgres/servers.ts';
import type { RunningPostgres } from './postgres/strategy.ts';
import { localSurroundings } from './postgres/surroundings.ts';

const HELP = `Usage: npm test [-- GROUP | PART_OF_A_PATH ...]     for example: npm test -- integration/db

Groups: unit, integration, e2e. Tests of PostgreSQL use TEST_DATABASE_URL if set, else the server of
\`npm run postgres -- start\` if that is up, else one of their own. Set TEST_POSTGRES_SKIP to a reason
to leave them out. Tests of the console use the Chromium at TEST_BROWSER, else one that is installed, else
Debian's package where root runs them; TEST_BROWSER_SKIP leaves them out likewise.`;

/** In this order: what is quick and small speaks first. */
const GROUPS = ['unit', 'integration', 'e2e'] as const;
type Group = (typeof GROUPS)[number];

/** For two cores, which a small machine has: much of a test is waiting. */
const FILES_AT_ONCE = 3;
/** What takes longest begins first, so that it does not run on alone behind all others. */
const LONG =
  /\/(many-clients|bundle|validate|embedded-kill|cross-scope|rolling-restart|scale-out|packed)\b/;
const FILE_TIMEOUT_MS = 400_000;
const COMPILED_ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const PACKAGE_ROOT = resolve(COMPILED_ROOT, '..');
/** What a test file imports, itself or through others, when it cannot run without a server. */
const NEEDS_SERVER = join(COMPILED_ROOT, 'test', 'support', 'database.js');
const NEEDS_BROWSER = join(COMPILED_ROOT, 'test', 'support', 'browser.js');

interface Totals {
  passed: number;
  failed: number;
  skipped: number;
}

/** What tests need beside themselves, or the reason why there is none. */
interface Provision {
  readonly obstacle?: string;
  readonly release?: () => Promise<void>;
}

interface LeftOut {
  /** "a browser" */
  readonly want: string;
  readonly reason: string;
  readonly files: readonly string[];
}

async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(`${HELP}\n`);
    return 0;
  }
  const files = await selectFiles(args);
  if (files.length === 0) throw new Error(`no test file matches; see npm test -- --help`);
  const abort = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => abort.abort(new Error(`ended by ${signal}`)));
  }
  isolateEnvironment();
  const totals: Totals = { passed: 0, failed: 0, skipped: 0 };
  const leftOut: LeftOut[] = [];
  const releases: Array<() => Promise<void>> = [];
  let runnable = files;
  try {
    for (const { what, want, provide } of NEEDS) {
      const needing = await importing(what, runnable);
      if (needing.length === 0) continue;
      const { obstacle, release } = await provide(abort.signal);
      if (release) releases.push(release);
      if (obstacle === undefined) continue;
      leftOut.push({ want, reason: obstacle, files: needing });
      runnable = runnable.filter((file) => !needing.includes(file));
    }
    for (const group of GROUPS) {
      const own = runnable.filter((file) => inGroup(file, group));
      await runGroup(group, { files: own, signal: abort.signal, totals });
    }
  } finally {
    for (const release of releases) await release();
  }
  abort.signal.throwIfAborted();
  return conclude(totals, leftOut);
}

/** Sources rather than compiled files are listed: what was deleted must not run on. */
async function selectFiles(patterns: readonly string[]): Promise<string[]> {
  const sources = await readdir(join(PACKAGE_ROOT, 'test'), { recursive: true });
  return sources
    .map((source) => source.split(sep).join('/'))
    .filter((source) => source.endsWith('.test.ts') && isGroup(source.split('/')[0] ?? ''))
    .filter((source) => patterns.length === 0 || patterns.some((item) => matches(source, item)))
    .map((source) => source.replace(/\.ts$/, '.js'))
    .sort((a, b) => Number(LONG.test(b)) - Number(LONG.test(a)) || a.localeCompare(b));
}

function matches(source: string, pattern: string): boolean {
  if (isGroup(pattern)) return inGroup(source, pattern);
  const wanted = pattern.replace(/^(\.\/)?(dist\/)?(test\/)?/, '').replace(/\.[jt]s$/, '');
  return source.includes(wanted);
}

function isGroup(name: string): name is Group {
  return GROUPS.some((group) => group === name);
}

function inGroup(file: string, group: Group): boolean {
  return file.startsWith(`${group}/`);
}

function compiled(file: string): string {
  return join(COMPILED_ROOT, 'test', file);
}

async function importing(what: string, files: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const file of files) if (await imports(file, what)) found.push(file);
  return found;
}

async function imports(file: string, what: string): Promise<boolean> {
  const seen = new Set<string>();
  const open = [compiled(file)];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (path === what) return true;
    if (seen.has(path) || !path.startsWith(join(COMPILED_ROOT, 'test'))) continue;
    seen.add(path);
    const text = await readFile(path, 'utf8');
    const imported = text.matchAll(/\bfrom '(\.[^']+)'/g);
    for (const [, relative = ''] of imported) open.push(resolve(dirname(path), relative));
  }
  return false;
}

/** The settings of whoever runs the tests must not decide how they end. */
function isolateEnvironment(): void {
  for (const name of Object.keys(SETTINGS)) delete process.env[name];
}

const NEEDS = [
  { what: NEEDS_BROWSER, want: 'a browser', provide: provideChromium },
  { what: NEEDS_SERVER, want: 'a PostgreSQL with pgvector', provide: provideServer },
] as const;

async function provideChromium(signal: AbortSignal): Promise<Provision> {
  const skip = process.env['TEST_BROWSER_SKIP'];
  if (skip) return { obstacle: skip };
  const progress = (line: string): void => void process.stderr.write(`browser: ${line}\n`);
  try {
    const surroundings = { ...localSurroundings(process.env, signal), progress };
    process.env['TEST_BROWSER'] = await provideBrowser(surroundings);
    return {};
  } catch (error) {
    if (!isAppError(error, 'NOT_FOUND')) throw error;
    return { obstacle: `${error.message}\n${error.hint ?? ''}` };
  }
}

async function provideServer(signal: AbortSignal): Promise<Provision> {
  const given = process.env['TEST_DATABASE_URL'];
  if (given) {
    await checkFitForTests(given);
    return {};
  }
  const skip = process.env['TEST_POSTGRES_SKIP'];
  if (skip) return { obstacle: skip };
  const servers = createServers(localSurroundings(process.env, signal));
  const shared = await servers.shared();
  if (shared) {
    tell(shared);
    return {};
  }
  try {
    const { server, release } = await servers.startOwn();
    tell(server);
    return { release };
  } catch (error) {
    if (!isAppError(error, 'DATABASE_UNAVAILABLE')) throw error;
    return { obstacle: `${error.message}\n${error.hint ?? ''}` };
  }
}

/** Tests learn whose server it is: one that was made here can be made again, for a test alone. */
function tell({ url, strategy }: RunningPostgres): void {
  process.env['TEST_DATABASE_URL'] = url;
  process.env['TEST_POSTGRES_STRATEGY'] = strategy;
}

async function runGroup(
  group: Group,
  options: { files: readonly string[]; signal: AbortSignal; totals: Totals },
): Promise<void> {
  if (options.files.length === 0 || options.signal.aborted) return;
  process.stdout.write(`\n${group}\n`);
  const events = run({
    files: options.files.map(compiled),
    concurrency: FILES_AT_ONCE,
    timeout: FILE_TIMEOUT_MS,
    signal: options.signal,
  });
  events.on('test:diagnostic', ({ message, nesting }) => {
    const [, what = '', count = ''] =
      /^(pass|fail|cancelled|skipped|todo) (\d+)$/.exec(message) ?? [];
    if (nesting === 0) addTo(options.totals, what, Number(count));
  });
  for await (const text of events.compose(new spec())) process.stdout.write(String(text));
}

function addTo(totals: Totals, what: string, count: number): void {
  if (what === 'pass') totals.passed += count;
  if (what === 'fail' || what === 'cancelled') totals.failed += count;
  if (what === 'skipped' || what === 'todo') totals.skipped += count;
}

function conclude(totals: Totals, leftOut: readonly LeftOut[]): number {
  const lines: string[] = [''];
  for (const { want, reason, files } of leftOut) {
    const list = files.map((file) => `  test/${file.replace(/\.js$/, '.ts')}`);
    const because = reason
      .trim()
      .split('\n')
      .map((line) => `  ${line}`);
    lines.push(`NOT RUN, for want of ${want} (${countFiles(list.length)}):`, ...list);
    lines.push('because', ...because, '');
  }
  const missing = leftOut.reduce((count, { files }) => count + files.length, 0);
  const notRun = missing > 0 ? `, ${countFiles(missing)} not run` : '';
  lines.push(
    `${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped${notRun}`,
  );
  process.stdout.write(`${lines.join('\n')}\n`);
  // A machine that checks for others must not take half of the tests for all of them.
  const incomplete = missing > 0 && Boolean(process.env['CI']);
  const ranNothing = totals.passed + totals.failed + totals.skipped === 0;
  return totals.failed > 0 || incomplete || ranNothing ? 1 : 0;
}

function countFiles(count: number): string {
  return count === 1 ? '1 file' : `${count} files`;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  const hint = isAppError(error) && error.hint ? `\n${error.hint}` : '';
  process.stderr.write(`${message}${hint}\n`);
  process.exitCode = 1;
}
