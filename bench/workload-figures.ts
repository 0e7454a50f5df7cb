// Owns counting the steps of a played workload: by tier, over time, and which cut did best. Pure.
import { errorRate, share } from './decisions-bound.ts';
import type { ErrorRate } from './decisions-bound.ts';
import type { Step, Tier } from './workload-play.ts';

export interface SliceFigures {
  /** The last question of the slice, counted from 1. */
  readonly until: number;
  readonly answered: number | null;
  readonly exact: number | null;
  readonly semantic: number | null;
  readonly confirmed: number | null;
  readonly wrong: number;
}

export interface PlayFigures extends ErrorRate {
  readonly questions: number;
  readonly answered: number | null;
  readonly right: number;
  readonly tiers: Readonly<Record<Tier, ErrorRate>>;
  /** What was decided, and not answered because its text was known. */
  readonly decided: ErrorRate;
  readonly confirms: {
    readonly offered: number;
    readonly with_right: number;
    /** Answered, or offered the right plan to accept. */
    readonly answered_or_right: number | null;
  };
  readonly slices: readonly SliceFigures[];
}

const SLICES = 10;
const TIERS: readonly Tier[] = ['exact', 'again', 'semantic', 'template'];

export function playFigures(steps: readonly Step[]): PlayFigures {
  const served = steps.filter(isServed);
  const confirms = steps.filter((step) => step.kind === 'confirm');
  const withRight = confirms.filter(({ hasRight }) => hasRight).length;
  const rates = TIERS.map((tier) => [tier, rateOf(served.filter((one) => one.tier === tier))]);
  return {
    questions: steps.length,
    answered: share(served.length, steps.length),
    right: served.filter(({ right }) => right).length,
    ...rateOf(served),
    tiers: Object.fromEntries(rates) as Record<Tier, ErrorRate>,
    decided: rateOf(served.filter(({ tier }) => tier !== 'exact')),
    confirms: {
      offered: confirms.length,
      with_right: withRight,
      answered_or_right: share(served.length + withRight, steps.length),
    },
    slices: slicesOf(steps),
  };
}

type Served = Step & { readonly kind: 'served' };

function isServed(step: Step): step is Served {
  return step.kind === 'served';
}

function rateOf(served: readonly Served[]): ErrorRate {
  return errorRate(served.length, served.filter(({ right }) => !right).length);
}

function slicesOf(steps: readonly Step[]): SliceFigures[] {
  const ends = Array.from({ length: SLICES }, (_, index) =>
    Math.round(((index + 1) * steps.length) / SLICES),
  );
  return ends.map((until, index) => {
    const slice = steps.slice(ends[index - 1] ?? 0, until);
    const count = (has: (step: Step) => boolean): number => slice.filter(has).length;
    return {
      until,
      answered: share(count(isServed), slice.length),
      exact: share(
        count((step) => isServed(step) && step.tier === 'exact'),
        slice.length,
      ),
      semantic: share(
        count((step) => isServed(step) && step.tier !== 'exact'),
        slice.length,
      ),
      confirmed: share(
        count(({ kind }) => kind === 'confirm'),
        slice.length,
      ),
      wrong: count((step) => isServed(step) && !step.right),
    };
  });
}

/** The most right answers among those with at most this share of wrong ones among the served. */
export function bestOf<Play extends Pick<PlayFigures, 'right' | 'wrong_per_served'>>(
  plays: readonly Play[],
  maxWrongPerServed: number,
): Play | null {
  const allowed = plays.filter(
    ({ wrong_per_served }) => (wrong_per_served ?? 0) <= maxWrongPerServed,
  );
  return allowed.toSorted((a, b) => b.right - a.right)[0] ?? null;
}

/** The share of questions whose like was asked before: nothing can answer more, from empty. */
export function ceilingOf(
  questions: readonly { readonly scope: string; readonly sql_id: string }[],
): number | null {
  const seen = new Set(questions.map(({ scope, sql_id }) => JSON.stringify([scope, sql_id])));
  return share(questions.length - seen.size, questions.length);
}
