// Owns watching a server while something is done to it, as it tells of itself at /metrics: what it used, its highest
// readings, and the course of them. Reads seldom: each reading is work for the server.
import type { Endpoint } from './endpoint.ts';
import { rounded } from './figures.ts';
import { growthByLabel, parseSamples, total } from './samples.ts';
import type { Growth, Samples } from './samples.ts';

/** What the server used while it was watched. */
export interface Used {
  readonly cpu_seconds: number | null;
  /** Highest readings. */
  readonly rss_bytes: number | null;
  readonly heap_bytes: number | null;
  readonly pool_connections: number | null;
  readonly pool_waiting: number | null;
  readonly session_pool_utilization: number | null;
  readonly event_loop_lag_p99_ms: number | null;
  /** Times that each dependency was used, and for how long. */
  readonly dependencies: Readonly<Record<string, Growth>>;
  readonly stages: Readonly<Record<string, Growth>>;
}

export interface Watch {
  /** Once. @returns null where the server tells nothing. */
  stop(): Promise<Used | null>;
}

export const CPU_SECONDS = 'process_cpu_seconds_total';
export const DEPENDENCY_SECONDS = 'askonce_dependency_seconds';
export const STAGE_SECONDS = 'askonce_stage_seconds';
const EVERY_MS = 1000;
const MS_PER_S = 1000;

/**
 * @param names Of metrics, so that reading them is less work for the server; all by default, and of one that does not know
 * of names.
 * @returns null where there are no metrics, or they may not be read.
 */
export async function readSamples(
  endpoint: Pick<Endpoint, 'read'>,
  names: readonly string[] = [],
): Promise<Samples | null> {
  const wanted = new URLSearchParams(names.map((name) => ['name[]', name] as [string, string]));
  const text = await endpoint.read(`/metrics?${wanted.toString()}`);
  return text === null ? null : parseSamples(text);
}

export async function watch(endpoint: Pick<Endpoint, 'read'>): Promise<Watch> {
  const before = await readSamples(endpoint);
  const most = new Map<string, number>();
  let reading: Promise<void> | null = null;

  function note(samples: Samples): void {
    for (const [name, value] of Object.entries(gaugesOf(samples))) {
      if (value !== null) most.set(name, Math.max(most.get(name) ?? 0, value));
    }
  }

  async function read(): Promise<void> {
    const samples = await readSamples(endpoint);
    if (samples) note(samples);
  }

  if (before) note(before);
  const timer = setInterval(() => {
    reading ??= read().finally(() => (reading = null));
  }, EVERY_MS);

  return {
    async stop() {
      clearInterval(timer);
      await reading;
      const after = await readSamples(endpoint);
      if (!before || !after) return null;
      note(after);
      return usedBetween(before, after, most);
    },
  };
}

/** @param most Of the gauges, by name. */
export function usedBetween(
  before: Samples,
  after: Samples,
  most: ReadonlyMap<string, number> = new Map(),
): Used {
  const highest = (name: keyof ReturnType<typeof gaugesOf>): number | null =>
    most.get(name) ?? gaugesOf(after)[name];
  const cpu = (samples: Samples): number | null => total(samples, CPU_SECONDS);
  const [from, to] = [cpu(before), cpu(after)];
  const lag = highest('lag');
  const grown = (name: string, label: string): Readonly<Record<string, Growth>> =>
    Object.fromEntries(growthByLabel(before, after, { name, label }));
  return {
    cpu_seconds: from === null || to === null ? null : rounded(to - from),
    rss_bytes: highest('rss'),
    heap_bytes: highest('heap'),
    pool_connections: highest('connections'),
    pool_waiting: highest('waiting'),
    session_pool_utilization: highest('sessions'),
    event_loop_lag_p99_ms: lag === null ? null : rounded(lag * MS_PER_S),
    dependencies: grown(DEPENDENCY_SECONDS, 'dependency'),
    stages: grown(STAGE_SECONDS, 'stage'),
  };
}

function gaugesOf(samples: Samples) {
  const connections = (state: string): number | null =>
    total(samples, 'askonce_db_pool_connections', { state });
  const [busy, idle] = [connections('busy'), connections('idle')];
  return {
    rss: total(samples, 'process_resident_memory_bytes'),
    heap: total(samples, 'askonce_heap_bytes'),
    connections: busy === null || idle === null ? null : busy + idle,
    waiting: connections('waiting'),
    sessions: total(samples, 'askonce_session_pool_utilization_ratio'),
    lag: total(samples, 'nodejs_eventloop_lag_p99_seconds'),
  };
}
