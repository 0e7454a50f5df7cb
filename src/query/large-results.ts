// Owns whose turn it is to read a large result: a quarter of the connections at most, and one at a time while
// memory is short. One is always let in, so that whatever holds the memory cannot keep everybody out.
import { createAdmission } from '../lib/admission.ts';
import type { Admission, AdmissionOptions } from '../lib/admission.ts';

export type LargeResults = Pick<Admission, 'enter' | 'stats'>;

export interface LargeResultsOptions extends Pick<
  AdmissionOptions,
  'maxWaiting' | 'share' | 'watcher' | 'now'
> {
  readonly connections: number;
  /** The share of memory in use from which on they are read one at a time, 0 to 1. */
  readonly watermark: number;
  /** The share that is in use. */
  readonly memoryUse: () => number;
  /** Collects garbage at once; undefined where the runtime offers no such thing (`--expose-gc`). */
  readonly collectGarbage?: (() => void) | undefined;
}

const CONNECTION_SHARE = 1 / 4;
const MAX_WAIT_MS = 10_000;

export function createLargeResults(options: LargeResultsOptions): LargeResults {
  const { watermark, memoryUse, collectGarbage } = options;
  const places = Math.max(1, Math.floor(options.connections * CONNECTION_SHARE));
  const admission = createAdmission({
    ...options,
    places,
    maxWaitMs: MAX_WAIT_MS,
    refusal: 'Too many large results are being read.',
  });
  const isShort = (): boolean => memoryUse() > watermark;
  const adjust = (): void => admission.resize(isShort() ? 1 : places);

  return {
    async enter(caller) {
      adjust();
      const leave = await admission.enter(caller);
      return () => {
        // Between two of them nothing of the one before is needed, and the next makes as much again.
        if (collectGarbage && isShort()) collectGarbage();
        leave();
        adjust();
      };
    },
    stats: () => admission.stats(),
  };
}
