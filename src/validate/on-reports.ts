// Owns `askonce validate compare` and `askonce validate plan`: what can be told of two runs or servers, and of a report.
import { Misuse } from '../cli/misuse.ts';
import { createProgress } from '../cli/progress.ts';
import type { ProgressOptions } from '../cli/progress.ts';
import { AppError } from '../errors.ts';
import { compareStored } from './compare/compare.ts';
import type { Comparison } from './compare/compare.ts';
import { comparisonText } from './compare/comparison-text.ts';
import { compareServers, readCompareServers } from './compare/servers.ts';
import { shownBytes, shownNumber } from './html/shown.ts';
import { readWords } from './input/read-words.ts';
import { healthyLevels, planFor } from './plan/capacity.ts';
import { planFiles } from './plan/files.ts';
import { progressTell } from './progress-tell.ts';
import { readReport } from './read-report.ts';
import type { Tell } from './tell.ts';

interface Command {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  readonly signal: AbortSignal;
  readonly stdout: { write(text: string): unknown };
  readonly stderr: ProgressOptions['output'];
}

/** For CI: something got slower. */
export const SLOWER = 3;

/** @returns The exit code. @throws AppError, Misuse */
export async function runCompare(
  args: readonly string[],
  { stdout, ...command }: Command,
): Promise<number> {
  const servers = readCompareServers(args);
  const comparison = servers
    ? await withTell(command, (tell) => compareServers(servers, { ...command, tell }))
    : await compareReports(args);
  stdout.write(
    args.includes('--json')
      ? `${JSON.stringify(comparison, null, 1)}\n`
      : comparisonText(comparison),
  );
  return comparison.slower.length > 0 ? SLOWER : 0;
}

async function withTell<T>(
  { stderr }: Pick<Command, 'stderr'>,
  run: (tell: Tell) => Promise<T>,
): Promise<T> {
  const tell = progressTell(createProgress({ output: stderr, clock: () => performance.now() }));
  try {
    return await run(tell);
  } finally {
    tell.end();
  }
}

async function compareReports(args: readonly string[]): Promise<Comparison> {
  const { positionals } = readWords(args, { json: { type: 'boolean' } });
  const [before, after, ...more] = positionals;
  if (before === undefined || after === undefined || more.length > 0)
    throw new Misuse('askonce validate compare OLD.json NEW.json, or --url NEW --against-url OLD');
  const [old, now] = [await readReport(before), await readReport(after)];
  if (!old.baseline || !now.baseline)
    throw new AppError('INPUT_INVALID', 'One of the reports is without its first phase.', {
      hint: 'Run askonce validate baseline, and compare the reports of that.',
    });
  return compareStored(old.baseline.scenarios, now.baseline.scenarios);
}

/** @returns The exit code. @throws AppError, Misuse */
export async function planFromReport(
  args: readonly string[],
  { stdout }: Pick<Command, 'stdout'>,
): Promise<number> {
  const { values, positionals } = readWords(args, {
    json: { type: 'boolean' },
    conversations: { type: 'string' },
    kubernetes: { type: 'boolean' },
    compose: { type: 'boolean' },
  });
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0)
    throw new Misuse(
      'askonce validate plan REPORT.json [--conversations N] [--kubernetes|--compose|--json]',
    );
  const { load } = await readReport(file);
  const top = load && healthyLevels(load).at(-1);
  const plan =
    top && planFor(load, conversationsOf(values['conversations']) ?? 2 * top.conversations);
  if (!plan)
    throw new AppError(
      'INPUT_INVALID',
      'The report has no level of load that the server kept up with.',
      {
        hint: 'Run askonce validate load with smaller --conversations.',
      },
    );
  if (values['json'] === true) stdout.write(`${JSON.stringify(plan, null, 1)}\n`);
  else if (values['kubernetes'] === true) stdout.write(planFiles(plan).kubernetes);
  else if (values['compose'] === true) stdout.write(planFiles(plan).compose);
  else
    stdout.write(`${plan.because.join('\n')}

replicas              ${plan.replicas}
memory of each        ${shownBytes(plan.per_replica.memory_limit_bytes)}
processor of each     ${shownNumber(plan.per_replica.cpu_request_cores)} cores
database connections  ${plan.database_connections}
${Object.entries(plan.settings)
  .map(([name, value]) => `${name}=${value}\n`)
  .join('')}`);
  return 0;
}

function conversationsOf(text: unknown): number | null {
  if (text === undefined) return null;
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new Misuse('--conversations takes a whole number above 0.');
}
