// Owns single keys, as a person at a terminal presses them.
import { on } from 'node:events';
import { emitKeypressEvents } from 'node:readline';
import type { Readable } from 'node:stream';

export interface KeyInput extends Readable {
  readonly isTTY?: boolean;
  setRawMode?(isRaw: boolean): unknown;
}

interface Key {
  readonly name?: string;
  readonly sequence?: string;
  readonly ctrl?: boolean;
}

/** Each by its letter; what ends a program in a terminal (Ctrl-C, Ctrl-D, Escape) ends them. */
export async function* keysOf(input: KeyInput): AsyncGenerator<string, void> {
  emitKeypressEvents(input);
  input.setRawMode?.(true);
  try {
    for await (const [, key] of on(input, 'keypress', { close: ['end', 'close'] })) {
      const { name = '', ctrl = false } = key as Key;
      if (name === 'escape' || (ctrl && (name === 'c' || name === 'd'))) return;
      yield name;
    }
  } finally {
    input.setRawMode?.(false);
    input.pause();
  }
}

/** Anything but y is no. */
export async function isYes(input: KeyInput): Promise<boolean> {
  for await (const key of keysOf(input)) return key === 'y';
  return false;
}
