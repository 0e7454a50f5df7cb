// Owns the command `askonce validate`: options in, files and an exit code out; a first interrupt ends the run and keeps
// what there is, a second one ends the process.
import type { Writable } from 'node:stream';

import { createProgress } from '../cli/progress.ts';
import type { ProgressOptions } from '../cli/progress.ts';
import { Misuse } from '../cli/misuse.ts';
import { readConfig } from '../config.ts';
import { readTarget } from '../connect/target.ts';
import { AppError } from '../errors.ts';
import { hostOf, isLoopback } from '../lib/loopback.ts';
import type { ConditionsParts } from './conditions/phase.ts';
import type { StartOwn } from './conditions/tried.ts';
import { compareStored } from './compare/compare.ts';
import { SLOWER, planFromReport, runCompare } from './on-reports.ts';
import { healthyLevels, planFor } from './plan/capacity.ts';
import { readReport } from './read-report.ts';
import type { Report } from './report.ts';
import { writeReport } from './write-report.ts';
import { AGENT_MODEL, PROFILES } from './load/agent-model.ts';
import type { AgentModel } from './load/agent-model.ts';
import { AT_WILL, createPace } from './load/agents.ts';
import { ADAPTER, mannerOf } from './load/adapter.ts';
import { ASKONCE } from './load/manner.ts';
import type { Manner } from './load/manner.ts';
import { readDocument, readText } from './input/read-file.ts';
import { readOptions } from './options.ts';
import type { ValidateOptions } from './options.ts';
import { startOwnServer } from './own-server.ts';
import { progressTell } from './progress-tell.ts';
import { readAuditLog } from './questions/audit-log.ts';
import { questionsFrom } from './questions/from.ts';
import type { QuestionSource } from './questions/question.ts';
import { QUICK, WHOLE, runValidation } from './run.ts';
import type { Extent, RunOptions } from './run.ts';

export interface ValidateCommand {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  /** Of the package. */
  readonly root: string;
  readonly stdout: Writable;
  readonly stderr: ProgressOptions['output'];
  /** Aborted when a person wants it to end. */
  readonly signal: AbortSignal;
  /** A cache database that goes when fn is done. */
  readonly withCache: NonNullable<ConditionsParts['own']>['withCache'];
}

const MISUSE = 2;
const DEFAULT_AGENTS = 'autonomous-agent';

/** @returns The exit code. @throws AppError */
export async function runValidateCommand(command: ValidateCommand): Promise<number> {
  const { stderr } = command;
  try {
    const [first, ...rest] = command.args;
    if (first === 'compare') return await runCompare(rest, command);
    if (first === 'plan') return await planFromReport(rest, command);
    return await run(readOptions(command.args), command);
  } catch (error) {
    if (!(error instanceof Misuse)) throw error;
    stderr.write(`${error.message}\n`);
    return MISUSE;
  }
}

async function run(options: ValidateOptions, command: ValidateCommand): Promise<number> {
  const { stderr, stdout } = command;
  const before = options.against === null ? null : await readReport(options.against);
  const progress = createProgress({ output: stderr, clock: () => performance.now() });
  const tell = progressTell(progress);
  try {
    const found = await runValidation(await toRun(options, command, tell));
    const report = { ...found, ...concluded(found, { before, expect: options.expect }) };
    const json = await writeReport(report, options.out, tell);
    if (options.isJson) stdout.write(json);
    return (report.comparison?.slower.length ?? 0) > 0 ? SLOWER : 0;
  } finally {
    tell.end();
  }
}

/** Phase 4: what can be told of the figures of the others. */
function concluded(
  { baseline, load }: Report,
  { before, expect }: { readonly before: Report | null; readonly expect: number | null },
): Pick<Report, 'plan' | 'comparison'> {
  const top = load && healthyLevels(load).at(-1);
  const plan = top && planFor(load, expect ?? 2 * top.conversations);
  return {
    ...(plan && { plan }),
    ...(before?.baseline &&
      baseline && { comparison: compareStored(before.baseline.scenarios, baseline.scenarios) }),
  };
}

async function toRun(
  options: ValidateOptions,
  command: ValidateCommand,
  tell: RunOptions['tell'],
): Promise<RunOptions> {
  const { env, signal, version } = command;
  const { maxPerSecond } = options;
  const openTarget = options.url === null ? ownTarget(options, command, tell) : given(options, env);
  return {
    version,
    phases: options.phases,
    extent: extentOf(options),
    isQuick: options.isQuick,
    ...(await askingOf(options)),
    manner: await mannerFor(options),
    pace: maxPerSecond === null ? AT_WILL : createPace(maxPerSecond, () => performance.now()),
    token: env['MCP_AUTH_TOKEN'] || undefined,
    signal,
    tell,
    openTarget,
  };
}

/** @throws AppError INPUT_INVALID where the server is elsewhere, and nobody said that it may be loaded. */
function given(
  { isConfirmed, url }: ValidateOptions,
  env: ValidateCommand['env'],
): RunOptions['openTarget'] {
  const { endpoint } = readTarget({ url: url!, env });
  if (!isConfirmed && !isLoopback(hostOf(endpoint))) {
    throw new AppError('INPUT_INVALID', `This would load ${endpoint.host} until it gives way.`, {
      hint: 'If it may be loaded, say so with --yes; --max-per-second and --conversations bound it.',
    });
  }
  return () => Promise.resolve({ url: endpoint, own: null });
}

/** @throws AppError INPUT_INVALID where its questions would be those of the demo shop, and its database is not. */
function ownTarget(
  options: ValidateOptions,
  { env, root, withCache }: ValidateCommand,
  tell: RunOptions['tell'],
): RunOptions['openTarget'] {
  const cwd = process.cwd();
  const databaseUrl = options.isDemo ? undefined : readConfig({ env, cwd, root }).DATABASE_URL;
  const isDemo = databaseUrl === undefined;
  if (!isDemo && options.questions === null && options.auditLog === null) {
    throw new AppError(
      'INPUT_INVALID',
      'There are no questions for the database of your settings.',
      {
        hint: 'Bring some with --questions FILE or --audit-log FILE, or try the demo shop: --demo',
      },
    );
  }
  const { DATABASE_URL: _own, ...others } = env;
  const start: StartOwn = (more) =>
    startOwnServer({
      root,
      ...(isDemo ? { env: others } : { env, cwd }),
      ...more,
      onLine: (line) => tell.step(line),
    });
  return async (releases) => {
    tell.step('starting a server to be tried');
    const server = await start({});
    releases.push('server', () => server.stop());
    return { url: server.url, own: { server, start, databaseUrl: databaseUrl ?? null, withCache } };
  };
}

function extentOf(options: ValidateOptions): Extent {
  const usual = options.isQuick ? QUICK : WHOLE;
  return {
    blocks: options.blocks ?? usual.blocks,
    turns: options.turns ?? usual.turns,
    conversations: options.conversations ?? usual.conversations,
    secondsEach: options.seconds ?? usual.secondsEach,
    // Who names the levels means them.
    refinements: options.conversations === null ? usual.refinements : 0,
    burst: options.burst ?? usual.burst,
    conditions: usual.conditions,
  };
}

interface Asking {
  readonly source: QuestionSource;
  readonly model: AgentModel;
}

/** What is asked, and by whom: an audit log tells both. */
async function askingOf({ agents, auditLog, questions }: ValidateOptions): Promise<Asking> {
  if (auditLog !== null) {
    const audited = readAuditLog(await readText(auditLog), auditLog);
    return agents === null ? audited : { ...audited, model: await modelOf(agents) };
  }
  const model = await modelOf(agents ?? DEFAULT_AGENTS);
  // By the clock: no earlier run over the same cache has begun with these numbers.
  return { model, source: await questionsFrom(questions, Date.now()) };
}

async function modelOf(nameOrFile: string): Promise<AgentModel> {
  if (Object.hasOwn(PROFILES, nameOrFile)) return PROFILES[nameOrFile as keyof typeof PROFILES];
  const hint = `docs/validate.md has a model of agents; built in are ${Object.keys(PROFILES).join(', ')}.`;
  return await readDocument(nameOrFile, { schema: AGENT_MODEL, hint });
}

async function mannerFor({ adapter }: ValidateOptions): Promise<Manner> {
  if (adapter === null) return ASKONCE;
  const hint =
    'An adapter is {"name": "…", "tool": "…", "arguments": {"sql": "{{sql}}"}}; see docs/validate.md.';
  return mannerOf(await readDocument(adapter, { schema: ADAPTER, hint }));
}
