// Owns the shapes of the documents about policy, tuning, review and forgetting, as far as the console reads them.
import type { Decision, Label, Outcome, ScopeName } from './contract.ts';

export type PolicyValue = number | string;
/** Of one level; null takes a value off it. */
export type PolicyValues = Readonly<Record<string, PolicyValue | null>>;

export interface PolicyEntry {
  readonly value: PolicyValue;
  readonly from: 'setting' | 'all' | 'scope';
  /** What holds where no level says anything. */
  readonly setting: PolicyValue;
  readonly about: string;
  readonly min?: number;
  readonly max?: number;
}

export interface PolicyVersion {
  readonly version: number;
  readonly values: PolicyValues;
  readonly set_by: string | null;
  readonly set_at: string;
  readonly note: string | null;
  /** The version that this one takes back. */
  readonly undoes: number | null;
}

export interface Policy {
  readonly status: 'policy' | 'proposed' | 'set' | 'undone';
  readonly scope: ScopeName | null;
  readonly version: number;
  readonly policy: Readonly<Record<string, PolicyEntry>>;
  readonly values: PolicyValues;
  readonly history: readonly PolicyVersion[];
  readonly effect?: TuneEffect;
}

export interface TunePoint {
  readonly target_error_rate: number;
  readonly cuts: { readonly figure: number | null; readonly list: number | null };
  readonly served: number;
  readonly served_share: number | null;
  readonly labelled: number;
  readonly wrong: number;
  readonly wrong_share: number | null;
  readonly wrong_lower: number | null;
  readonly wrong_upper: number | null;
  readonly calibrated_upper: number | null;
  readonly confirm: number;
}

export interface CurvePoint {
  readonly cut: number;
  readonly served: number;
  readonly labelled: number;
  readonly wrong: number;
  readonly wrong_lower: number | null;
  readonly wrong_upper: number | null;
  readonly calibrated: { readonly right: number; readonly wrong: number; readonly upper: number };
}

export interface TuneEffect {
  readonly since: string;
  readonly decisions: number;
  readonly served_now: number;
  readonly served_then: number;
  readonly confirm_now: number;
  readonly confirm_then: number;
  readonly changes: ReadonlyArray<{
    readonly question: string;
    readonly earlier_question: string;
    readonly from: Outcome;
    readonly to: Outcome;
    readonly margin: number | null;
    readonly label: Label | null;
  }>;
}

export interface Tuned {
  readonly status: 'tuned';
  readonly decisions: number;
  readonly labelled: number;
  readonly current: { readonly target_error_rate: number };
  readonly points: readonly TunePoint[];
  readonly recommendation: { readonly target_error_rate: number; readonly why: string };
  readonly effect: TuneEffect;
  readonly curves: { readonly figure: readonly CurvePoint[]; readonly list: readonly CurvePoint[] };
}

export interface ReviewItem extends Decision {
  readonly kind: 'report' | 'check' | 'confirm';
  readonly note: string | null;
}

export interface ReviewQueue {
  readonly status: 'queue';
  readonly open: number;
  readonly items: readonly ReviewItem[];
  readonly next_cursor: string | null;
}

export interface Reviewed {
  readonly status: 'reviewed';
  readonly verdict: Label | 'undo';
  /** What it did, in one sentence. */
  readonly effect: string;
  readonly decision: Decision | null;
}

interface Amounts {
  readonly plans: number;
  readonly questions: number;
  readonly results: number;
  readonly bytes: number;
}

export interface WouldForget extends Amounts {
  readonly status: 'would_forget';
  readonly examples: ReadonlyArray<{
    readonly id: string;
    readonly question: string;
    readonly sql: string;
    readonly scope: ScopeName;
  }>;
  readonly confirm: string;
  readonly hint: string;
}

export interface Forgotten extends Amounts {
  readonly status: 'forgotten';
}
