// Owns the figures of the peers: what is stored of a run, and how the rounds of one server are summed up. Pure.
import { median, rounded } from '../../src/validate/figures.ts';
import type { Loaded } from './load-job.ts';
import type { Taken } from './processes.ts';
import type { Workload } from './questions.ts';

export interface Sample extends Loaded, Taken {
  /** Of all cores, what processes took that have no part in this. */
  readonly others_share: number;
}

/** Rates and latencies are the middle ones of the rounds, counts are sums, memory is the most. */
export interface Summary {
  readonly answered_per_second: number;
  readonly p50_ms: number | null;
  readonly p99_ms: number | null;
  readonly questions: number;
  readonly answered: number;
  readonly shed: number;
  readonly failed: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly hit_ratio: number | null;
  readonly seconds: number;
  readonly mb: number;
  readonly first_byte_ms: number | null;
  readonly peak_mib: number;
  readonly server_cpu_ms_per_answer: number | null;
  readonly database_cpu_ms_per_answer: number | null;
  /** Of one core, by the load: near 1 it is the load that is measured. */
  readonly load_busy: number;
  readonly others_share: number;
}

export interface Cell extends Summary {
  readonly server: string;
  readonly workload: Workload | 'large';
  readonly agents: number;
}

export interface FieldCell extends Summary {
  readonly server: string;
  readonly users: number;
  /** Where each user has one of their own. */
  readonly processes: number | null;
}

export interface PeersFigures extends Record<string, unknown> {
  readonly at: string;
  /** That runs askonce, the bare server and the load. */
  readonly node: string;
  readonly machine: {
    readonly processor: string;
    readonly cores: number;
    readonly memory_gib: number;
    readonly platform: string;
  };
  /** Before the run: others may have been at work. */
  readonly load_average: { readonly minute: number; readonly quarter_hour: number };
  /** By name, in the order of the tables. */
  readonly servers: Readonly<Record<string, { readonly title: string; readonly settings: string }>>;
  readonly postgres: string;
  readonly rounds: number;
  readonly seconds_each: number;
  readonly pool: number;
  readonly aggregate_ms: number;
  readonly large_rows: number;
  readonly agents: readonly Cell[];
  readonly burst: readonly Cell[];
  readonly large: readonly Cell[];
  readonly field: readonly FieldCell[];
}

const MAX_FAULTS = 5;
const MAX_FAULT_CHARS = 160;
const MEGABYTE = 1e6;

export function summaryOf(samples: readonly Sample[]): Summary {
  const middle = (of: (one: Sample) => number): number => rounded(median(samples.map(of)));
  const known = (of: (one: Sample) => number | null): number | null => {
    const values = samples.flatMap((one) => of(one) ?? []);
    return values.length === 0 ? null : rounded(median(values));
  };
  const total = (of: (one: Sample) => number): number =>
    samples.reduce((sum, one) => sum + of(one), 0);
  const answered = total((one) => one.answered);
  const perAnswer = (ms: number): number | null => (answered === 0 ? null : rounded(ms / answered));
  const isLocal = samples.every((one) => one.database_cpu_ms !== null);
  return {
    answered_per_second: middle((one) => one.answered_per_second),
    p50_ms: known((one) => one.p50_ms),
    p99_ms: known((one) => one.p99_ms),
    questions: total((one) => one.questions),
    answered,
    shed: total((one) => one.shed),
    failed: total((one) => one.failed),
    faults: faultsOf(samples),
    hit_ratio: known((one) => one.hit_ratio),
    seconds: middle((one) => one.seconds),
    mb: rounded(median(samples.map((one) => one.bytes)) / MEGABYTE),
    first_byte_ms: known((one) => one.first_byte_ms),
    peak_mib: Math.max(...samples.map((one) => one.started?.peak_mib ?? one.peak_mib)),
    server_cpu_ms_per_answer: perAnswer(
      total((one) => one.server_cpu_ms + (one.started?.cpu_ms ?? 0)),
    ),
    database_cpu_ms_per_answer: isLocal
      ? perAnswer(total((one) => one.database_cpu_ms ?? 0))
      : null,
    load_busy: middle((one) => one.load_cpu_ms / 1000 / one.seconds),
    others_share: middle((one) => one.others_share),
  };
}

function faultsOf(samples: readonly Sample[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const { faults } of samples) {
    for (const [why, count] of Object.entries(faults)) {
      const short = why.slice(0, MAX_FAULT_CHARS);
      counts.set(short, (counts.get(short) ?? 0) + count);
    }
  }
  return Object.fromEntries([...counts].toSorted(([, a], [, b]) => b - a).slice(0, MAX_FAULTS));
}

/** @param all Of the machine and of those who have a part, in milliseconds of one core. */
export function othersShare(all: {
  readonly machineMs: number;
  readonly oursMs: number;
  readonly elapsedMs: number;
  readonly cores: number;
}): number {
  const others = Math.max(0, all.machineMs - all.oursMs);
  return rounded(others / (all.elapsedMs * all.cores));
}
