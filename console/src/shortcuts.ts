// Owns the keys that do something without Control or Alt: never while somebody types or a dialog is open, and
// not at all where they were turned off.
import { computed, signal } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';

import { useConsole } from './console.ts';

/** By key, as a KeyboardEvent names it; or `g` and a key, one after the other, as `g o`. */
export type Bindings = Readonly<Record<string, () => void>>;

export interface Shortcuts {
  readonly isOn: ReadonlySignal<boolean>;
  turn(isOn: boolean): void;
  /** @returns what takes them off again. */
  bind(bindings: Bindings): () => void;
}

const KEY = 'askonce-shortcuts';
/** How long after `g` the second key may come. */
const CHORD_MS = 1_500;

export function createShortcuts(page: Document, storage: Storage): Shortcuts {
  const isOn = signal(storage.getItem(KEY) !== 'off');
  const bound = new Set<Bindings>();
  let chordUntil = 0;

  page.addEventListener('keydown', (event) => {
    if (!isOn.value || event.defaultPrevented || isTaken(event, page)) return;
    const isChord = event.timeStamp < chordUntil;
    chordUntil = event.key === 'g' && !isChord ? event.timeStamp + CHORD_MS : 0;
    const name = isChord ? `g ${event.key}` : event.key;
    // What was bound last is nearest to what one sees.
    const bindings = [...bound].reverse().find((candidate) => Object.hasOwn(candidate, name));
    if (!bindings) return;
    event.preventDefault();
    bindings[name]?.();
  });

  return {
    isOn: computed(() => isOn.value),
    turn(value) {
      isOn.value = value;
      storage.setItem(KEY, value ? 'on' : 'off');
    },
    bind(bindings) {
      bound.add(bindings);
      return () => void bound.delete(bindings);
    },
  };
}

function isTaken(event: KeyboardEvent, page: Document): boolean {
  if (event.ctrlKey || event.altKey || event.metaKey || page.querySelector('dialog[open]'))
    return true;
  const target = event.target as Element | null;
  return target?.closest('input, textarea, select, [contenteditable]') != null;
}

/** Binds while the component is shown; each key does what the latest rendering says. */
export function useShortcuts(bindings: Bindings): void {
  const { shortcuts } = useConsole();
  const latest = useRef(bindings);
  latest.current = bindings;
  const names = Object.keys(bindings).join('\n');
  useLayoutEffect(() => {
    const live = names.split('\n').map((name) => [name, () => latest.current[name]?.()] as const);
    return shortcuts.bind(Object.fromEntries(live));
  }, [shortcuts, names]);
}
