// Owns the live status of the server: asked for again and again while somebody looks, with what it was in the
// last minutes.
import { computed, signal } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';

import type { ServerStatus } from './contract.ts';
import { Fault } from './http.ts';
import type { Session } from './session.ts';

export interface Sample {
  readonly at: number;
  readonly requestsPerSecond: number;
  readonly p95Ms: number | null;
  readonly memoryUse: number;
}

export interface StatusFeed {
  readonly latest: ReadonlySignal<ServerStatus | null>;
  /** Of the last call. */
  readonly fault: ReadonlySignal<Fault | null>;
  readonly samples: ReadonlySignal<readonly Sample[]>;
  readonly isPaused: ReadonlySignal<boolean>;
  pause(isPaused: boolean): void;
  /** Asks at once, and from then on every so many milliseconds. */
  every(ms: number): void;
}

const MAX_SAMPLES = 150;

export function createStatusFeed(session: Session): StatusFeed {
  const latest = signal<ServerStatus | null>(null);
  const fault = signal<Fault | null>(null);
  const samples = signal<readonly Sample[]>([]);
  const isPaused = signal(false);
  let timer: ReturnType<typeof setInterval> | undefined;
  let isAsking = false;

  async function ask(): Promise<void> {
    // One that takes long is not asked twice; a page that nobody sees asks nothing.
    if (isAsking || document.hidden || isPaused.value || !session.who.value) return;
    isAsking = true;
    try {
      const status = await session.call<ServerStatus>('server_status');
      latest.value = status;
      samples.value = [...samples.value, sampleOf(status)].slice(-MAX_SAMPLES);
      fault.value = null;
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      fault.value = error;
    } finally {
      isAsking = false;
    }
  }

  return {
    latest: computed(() => latest.value),
    fault: computed(() => fault.value),
    samples: computed(() => samples.value),
    isPaused: computed(() => isPaused.value),
    pause(value) {
      isPaused.value = value;
      void ask();
    },
    every(ms) {
      clearInterval(timer);
      timer = setInterval(() => void ask(), ms);
      void ask();
    },
  };
}

const sampleOf = (status: ServerStatus): Sample => ({
  at: Date.now(),
  requestsPerSecond: status.burst.requests_per_second,
  p95Ms: status.latency.p95_ms,
  memoryUse: status.memory_use,
});
