// Owns the shapes of the documents that the admin tools answer with, as far as the console reads them.

export type Source = 'memory' | 'store' | 'semantic' | 'database';
export type BySource = Readonly<Record<Source, number>>;
export type Outcome = 'hit' | 'rebound' | 'confirm' | 'miss';
export type Risk = 'figure' | 'list' | 'never';
export type Label = 'same' | 'different';

export interface ScopeName {
  readonly id: string;
  readonly label: string;
}

export interface Scope extends ScopeName {
  readonly principals: readonly string[];
  readonly role: string | null;
  readonly seen_at: string;
}

export interface Alert {
  readonly severity: 'warning' | 'critical';
  readonly name: string;
  readonly summary: string;
  readonly what_to_do: string;
}

export interface ConnectionPool {
  readonly total: number;
  readonly idle: number;
  readonly waiting: number;
  readonly max: number;
}

export interface ServerStatus {
  readonly status: string;
  readonly version: string;
  readonly uptime_seconds: number;
  readonly checks: Readonly<Record<string, string>>;
  readonly changes: {
    readonly source: string;
    readonly bound_seconds: number | null;
    readonly tables_not_covered: number;
  };
  readonly data_connections: ConnectionPool;
  readonly cache_connections: ConnectionPool;
  readonly sessions: {
    readonly leased: number;
    readonly total: number;
    readonly waiting: number;
    readonly max: number;
    readonly conversations: number;
  };
  readonly breaker: 'closed' | 'half-open' | 'open';
  /** Share of what there may be. */
  readonly memory_use: number;
  readonly memory: {
    readonly heap_bytes: number;
    readonly rss_bytes: number;
    readonly cache_bytes: number;
  };
  readonly replicas: number;
  /** Null before anything was answered. */
  readonly latency: {
    readonly p50_ms: number | null;
    readonly p95_ms: number | null;
    readonly p99_ms: number | null;
  };
  readonly requests: { readonly total: number; readonly errors: number };
  readonly burst: { readonly requests_per_second: number; readonly error_ratio: number };
  readonly alerts: readonly Alert[];
}

export interface Saved {
  readonly statements: number;
  readonly ms: number;
  readonly tokens_estimated: number;
}

export interface ScopeStats {
  readonly scope: Scope;
  readonly answers: number;
  readonly by_source: BySource;
  readonly hit_rate: number | null;
  readonly saved: Saved;
}

export interface CacheStats {
  readonly since: string;
  readonly answers: number;
  readonly by_source: BySource;
  readonly hit_rate: number | null;
  readonly saved: Saved;
  readonly by_scope: readonly ScopeStats[];
  readonly by_time: ReadonlyArray<BySource & { readonly at: string }>;
  readonly decisions: Readonly<Record<Outcome | 'right' | 'wrong' | 'open', number>>;
  readonly store: {
    readonly questions: number;
    readonly plans: number;
    readonly results: number;
    readonly result_bytes: number;
    readonly max_result_bytes: number;
    readonly max_plans: number;
  };
  readonly memory: { readonly bytes: number; readonly max_bytes: number };
}

export interface Entry {
  readonly id: string;
  readonly question: string;
  readonly other_wordings: number;
  readonly found_as: string | null;
  readonly similarity: number | null;
  readonly sql: string;
  readonly tables: readonly string[];
  readonly scope: ScopeName;
  readonly made_by: string;
  readonly made_at: string;
  readonly origin: string;
  readonly uses: number;
  readonly last_used_at: string;
  readonly is_outdated: boolean;
}

export interface Found {
  readonly status: 'found';
  /** By their words; what is near in meaning comes behind these. */
  readonly total: number;
  readonly entries: readonly Entry[];
  readonly next_cursor: string | null;
}

export type Frame = Readonly<Record<string, unknown>>;
export interface Frames {
  readonly earlier: Frame;
  readonly later: Frame;
}

/** A value of the earlier question, and the new one that stands in its place. */
export interface Exchanged {
  readonly from: string;
  readonly to: string;
}

export interface Decision {
  readonly id: string;
  readonly decided_at: string;
  readonly question: string;
  readonly earlier_question: string;
  readonly entry_id: string;
  readonly scope: ScopeName;
  readonly outcome: Outcome;
  readonly rule: string;
  readonly risk: Risk | null;
  readonly similarity: number;
  readonly probability: number;
  readonly margin: number | null;
  readonly differences: readonly string[];
  readonly frames: Frames;
  readonly is_checked: boolean;
  readonly label: Label | null;
  readonly label_source: string | null;
  /** Of the earlier question. */
  readonly sql: string | null;
  readonly rebound: {
    readonly values: readonly Exchanged[];
    /** That ran in its place; null where it was too long to keep. */
    readonly sql: string | null;
    readonly params: readonly unknown[];
  } | null;
}

export interface Answer {
  readonly answer_id: string;
  /** Null for what was fetched by pages. */
  readonly question: string | null;
  readonly principal: string | null;
  readonly source: Source;
  readonly similarity: number | null;
  readonly confidence: number | null;
  readonly answered_at: string;
  readonly verdict: 'right' | 'wrong' | null;
  readonly note: string | null;
}

export interface ServedAnswer extends Answer {
  readonly matched: string | null;
  readonly why: string;
  /** What answered it; null where it was too long to keep. */
  readonly sql: string | null;
  readonly decision: Decision | null;
}

export interface Inspected {
  readonly status: 'entry';
  readonly entry: Entry & {
    readonly params: readonly unknown[];
    readonly volatility: string;
    readonly schema_version: string;
  };
  readonly wordings: ReadonlyArray<{
    readonly id: string;
    readonly question: string;
    readonly origin: string;
    readonly made_by: string;
    readonly made_at: string;
  }>;
  readonly rejected: ReadonlyArray<{
    /** Null where no decision about it is kept. */
    readonly question: string | null;
    readonly rejected_by: string;
    readonly at: string;
  }>;
  readonly decisions: readonly Decision[];
  readonly results: ReadonlyArray<{
    readonly principal: string | null;
    readonly rows: number;
    readonly bytes: number;
    readonly as_of: string;
    readonly expires_at: string | null;
    readonly status: string;
    readonly is_current: boolean;
    readonly uses: number;
    readonly run_ms: number;
  }>;
  readonly answers: readonly Answer[];
  readonly answer: ServedAnswer | null;
}

/** The newest first. */
export interface LatestAnswers {
  readonly status: 'answers';
  readonly answers: readonly Answer[];
}

export interface Candidate {
  readonly id: string | null;
  readonly question: string;
  readonly sql: string | null;
  readonly outcome: Outcome;
  readonly rule: string;
  readonly why: string;
  readonly risk: Risk | null;
  readonly similarity: number;
  readonly probability: number;
  readonly margin: number | null;
  readonly cut: number | null;
  readonly differences: readonly string[];
  readonly frames: Frames;
}

export interface Decided {
  readonly status: 'decided';
  readonly question: string;
  readonly candidates: readonly Candidate[];
  readonly outcome: Outcome;
  /** The values that are exchanged, where the earlier statement runs with others. */
  readonly rebound: readonly Exchanged[] | null;
  readonly target_error_rate: number;
}
