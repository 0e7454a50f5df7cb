// Owns the short messages about what was just done: shown for a while, read aloud by screen readers.
import { computed, signal } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';

export interface Notice {
  readonly id: number;
  readonly text: string;
}

export interface Notices {
  readonly shown: ReadonlySignal<readonly Notice[]>;
  say(text: string): void;
  dismiss(id: number): void;
}

/** Long enough to be read twice. */
const SHOWN_MS = 12_000;
const MAX_SHOWN = 3;

export function createNotices(): Notices {
  const shown = signal<readonly Notice[]>([]);
  let last = 0;
  const dismiss = (id: number): void => {
    shown.value = shown.value.filter((notice) => notice.id !== id);
  };
  return {
    shown: computed(() => shown.value),
    dismiss,
    say(text) {
      const id = (last += 1);
      shown.value = [...shown.value, { id, text }].slice(-MAX_SHOWN);
      setTimeout(() => dismiss(id), SHOWN_MS);
    },
  };
}
