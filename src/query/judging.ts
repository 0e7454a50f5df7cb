// Owns whose question is judged when: judging is the one long computation of this process, so it goes one
// question at a time, in turn for each principal, and in slices between which everybody else is answered.
import { setImmediate } from 'node:timers/promises';

import type { Admission, Caller } from '../lib/admission.ts';

/** To be awaited between two steps of the work. */
export type Pause = () => Promise<void>;

export interface Judging {
  /** @throws AppError OVERLOADED when its turn does not come in time; QUERY_CANCELLED when the caller has gone. */
  take<T>(caller: Caller, work: (pause: Pause) => Promise<T>): Promise<T>;
}

/** Of an answer that is only looked up this is a few times as much. */
const SLICE_MS = 1;

/** @param turns With one place. */
export function createJudging(turns: Pick<Admission, 'enter'>): Judging {
  return {
    async take(caller, work) {
      const leave = await turns.enter(caller);
      let since = performance.now();
      try {
        return await work(async () => {
          if (performance.now() - since < SLICE_MS) return;
          await setImmediate();
          since = performance.now();
        });
      } finally {
        leave();
      }
    },
  };
}
