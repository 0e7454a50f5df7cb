// Owns the metrics that are counted as things happen: their names, labels and buckets. Labels are few and bounded:
// never SQL, a question, a table or an error text.
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

import { createBurstRate } from './burst-rate.ts';
import type { BurstRate } from './burst-rate.ts';
import type { BreakerState } from './db/breaker.ts';
import { exposition } from './exposition.ts';
import type { Exposition, Wanted } from './exposition.ts';
import type { QueueWatcher } from './lib/admission.ts';
import {
  observeCollections,
  registerBursts,
  registerFreshness,
  registerGauges,
  registerStates,
} from './readings.ts';
import type { FreshnessReader, GaugeReaders } from './readings.ts';
import { createRecentCalls } from './recent-calls.ts';
import type { CallsSummary } from './recent-calls.ts';
import type { StageName } from './tracing.ts';

export interface Metrics {
  render(wanted?: Wanted): Promise<Exposition>;
  request(labels: RequestLabels, seconds: number, more?: RequestMore): void;
  responseBytes(bytes: number): void;
  /** @returns to be called when the response is written, or nobody reads it any more. */
  responding(): () => void;
  /** One look-up of a question or of rows in one tier. */
  cacheLookup(tier: 'memory' | 'store' | 'semantic', outcome: LookupOutcome): void;
  cacheSimilarity(similarity: number): void;
  /** One stage of a call. */
  stage(name: StageName, seconds: number): void;
  /** One use of what the server depends on. */
  dependency(name: Dependency, seconds: number): void;
  /** Of uses at once: connections, texts to be embedded. Read when metrics are rendered. */
  dependencyLimit(name: Dependency | 'embedding', limit: () => number): void;
  cacheFailure(operation: string): void;
  cacheDropped(what: string): void;
  /** Answers whose question was recognised by its likeness to an earlier one. */
  servedBySimilarity(answers: number): void;
  falseHit(): void;
  /** Wrong answers tolerated among those. */
  cacheTarget(errorRate: number): void;
  /** What turned out about a decision. */
  cacheLabel(source: string, label: string): void;
  /** The lowest margin that is served in a class of risk; null where nothing is. */
  cacheCut(risk: string, cut: number | null): void;
  /** Known rows that were not served. */
  invalidated(cause: string): void;
  /** A call that waited for the run of another. */
  coalesced(): void;
  breakerState(state: BreakerState): void;
  /** Of callers that wait for what is scarce. */
  queue(what: 'session' | 'connection' | 'large result' | 'judging'): QueueWatcher;
  /** Read when metrics are rendered. */
  observe(gauges: GaugeReaders): void;
  observeFreshness(status: FreshnessReader): void;
  /** What somebody sees who looks at this server, without reading metrics. */
  glance(): Glance;
}

export interface Glance {
  readonly calls: CallsSummary;
  readonly burst: ReturnType<BurstRate['peak']>;
  readonly breaker: BreakerState;
  /** Null until it listens. */
  readonly gauges: GaugeReaders | null;
}

/** `stale`: known, but older than asked for. `error`: the tier could not be asked. */
export type LookupOutcome = 'hit' | 'rebound' | 'confirm' | 'miss' | 'stale' | 'error';

/** A database is used from when a connection is lent until it is given back. */
export type Dependency = 'data database' | 'cache database' | 'identity provider';

export interface RequestMore {
  /** Stands beside it as an exemplar, for who reads OpenMetrics. */
  readonly traceId?: string | null;
  /** Whether somebody looks or tunes: how fast agents are answered is told without it. */
  readonly isOfOperator?: boolean;
}

export interface RequestLabels {
  readonly tool: string;
  readonly source: string;
  readonly outcome: string;
}

const SECONDS = [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
/** Of what is a part of an answer. */
const FINE_SECONDS = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5, 30,
];
const BYTES = [1e3, 1e4, 1e5, 2.5e5, 1e6, 5e6, 1e7, 5e7, 1e8, 5e8];

const BREAKER_LEVELS: Readonly<Record<BreakerState, number>> = {
  closed: 0,
  'half-open': 1,
  open: 2,
};

export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const requests = new Counter({
    name: 'askonce_requests_total',
    help: 'Tool calls answered.',
    labelNames: ['tool', 'source', 'outcome'],
    registers,
  });
  const bursts = createBurstRate(() => performance.now());
  const recent = createRecentCalls();
  let breakerState: BreakerState = 'closed';
  let gaugeReaders: GaugeReaders | null = null;
  registerBursts(registry, bursts);
  observeCollections(registry);
  const seconds = new Histogram({
    name: 'askonce_request_seconds',
    help: 'Time from call to last byte.',
    labelNames: ['tool', 'source'],
    buckets: SECONDS,
    enableExemplars: true,
    // One for Prometheus' text takes no metric with exemplars from its constructor.
    registers: [],
  });
  registry.registerMetric(seconds);
  const stages = new Histogram({
    name: 'askonce_stage_seconds',
    help: 'Time that each stage of a call took; those of one call may overlap.',
    labelNames: ['stage'],
    buckets: FINE_SECONDS,
    registers,
  });
  const dependencies = new Histogram({
    name: 'askonce_dependency_seconds',
    help: 'Time for which a connection to a database was in use, or an identity provider was waited for.',
    labelNames: ['dependency'],
    buckets: FINE_SECONDS,
    registers,
  });
  const limits = new Map<string, () => number>();
  registerStates(registry, 'askonce_dependency_limit', {
    help: 'Uses of a dependency that may be under way at once: connections, texts to be embedded.',
    label: 'dependency',
    read: () => Object.fromEntries([...limits].map(([name, limit]) => [name, limit()])),
  });
  const responses = new Gauge({
    name: 'askonce_responses_streaming',
    help: 'Responses that are being written.',
    registers,
  });
  const bytes = new Histogram({
    name: 'askonce_response_bytes',
    help: 'Size of answers.',
    buckets: BYTES,
    registers,
  });
  const lookups = new Counter({
    name: 'askonce_cache_lookups_total',
    help: 'Lookups of questions and of rows, by tier.',
    labelNames: ['tier', 'outcome'],
    registers,
  });
  const similarity = new Histogram({
    name: 'askonce_cache_similarity',
    help: 'Similarity of the nearest known question.',
    buckets: [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.99, 1],
    registers,
  });
  const failures = new Counter({
    name: 'askonce_cache_failures_total',
    help: 'Cache operations that failed; the query went on without.',
    labelNames: ['operation'],
    registers,
  });
  const dropped = new Counter({
    name: 'askonce_cache_dropped_total',
    help: 'Writes given up because too many waited.',
    labelNames: ['what'],
    registers,
  });
  const similar = new Counter({
    name: 'askonce_cache_similarity_served_total',
    help: 'Answers whose question was recognised by similarity, whether or not anybody said if they are right.',
    registers,
  });
  const falseHits = new Counter({
    name: 'askonce_cache_false_hits_total',
    help: 'Answers by similarity that were reported as wrong.',
    registers,
  });
  const learned = new Counter({
    name: 'askonce_cache_labels_total',
    help: 'Decisions of which it turned out whether both questions ask the same.',
    labelNames: ['source', 'label'],
    registers,
  });
  const invalidations = new Counter({
    name: 'askonce_invalidations_total',
    help: 'Known rows not served because what they depend on changed, or could not be looked at.',
    labelNames: ['cause'],
    registers,
  });
  const target = new Gauge({
    name: 'askonce_cache_target_error_ratio',
    help: 'Wrong answers tolerated among those served by similarity.',
    registers,
  });
  const cuts = new Gauge({
    name: 'askonce_cache_cut',
    help: 'Margin of the verifier from which rephrasings are served; +Inf where none is.',
    labelNames: ['risk'],
    registers,
  });

  const breaker = new Gauge({
    name: 'askonce_breaker_state',
    help: 'Circuit breaker of the data database: 0 closed, 1 half-open, 2 open.',
    registers,
  });
  const coalesced = new Counter({
    name: 'askonce_coalesced_total',
    help: 'Calls that waited for a statement in flight instead of running it.',
    registers,
  });
  const queued = new Histogram({
    name: 'askonce_queue_seconds',
    help: 'Time that callers waited for a session, a connection, a judgement or a large result.',
    labelNames: ['for'],
    buckets: SECONDS,
    registers,
  });
  const shed = new Counter({
    name: 'askonce_shed_total',
    help: 'Callers turned away because too many waited, or they waited too long.',
    labelNames: ['for'],
    registers,
  });

  const requestsOf = remembered<Counter.Internal>();
  const secondsOf = remembered<Histogram.Internal<string>>();
  const stagesOf = remembered<Histogram.Internal<string>>();
  const dependenciesOf = remembered<Histogram.Internal<string>>();
  const lookupsOf = remembered<Counter.Internal>();

  return {
    render: (wanted = {}) => exposition(registry, wanted),
    request(labels, duration, { traceId = null, isOfOperator = false } = {}) {
      const { tool, source, outcome } = labels;
      requestsOf(`${tool} ${source} ${outcome}`, () => requests.labels({ ...labels })).inc();
      if (!isOfOperator) {
        bursts.call(outcome !== 'ok');
        recent.call(duration, outcome !== 'ok');
      }
      if (traceId === null) {
        secondsOf(`${tool} ${source}`, () => seconds.labels({ tool, source })).observe(duration);
      } else {
        // The types of the library know the labels of the metric alone.
        const exemplarLabels = { trace_id: traceId } as never;
        seconds.observe({ labels: { tool, source }, value: duration, exemplarLabels });
      }
    },
    responseBytes: (size) => bytes.observe(size),
    responding() {
      responses.inc();
      return () => responses.dec();
    },
    cacheLookup: (tier, outcome) =>
      lookupsOf(`${tier} ${outcome}`, () => lookups.labels({ tier, outcome })).inc(),
    cacheSimilarity: (value) => similarity.observe(value),
    stage: (name, duration) =>
      stagesOf(name, () => stages.labels({ stage: name })).observe(duration),
    dependency: (name, duration) =>
      dependenciesOf(name, () => dependencies.labels({ dependency: name })).observe(duration),
    dependencyLimit: (name, limit) => limits.set(name, limit),
    cacheFailure: (operation) => failures.inc({ operation }),
    cacheDropped: (what) => dropped.inc({ what }),
    servedBySimilarity: (answers) => similar.inc(answers),
    falseHit: () => falseHits.inc(),
    cacheTarget: (errorRate) => target.set(errorRate),
    cacheLabel: (source, label) => learned.inc({ source, label }),
    cacheCut: (risk, cut) => cuts.set({ risk }, cut ?? Infinity),
    invalidated: (cause) => invalidations.inc({ cause }),
    coalesced: () => coalesced.inc(),
    breakerState(state) {
      breakerState = state;
      breaker.set(BREAKER_LEVELS[state]);
    },
    queue: (what) => ({
      admitted: (waitedMs) => queued.observe({ for: what }, waitedMs / 1000),
      shed: () => shed.inc({ for: what }),
    }),
    observe(gauges) {
      gaugeReaders = gauges;
      registerGauges(registry, gauges);
    },
    observeFreshness: (status) => registerFreshness(registry, status),
    glance: () => ({
      calls: recent.summary(),
      burst: bursts.peak(),
      breaker: breakerState,
      gauges: gaugeReaders,
    }),
  };
}

/** Finding the series of some labels costs more than counting in it. */
function remembered<Series>(): (labels: string, find: () => Series) => Series {
  const known = new Map<string, Series>();
  return (labels, find) => {
    const series = known.get(labels) ?? find();
    known.set(labels, series);
    return series;
  };
}
