// Owns the figures of the protocol: rounds of several servers summed up, and how they compare. Pure.
import type { LoadFigures } from './load-figures.ts';
import { round } from './statistics.ts';

export interface Round extends LoadFigures {
  /** Processor time of the server. */
  readonly cpuMicroseconds: number;
}

export interface ServerFigures {
  readonly per_second: number;
  readonly cpu_us_per_request: number;
  readonly median_ms: number;
  readonly p99_ms: number;
  readonly generator_busy: number;
}

export interface Goal {
  readonly of: string;
  readonly to: string;
  readonly atLeast: number;
  /** Where it is to hold; everywhere unless given. */
  readonly callers?: number;
}

export interface Compared {
  readonly of: string;
  readonly to: string;
  readonly callers: number;
  /** Requests per second of one over those of the other: the middle one of the rounds. */
  readonly ratio: number;
  /** The same of the processor time for each request: what is left when the machine is busy. */
  readonly cpu_ratio: number;
  readonly goal: number;
  readonly met: boolean;
}

/** By the number of callers, then by server. */
export type Rounds = ReadonlyMap<number, ReadonlyMap<string, readonly Round[]>>;

export function serverFigures(rounds: readonly Round[]): ServerFigures {
  return {
    per_second: Math.round(median(rounds.map((one) => one.per_second))),
    cpu_us_per_request: round(cpuPerRequest(rounds)),
    median_ms: median(rounds.map((one) => one.median_ms)),
    p99_ms: median(rounds.map((one) => one.p99_ms)),
    generator_busy: median(rounds.map((one) => one.generator_busy)),
  };
}

/** Over all rounds: the clock of processor time is coarse. */
function cpuPerRequest(rounds: readonly Round[]): number {
  const cpu = rounds.reduce((sum, one) => sum + one.cpuMicroseconds, 0);
  return cpu / rounds.reduce((sum, one) => sum + one.answered, 0);
}

export function compare(rounds: Rounds, goals: readonly Goal[]): Compared[] {
  const compared: Compared[] = [];
  for (const { of, to, atLeast, callers: only } of goals) {
    for (const [callers, servers] of rounds) {
      const [mine, theirs] = [servers.get(of), servers.get(to)];
      if (!mine || !theirs || (only !== undefined && only !== callers)) continue;
      const ratio = round(
        median(mine.map((one, index) => one.per_second / theirs[index]!.per_second)),
      );
      const cpu = round(cpuPerRequest(theirs) / cpuPerRequest(mine));
      compared.push({
        of,
        to,
        callers,
        ratio,
        cpu_ratio: cpu,
        goal: atLeast,
        met: ratio >= atLeast,
      });
    }
  }
  return compared;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return low === undefined || high === undefined ? Number.NaN : round((low + high) / 2);
}
