// Owns what happens when something fails that answers depend on: it is taken away under a small load and given back, and
// what callers saw is told for before, during and after.
import { setTimeout as sleep } from 'node:timers/promises';

import type { Dependency } from '../baseline/dependencies.ts';
import type { Moment, Tallied } from '../load/tally.ts';
import { rounded } from '../figures.ts';
import { takeSmallLoad } from './small-load.ts';
import type { SmallLoad } from './small-load.ts';

export interface Fault {
  readonly name: string;
  /** What fails; null where it is the server itself. */
  readonly dependency: Dependency['name'] | null;
  /** Takes it away. */
  begin(): Promise<void> | void;
  /** Gives it back. */
  end(): Promise<void> | void;
}

export interface FaultFigures {
  readonly name: string;
  readonly dependency: Dependency['name'] | null;
  readonly began_s: number;
  readonly ended_s: number;
  readonly during: Seen;
  readonly after: Seen;
  /** From its end until statements ran again; null where they did not within the time. */
  readonly recovered_after_s: number | null;
  /** Errors that said what they are, by code, and others, by what they were. */
  readonly faults: Readonly<Record<string, number>>;
  readonly timeline: readonly Moment[];
}

/** Calls of a part of the run. */
export interface Seen {
  readonly answered: number;
  readonly hits: number;
  /** Told with a code. */
  readonly coded: number;
  /** Broken off, or told without a code. */
  readonly failed: number;
}

export interface FaultTimes {
  readonly beforeMs: number;
  readonly awayMs: number;
  readonly afterMs: number;
}

const MS_PER_S = 1000;
/** Statements run again: so many in a tenth of a second are no chance. */
const RUNS_AGAIN = 1;

export async function takeFault(
  load: SmallLoad,
  fault: Fault,
  { beforeMs, awayMs, afterMs }: FaultTimes,
): Promise<FaultFigures> {
  const away = { from: beforeMs / MS_PER_S, to: (beforeMs + awayMs) / MS_PER_S };
  const figures = await takeSmallLoad(load, beforeMs + awayMs + afterMs, async () => {
    const loadBegan = performance.now();
    const elapsed = (): number => (performance.now() - loadBegan) / MS_PER_S;
    await sleep(beforeMs, undefined, { signal: load.signal });
    away.from = elapsed();
    await fault.begin();
    try {
      await sleep(awayMs, undefined, { signal: load.signal });
    } finally {
      await fault.end();
      away.to = elapsed();
    }
  });
  return figuresOf(fault, figures, away);
}

function figuresOf(
  { dependency, name }: Fault,
  { faults, timeline }: Tallied,
  { from, to }: { readonly from: number; readonly to: number },
): FaultFigures {
  const back = timeline.find(
    ({ answered, at_s, hits }) => at_s >= to && answered - hits >= RUNS_AGAIN,
  );
  return {
    name,
    dependency,
    began_s: rounded(from),
    ended_s: rounded(to),
    during: seen(timeline.filter(({ at_s }) => at_s >= from && at_s < to)),
    after: seen(timeline.filter(({ at_s }) => at_s >= to)),
    recovered_after_s: back ? Math.round((back.at_s - to) * 10) / 10 : null,
    faults,
    timeline,
  };
}

function seen(moments: readonly Moment[]): Seen {
  const sum = (of: (moment: Moment) => number): number =>
    moments.reduce((total, moment) => total + of(moment), 0);
  return {
    answered: sum(({ answered }) => answered),
    hits: sum(({ hits }) => hits),
    coded: sum(({ refused, shed }) => refused + shed),
    failed: sum(({ failed }) => failed),
  };
}
