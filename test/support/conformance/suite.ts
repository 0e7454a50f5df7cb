// Owns running the official conformance suite against a server: one revision of the protocol at a time, and what
// it found of each scenario.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';

const PROGRAM = fileURLToPath(
  import.meta.resolve('@modelcontextprotocol/conformance/dist/index.js'),
);
/** Of the Node that the suite needs. */
export const SUITE_NODE_MAJOR = 22;

export type Revision = '2025-11-25' | '2026-07-28';

export interface Scenario {
  readonly name: string;
  /** How many checks ended so. */
  readonly counts: Readonly<Record<Outcome, number>>;
  /** What each check says that has failed, or warns. */
  readonly complaints: readonly string[];
}

type Outcome = 'SUCCESS' | 'FAILURE' | 'WARNING' | 'SKIPPED' | 'INFO';

export interface SuiteRun {
  /** Not 0 if a required scenario has failed. */
  readonly exitCode: number | null;
  /** All that the suite has written. */
  readonly output: string;
  /** What the revision asks of a server. */
  readonly required: readonly string[];
  /** What has run, required or not. */
  readonly scenarios: ReadonlyMap<string, Scenario>;
}

export interface SuiteOptions {
  readonly url: string;
  readonly revision: Revision;
  /** The program that runs the suite. */
  readonly node: string;
}

export async function runSuite(t: TestContext, options: SuiteOptions): Promise<SuiteRun> {
  const results = await mkdtemp(join(tmpdir(), 'askonce-conformance-'));
  t.after(() => rm(results, { recursive: true, force: true }));
  const { url, revision } = options;
  const args = [PROGRAM, 'server', '--url', url, '--requirements', revision, '-o', results];
  const child = spawn(options.node, args, { signal: t.signal, cwd: results });
  let output = '';
  const hear = (data: Buffer): void => void (output += data.toString());
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  const [exitCode] = (await once(child, 'close')) as [number | null];
  const names = await readdir(results);
  const scenarios = await Promise.all(names.map((name) => scenarioIn(results, name)));
  return {
    exitCode,
    output: stripVTControlCharacters(output),
    required: await requiredBy(revision),
    scenarios: new Map(scenarios.map((scenario) => [scenario.name, scenario])),
  };
}

/** Its folder is named after it and when it ran. */
async function scenarioIn(results: string, folder: string): Promise<Scenario> {
  const [, name = folder] = /^server-(.*)-\d{4}-\d\d-\d\dT/u.exec(folder) ?? [];
  const text = await readFile(join(results, folder, 'checks.json'), 'utf8');
  const checks = JSON.parse(text) as ReadonlyArray<{
    readonly id: string;
    readonly status: Outcome;
    readonly errorMessage?: string;
  }>;
  const counts = { SUCCESS: 0, FAILURE: 0, WARNING: 0, SKIPPED: 0, INFO: 0 };
  for (const { status } of checks) counts[status] += 1;
  const complaints = checks
    .filter(({ status }) => status === 'FAILURE' || status === 'WARNING')
    .map(({ id, status, errorMessage }) => `${name}: ${status} ${id}: ${errorMessage ?? ''}`);
  return { name, counts, complaints };
}

/** The suite has a list for each revision: the first of its sections is about servers. */
async function requiredBy(revision: Revision): Promise<string[]> {
  const file = join(dirname(PROGRAM), '..', 'requirements', `${revision}.yaml`);
  const [, section = ''] = /^server:\n((?: .*\n)*)/mu.exec(await readFile(file, 'utf8')) ?? [];
  return [...section.matchAll(/^ +- (\S+)$/gmu)].map(([, name = '']) => name);
}
