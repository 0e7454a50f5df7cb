// Owns taking rounds: each server in turn, what it took meanwhile, and a round anew where others were at work.
import os from 'node:os';

import type { BenchWorker } from '../child-process.ts';
import type { PeersDatabases } from './databases.ts';
import { othersShare, summaryOf } from './figures.ts';
import type { Sample, Summary } from './figures.ts';
import type { Loaded, PeersJob } from './load-job.ts';
import { watchProcesses } from './processes.ts';
import type { Measured } from './servers.ts';

export interface RoundParts {
  readonly load: BenchWorker<PeersJob, Loaded>;
  readonly databases: PeersDatabases;
  readonly progress: (line: string) => void;
}

export type Task = PeersJob['task'];

export interface Rounds {
  readonly rounds: number;
  readonly task: Task;
  readonly what: string;
  /** Of each round, until one is quiet. */
  readonly tries?: number | undefined;
}

/** Of all cores: where others take more, the round says too little of the server. */
const QUIET_SHARE = 0.25;
const MAX_TRIES = 2;

/** @returns by server, in the order of the servers: what `rounds` rounds came to, each with every server in turn. */
export async function takeRounds(
  parts: RoundParts,
  servers: readonly Measured[],
  { rounds, task, tries = MAX_TRIES, what }: Rounds,
): Promise<Map<string, Summary>> {
  const taken = new Map<string, Sample[]>(servers.map(({ name }) => [name, []]));
  for (let round = 1; round <= rounds; round += 1) {
    for (const server of servers) {
      parts.progress(`${what}, round ${round} of ${rounds}: ${server.name}`);
      taken
        .get(server.name)!
        .push(await quietest(parts, server, { task, tries, seed: seedOf(task, round) }));
    }
  }
  return new Map([...taken].map(([name, samples]) => [name, summaryOf(samples)]));
}

/** The same for every server, and another for every round and level: else what was new is known at the next. */
const seedOf = (task: Task, round: number): number =>
  round + (task.kind === 'large' ? 0 : 100 * task.agents) + (task.kind === 'burst' ? 50 : 0);

async function quietest(
  parts: RoundParts,
  server: Measured,
  asked: { readonly task: Task; readonly seed: number; readonly tries: number },
): Promise<Sample> {
  const samples: Sample[] = [];
  while (samples.length < asked.tries) {
    const sample = await takeSample(parts, server, asked);
    if (sample.others_share <= QUIET_SHARE) return sample;
    samples.push(sample);
  }
  return samples.toSorted((a, b) => a.others_share - b.others_share)[0]!;
}

export async function takeSample(
  { databases, load }: RoundParts,
  { databases: names, pids, target }: Measured,
  { seed, task }: { readonly task: Task; readonly seed: number },
): Promise<Sample> {
  const aggregateRows = databases.aggregate.rows;
  const watching = await watchProcesses(pids, {
    databaseUrl: databases.url,
    databases: names,
  });
  const own = process.cpuUsage();
  const started = performance.now();
  const loaded = await load.run({ target, aggregateRows, seed, task });
  const elapsedMs = performance.now() - started;
  const { user, system } = process.cpuUsage(own);
  const taken = await watching.stop();
  const oursMs =
    taken.server_cpu_ms +
    (taken.database_cpu_ms ?? 0) +
    loaded.whole_cpu_ms +
    (user + system) / 1000;
  const machine = { machineMs: taken.machine_cpu_ms, oursMs, elapsedMs };
  return {
    ...loaded,
    ...taken,
    others_share: othersShare({ ...machine, cores: os.cpus().length }),
  };
}
