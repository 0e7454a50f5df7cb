// Owns what a run finds, as the JSON that is kept and compared: one document, whichever phases there were.
import type { BaselineFigures } from './baseline/baseline.ts';
import type { ConditionsFigures } from './conditions/phase.ts';
import type { Comparison } from './compare/compare.ts';
import type { BurstFigures } from './load/burst.ts';
import type { LoadFigures } from './load/levels.ts';
import type { CapacityPlan } from './plan/capacity.ts';

export const REPORT_FORMAT = 'askonce-validate/1';

export interface Report {
  readonly format: typeof REPORT_FORMAT;
  readonly at: string;
  readonly askonce: string;
  readonly target: {
    readonly url: string;
    /** Whether the server was started for the run, and is gone with it. */
    readonly own: boolean;
    readonly questions: string;
    readonly question_count: number;
  };
  readonly machine: Machine;
  readonly quick: boolean;
  /** Whether it was ended before its end: what is here is what there was by then. */
  readonly stopped: boolean;
  readonly seconds: number;
  readonly baseline?: BaselineFigures;
  readonly load?: LoadFigures;
  readonly burst?: BurstFigures;
  readonly conditions?: ConditionsFigures;
  readonly plan?: CapacityPlan;
  readonly comparison?: Comparison;
  /** What a reader has to know, in sentences. */
  readonly notes: readonly string[];
}

/** Where the load came from; and the server too, where it is on loopback. */
export interface Machine {
  readonly cores: number;
  readonly processor: string;
  readonly memory_bytes: number;
  readonly node: string;
  readonly platform: string;
}
