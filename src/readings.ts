// Owns the metrics that are read when they are asked for, of what has a state: pools, memory, the freshness of rows.
import { PerformanceObserver } from 'node:perf_hooks';

import { Gauge, Histogram } from 'prom-client';
import type { Registry } from 'prom-client';

import type { BurstRate } from './burst-rate.ts';
import { FRESHNESS_SOURCES } from './freshness/freshness.ts';
import type { FreshnessStatus } from './freshness/freshness.ts';

export interface GaugeReaders {
  readonly sessionPool: () => { leased: number; total: number; waiting: number };
  readonly dbPool: () => { total: number; idle: number; waiting: number };
  readonly largeResults: () => { inside: number; waiting: number };
  readonly conversations: () => number;
  readonly isStoreUp: () => boolean;
  readonly memoryUse: () => number;
}

export type FreshnessReader = () => Promise<FreshnessStatus>;

interface Reading {
  readonly help: string;
  /** Null where there is nothing to be told. */
  readonly read: () => number | null | Promise<number | null>;
}

/** One number, read when metrics are rendered. */
function registerReading(registry: Registry, name: string, { help, read }: Reading): void {
  registry.registerMetric(
    new Gauge({
      name,
      help,
      registers: [],
      async collect() {
        const value = await read();
        if (value === null) this.remove();
        else this.set(value);
      },
    }),
  );
}

type Levels = Readonly<Record<string, number>>;

/** One number for each state. */
export function registerStates(
  registry: Registry,
  name: string,
  { help, label = 'state', read }: StatesReading,
): void {
  registry.registerMetric(
    new Gauge({
      name,
      help,
      labelNames: [label],
      registers: [],
      async collect() {
        for (const [state, value] of Object.entries(await read()))
          this.set({ [label]: state }, value);
      },
    }),
  );
}

interface StatesReading {
  readonly help: string;
  readonly label?: string;
  /** The same states each time. */
  readonly read: () => Levels | Promise<Levels>;
}

export function registerBursts(registry: Registry, bursts: BurstRate): void {
  registerReading(registry, 'askonce_burst_requests_per_second', {
    help: 'Tool calls in the densest second of the last minute.',
    read: () => bursts.peak().perSecond,
  });
  registerReading(registry, 'askonce_burst_error_ratio', {
    help: 'Share of the calls in that second that were answered with an error.',
    read: () => bursts.peak().errorRatio,
  });
}

/** How long the collector stops everything, as the runtime tells it. */
export function observeCollections(registry: Registry): void {
  const pauses = new Histogram({
    name: 'askonce_gc_pause_seconds',
    help: 'Pauses for garbage collection.',
    buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25],
    registers: [registry],
  });
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) pauses.observe(duration / 1000);
  }).observe({ entryTypes: ['gc'] });
}

export function registerGauges(registry: Registry, gauges: GaugeReaders): void {
  registerReading(registry, 'askonce_session_pool_utilization_ratio', {
    help: 'Leased MCP sessions over those that exist.',
    read: () => {
      const { leased, total } = gauges.sessionPool();
      return total === 0 ? 0 : leased / total;
    },
  });
  registerReading(registry, 'askonce_session_pool_waiting', {
    help: 'Requests that wait for a session.',
    read: () => gauges.sessionPool().waiting,
  });
  registerStates(registry, 'askonce_session_pool_sessions', {
    help: 'Prebuilt MCP sessions, by state.',
    read() {
      const { leased, total } = gauges.sessionPool();
      return { leased, free: total - leased };
    },
  });
  registerStates(registry, 'askonce_large_results', {
    help: 'Large results that are being read, and callers that wait for their turn to read one.',
    read() {
      const { inside, waiting } = gauges.largeResults();
      return { reading: inside, waiting };
    },
  });
  registerStates(registry, 'askonce_db_pool_connections', {
    help: 'Connections of the data pool by state; waiting counts callers.',
    read() {
      const { total, idle, waiting } = gauges.dbPool();
      return { busy: total - idle, idle, waiting };
    },
  });
  registerReading(registry, 'askonce_cache_store_up', {
    help: 'Whether the cache database is asked: 0 before its schema is there, and for seconds behind a failure.',
    read: () => Number(gauges.isStoreUp()),
  });
  registerReading(registry, 'askonce_conversations', {
    help: 'Open conversations.',
    read: gauges.conversations,
  });
  registerReading(registry, 'askonce_memory_use_ratio', {
    help: 'Share of the memory limit, or of the heap limit, that is in use; see MEMORY_WATERMARK.',
    read: gauges.memoryUse,
  });
  registerReading(registry, 'askonce_heap_bytes', {
    help: 'Heap in use.',
    read: () => process.memoryUsage().heapUsed,
  });
}

/** How late an answer may be at most, and how late it is where the changes come as a stream. */
export function registerFreshness(registry: Registry, status: FreshnessReader): void {
  let reading: Promise<FreshnessStatus> | undefined;
  /** One look for all that is rendered at once. */
  const read = (): Promise<FreshnessStatus> =>
    (reading ??= status().finally(() => (reading = undefined)));
  const seconds = (ms: number | null): number | null => ms && ms / 1000;
  registerStates(registry, 'askonce_freshness_source', {
    help: 'Where changes of the data database are learned from: 1 for the source in use.',
    label: 'source',
    async read() {
      const { source } = await read();
      return Object.fromEntries(FRESHNESS_SOURCES.map((one) => [one, Number(one === source)]));
    },
  });
  registerReading(registry, 'askonce_freshness_bound_seconds', {
    help: 'An answer holds every write that was committed so long before; absent where only their time ends rows.',
    read: async () => seconds((await read()).boundMs),
  });
  registerReading(registry, 'askonce_replication_lag_seconds', {
    help: 'How long ago all that was committed was known by the stream of changes; +Inf while none is read, absent without REPLICATION_URL.',
    read: async () => seconds((await read()).lagMs),
  });
}
