// `npm run fuzz -- NAME [OPTIONS]`: runs one fuzzer for as long as wanted. Progress goes to stderr, the report to
// stdout; ends with 1 when anything was found.
import type { TestContext } from 'node:test';

import { createServers } from '../../dev/postgres/servers.ts';
import { localSurroundings } from '../../dev/postgres/surroundings.ts';
import { cursorFuzzer } from './cursor.ts';
import { runFuzzer } from './fuzzer.ts';
import type { Fuzzer, FuzzRange } from './fuzzer.ts';
import { guardFuzzer } from './guard.ts';
import { protocolFuzzer } from './protocol.ts';
import { tokenFuzzer } from './token.ts';

const FUZZERS: Readonly<Record<string, Fuzzer>> = {
  protocol: protocolFuzzer,
  guard: guardFuzzer,
  cursor: cursorFuzzer,
  token: tokenFuzzer,
};

const HELP = `Usage: npm run fuzz -- NAME [--cases N] [--seed S] [--from CASE] [--json]

${Object.entries(FUZZERS)
  .map(([name, { about }]) => `  ${name.padEnd(10)}${about}`)
  .join('\n')}

  --cases N    how many (10000)
  --seed S     of the chance that makes them; a new one by default, and printed
  --from CASE  number of the first: \`--seed S --from CASE --cases 1\` tries one again
  --json       the report as one line of JSON

A PostgreSQL of its own is started and ended, since nobody else may write there; with
TEST_DATABASE_URL that server is used, and only the databases made there are watched.
`;

const PROGRESS_MS = 5000;

interface Wanted {
  readonly fuzzer: Fuzzer;
  readonly name: string;
  readonly range: FuzzRange;
  readonly asJson: boolean;
}

/** Null where help is wanted, or needed. */
function parse(args: readonly string[]): Wanted | null {
  const numbers: Record<string, number> = {};
  let name = '';
  let asJson = false;
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at]!;
    if (arg === '--json') asJson = true;
    else if (/^--(cases|seed|from)$/.test(arg)) {
      const value = Number(args[(at += 1)]);
      if (!Number.isSafeInteger(value) || value < 0) return null;
      numbers[arg.slice(2)] = value;
    } else if (name === '' && Object.hasOwn(FUZZERS, arg)) name = arg;
    else return null;
  }
  if (name === '') return null;
  const { cases = 10_000, seed = Math.floor(Math.random() * 2 ** 31), from = 0 } = numbers;
  return { fuzzer: FUZZERS[name]!, name, range: { cases, seed, from }, asJson };
}

/** What tests do behind themselves is done here in turn, the last first. */
function scope(): { readonly t: TestContext; readonly end: () => Promise<void> } {
  const after: Array<() => unknown> = [];
  const t = {
    name: 'fuzz',
    after: (work: () => unknown) => void after.push(work),
    diagnostic: () => undefined,
  };
  return {
    t: t as unknown as TestContext,
    async end() {
      for (const work of after.reverse()) await work();
    },
  };
}

async function main(args: readonly string[]): Promise<number> {
  const wanted = parse(args);
  if (wanted === null) {
    const isAsked = args.includes('--help') || args.includes('-h');
    (isAsked ? process.stdout : process.stderr).write(HELP);
    return isAsked ? 0 : 2;
  }
  const abort = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => abort.abort(new Error(`ended by ${signal}`)));
  const own = process.env['TEST_DATABASE_URL']
    ? null
    : await createServers(localSurroundings(process.env, abort.signal)).startOwn();
  if (own) process.env['TEST_DATABASE_URL'] = own.server.url;
  const { t, end } = scope();
  try {
    const range = { ...wanted.range, signal: abort.signal };
    return await fuzz({ ...wanted, range }, t, own !== null);
  } finally {
    await end();
    await own?.release();
  }
}

async function fuzz(wanted: Wanted, t: TestContext, ownsServer: boolean): Promise<number> {
  const { fuzzer, name, asJson } = wanted;
  const { seed, cases } = wanted.range;
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  say(`${name}: ${cases} cases from seed ${seed}`);
  const target = await fuzzer.start(t, { ownsServer });
  let saidAt = performance.now();
  const report = await runFuzzer(target, {
    ...wanted.range,
    onFinding({ case: at, what }) {
      const again = at === null ? '' : ` (again: --seed ${seed} --from ${at} --cases 1)`;
      say(`${name}: FOUND ${what.split('\n')[0]}${again}`);
    },
    onProgress(done, findings) {
      if (performance.now() - saidAt < PROGRESS_MS) return;
      saidAt = performance.now();
      say(`${name}: ${done} of ${cases}, ${findings} found`);
    },
  });
  const result = { fuzzer: name, node: process.version, ...report };
  process.stdout.write(`${JSON.stringify(result, null, asJson ? 0 : 2)}\n`);
  return report.findings.length === 0 ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
