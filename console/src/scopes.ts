// Owns the list of the server's scopes, for the pages that let one choose.
import { computed, signal } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';

import type { CacheStats, Scope } from './contract.ts';

export interface Scopes {
  readonly known: ReadonlySignal<readonly Scope[]>;
  /** What was just read of them anyway. */
  learn(stats: CacheStats): void;
}

export function createScopes(): Scopes {
  const known = signal<readonly Scope[]>([]);
  return {
    known: computed(() => known.value),
    learn(stats) {
      known.value = stats.by_scope.map(({ scope }) => scope);
    },
  };
}
