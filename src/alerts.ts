// Owns what an operator should look at now, and what to do about it: the same conditions as deploy/prometheus/alerts.yml
// has, as far as one server can tell them of itself at one moment.
export interface Alert {
  readonly severity: 'warning' | 'critical';
  readonly name: string;
  readonly summary: string;
  readonly what_to_do: string;
}

export interface AlertFacts {
  readonly isReady: boolean;
  readonly isStoreUp: boolean;
  readonly isDatabaseResting: boolean;
  /** Without it nothing is recognised in other words. */
  readonly hasEmbedder: boolean;
  readonly sessions: { readonly leased: number; readonly max: number };
  /** Share of the memory that there may be, 0 to 1, and from where large results go one at a time. */
  readonly memoryUse: number;
  readonly memoryWatermark: number;
  /** Of the answers by similarity that were labelled, in one class of risk. */
  readonly served: readonly {
    readonly risk: string;
    readonly wrong: number;
    readonly lower: number;
  }[];
  readonly targetErrorRate: number;
  readonly replicationFault: string | null;
  readonly burst: { readonly perSecond: number; readonly errorRatio: number };
}

/** Fewer say little of how many are. */
const TELLING_WRONGS = 3;
const SESSIONS_SHARE = 0.8;
const BURST_ERRORS = 0.05;
/** Of calls in a second: below it one error is a large share. */
const BURST_CALLS = 20;

export function alertsOf(facts: AlertFacts): Alert[] {
  const { sessions, burst, targetErrorRate } = facts;
  const alerts: (Alert | false)[] = [
    !facts.isReady && {
      severity: 'critical',
      name: 'AskonceDatabaseAway',
      summary: 'The data database does not answer: only what is known is served.',
      what_to_do:
        'Check the database and the network to it; known answers go on meanwhile, with their age.',
    },
    facts.isDatabaseResting && {
      severity: 'critical',
      name: 'AskonceBreakerOpen',
      summary: 'The circuit breaker is open: statements fail at once.',
      what_to_do: 'Check the data database; the breaker probes its way back by itself.',
    },
    !facts.isStoreUp && {
      severity: 'critical',
      name: 'AskonceCacheStoreNotAnswering',
      summary: 'The cache database does not answer: answers are neither shared nor kept.',
      what_to_do: 'Check CACHE_DATABASE_URL and its server; queries go on without it.',
    },
    !facts.hasEmbedder && {
      severity: 'warning',
      name: 'AskonceModelMissing',
      summary: 'The embedding model is not loaded: rephrasings are not recognised.',
      what_to_do: 'Restore the models folder, or set MODELS_DIR and EMBEDDING_MODEL, and restart.',
    },
    sessions.leased > SESSIONS_SHARE * sessions.max && {
      severity: 'warning',
      name: 'AskonceSessionPoolNearlyFull',
      summary: `${sessions.leased} of ${sessions.max} sessions are leased.`,
      what_to_do:
        'Add a replica, or raise SESSION_POOL_MAX and DB_POOL_MAX if the database can carry it.',
    },
    facts.memoryUse > facts.memoryWatermark && {
      severity: 'warning',
      name: 'AskonceMemoryHigh',
      summary: `${Math.round(100 * facts.memoryUse)} % of the memory is in use: large results go one at a time.`,
      what_to_do:
        'Give the process more memory, or lower CACHE_MAX_MEMORY_BYTES or max_response_bytes.',
    },
    burst.perSecond >= BURST_CALLS &&
      burst.errorRatio > BURST_ERRORS && {
        severity: 'warning',
        name: 'AskonceErrorsInBursts',
        summary: `${Math.round(100 * burst.errorRatio)} % of the calls in the densest second of the last minute failed.`,
        what_to_do:
          'See which codes in the log: OVERLOADED wants room, QUERY_INVALID a look at the agents.',
      },
    facts.replicationFault !== null && {
      severity: 'warning',
      name: 'AskonceReplicationLag',
      summary: `The stream of changes is not used: ${facts.replicationFault}`,
      what_to_do:
        'Check REPLICATION_URL, its role and slot; until then changes are found by polling.',
    },
    ...facts.served.map(
      ({ risk, wrong, lower }) =>
        wrong >= TELLING_WRONGS &&
        lower > targetErrorRate && {
          severity: 'warning' as const,
          name: 'AskonceWrongAnswersAboveTarget',
          summary: `${wrong} answers (${risk}) served by similarity were wrong: at least ${percent(lower)}, where ${percent(targetErrorRate)} is tolerated.`,
          what_to_do:
            'The cut has risen by itself; look at the review queue and the tuning curve, and lower the target if it goes on.',
        },
    ),
  ];
  return alerts.filter((alert) => alert !== false);
}

const percent = (share: number): string => `${Number((100 * share).toFixed(2))} %`;
