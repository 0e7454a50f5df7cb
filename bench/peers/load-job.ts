// Owns what the process that makes the load is sent, and what it answers.
import type { Adapter } from '../../src/validate/load/adapter.ts';
import type { Workload } from './questions.ts';
import type { StdioCommand } from './start.ts';

export interface Target {
  /** Null for askonce. */
  readonly adapter: Adapter | null;
  readonly at: { readonly url: string } | { readonly stdio: StdioCommand };
}

export interface PeersJob {
  readonly target: Target;
  readonly aggregateRows: number;
  /** The same number, the same questions. */
  readonly seed: number;
  readonly task:
    /** So many that each ask again as soon as they are answered. */
    | {
        readonly kind: 'agents';
        readonly workload: Workload;
        readonly agents: number;
        readonly durationMs: number;
      }
    /** So many calls at the same moment. */
    | { readonly kind: 'burst'; readonly workload: Workload; readonly agents: number }
    | { readonly kind: 'large'; readonly sql: string; readonly maxBytes: number };
}

/** A question counts once, whether it took a call or two. */
export interface Loaded {
  readonly questions: number;
  readonly answered: number;
  readonly answered_per_second: number;
  readonly p50_ms: number | null;
  readonly p99_ms: number | null;
  /** Each try counts. */
  readonly shed: number;
  readonly failed: number;
  /** By what was said, the most frequent few. */
  readonly faults: Readonly<Record<string, number>>;
  /** Of the answers, those that no statement was run for; null where a server does not tell. */
  readonly hit_ratio: number | null;
  readonly seconds: number;
  readonly bytes: number;
  readonly first_byte_ms: number | null;
  /** Processor time of the load itself, while the clock ran. */
  readonly load_cpu_ms: number;
  /** The same from the job to its figures, with servers that it has started. */
  readonly whole_cpu_ms: number;
  /** Of servers that the load has started, one for each client; null where it has not. */
  readonly started: {
    readonly processes: number;
    readonly peak_mib: number;
    readonly cpu_ms: number;
    /** From their start on. */
    readonly whole_cpu_ms: number;
    /** Until all of them were up, before the clock ran. */
    readonly start_ms: number;
  } | null;
}
