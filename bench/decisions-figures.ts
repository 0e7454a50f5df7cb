// Owns counting judgements against their labels: over all, by kind, against cuts of the cosine. Pure.
import { errorRate, share, sixDigits } from './decisions-bound.ts';
import type { ErrorRate } from './decisions-bound.ts';
import { bestCut, figuresAt } from './decisions-cut.ts';
import type { CutFigures } from './decisions-cut.ts';
import { grouped } from './decisions-groups.ts';
import type { Judgement } from './decisions-judge.ts';

export interface Judged extends Judgement {
  readonly same: boolean | null;
  readonly kind: string;
}

export interface Tally {
  readonly pairs: number;
  readonly hits: number;
  readonly confirms: number;
  readonly misses: number;
  readonly hit_share: number | null;
  readonly confirm_share: number | null;
  readonly hit_or_confirm_share: number | null;
}

export interface KindTally extends Tally {
  readonly kind: string;
  readonly same: boolean;
}

export interface LabelledFigures {
  readonly same: Tally;
  readonly different: Tally;
  readonly served: ErrorRate;
  readonly kinds: readonly KindTally[];
  readonly baselines: Readonly<Record<string, CutFigures>>;
}

const CUTS = [0.8, 0.9];
const MAX_DIFFERENT_SERVED = 0.01;

export function tallyOf(judged: readonly Pick<Judged, 'outcome'>[]): Tally {
  const count = (outcome: Judged['outcome']): number =>
    judged.filter((one) => one.outcome === outcome).length;
  const [hits, confirms] = [count('hit'), count('confirm')];
  return {
    pairs: judged.length,
    hits,
    confirms,
    misses: judged.length - hits - confirms,
    hit_share: share(hits, judged.length),
    confirm_share: share(confirms, judged.length),
    hit_or_confirm_share: share(hits + confirms, judged.length),
  };
}

/** Null where no pair has a label. */
export function labelledFigures(judged: readonly Judged[]): LabelledFigures | null {
  const labelled = judged.filter(isLabelled);
  if (labelled.length === 0) return null;
  const same = tallyOf(labelled.filter((one) => one.same));
  const different = tallyOf(labelled.filter((one) => !one.same));
  return {
    same,
    different,
    served: errorRate(same.hits + different.hits, different.hits),
    kinds: kindsOf(labelled),
    baselines: Object.fromEntries([
      ...CUTS.map((cut) => [`cosine ${cut}`, figuresAt(labelled, cut)] as const),
      ['best cosine', figuresAt(labelled, bestCut(labelled, MAX_DIFFERENT_SERVED))],
    ]),
  };
}

type Labelled = Judged & { readonly same: boolean };

function isLabelled(one: Judged): one is Labelled {
  return one.same !== null;
}

/** Same ones first, each by name. */
function kindsOf(labelled: readonly Labelled[]): KindTally[] {
  const groups = grouped(labelled, ({ same, kind }) => `${same ? 0 : 1} ${kind}`);
  return [...groups.entries()]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, group]) => ({ kind: group[0]!.kind, same: group[0]!.same, ...tallyOf(group) }));
}

/** How often each rule decided, most often first. */
export function rulesOf(judged: readonly Judged[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const { outcome, rule } of judged) {
    const name = `${outcome}: ${rule}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return Object.fromEntries([...counts.entries()].toSorted(([, a], [, b]) => b - a));
}

export interface Times {
  readonly median_ms: number | null;
  readonly p99_ms: number | null;
  readonly count: number;
}

export function timesOf(milliseconds: readonly number[]): Times {
  const sorted = milliseconds.toSorted((a, b) => a - b);
  const at = (part: number): number | null => {
    const value = sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))];
    return value === undefined ? null : sixDigits(value);
  };
  return { median_ms: at(0.5), p99_ms: at(0.99), count: sorted.length };
}
