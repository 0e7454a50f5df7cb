// Owns summarising timings: median and 95th percentile, rounded for reading.

export interface Summary {
  readonly median_ms: number;
  readonly p95_ms: number;
  readonly count: number;
}

export function summary(samples: readonly number[]): Summary {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
  return { median_ms: round(at(0.5)), p95_ms: round(at(0.95)), count: samples.length };
}

export function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

/** Runs each function in turn, round after round, so that noise of the machine falls on all alike. */
export async function interleaved<Name extends string>(
  rounds: number,
  tasks: Readonly<Record<Name, () => Promise<unknown>>>,
): Promise<Record<Name, number[]>> {
  const names = Object.keys(tasks) as Name[];
  const samples = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<
    Name,
    number[]
  >;
  for (let count = 0; count < rounds; count += 1) {
    for (const name of names) {
      const started = performance.now();
      await tasks[name]();
      samples[name].push(performance.now() - started);
    }
  }
  return samples;
}

/** Requests per second with so many callers at once. */
export async function throughput(
  callers: number,
  durationMs: number,
  call: () => Promise<unknown>,
): Promise<number> {
  const end = performance.now() + durationMs;
  const started = performance.now();
  let count = 0;
  const loop = async (): Promise<void> => {
    while (performance.now() < end) {
      await call();
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: callers }, loop));
  return (count * 1000) / (performance.now() - started);
}
