// Owns what is told of long work on stderr: one line that is written anew in a terminal, else a line now and then.
import { bar, cutTo } from './table.ts';

export interface Progress {
  /** How far it is. @param share 0 to 1; absent where nobody knows how much there is. */
  tell(text: string, share?: number): void;
  /** A line of its own, that stays. */
  note(text: string): void;
  /** Nothing of it is left in the terminal. */
  clear(): void;
}

export interface ProgressOptions {
  readonly output: {
    write(text: string): unknown;
    readonly isTTY?: boolean;
    readonly columns?: number;
  };
  /** In milliseconds, from whenever. */
  readonly clock: () => number;
}

const EVERY_MS = 5000;
const BAR_WIDTH = 24;
const DEFAULT_WIDTH = 80;
const LINE_START = '\r\u001b[2K';

export function createProgress({ output, clock }: ProgressOptions): Progress {
  const isTerminal = output.isTTY === true;
  let isShown = false;
  let toldAt = clock();

  function clear(): void {
    if (isShown) output.write(LINE_START);
    isShown = false;
  }

  return {
    tell(text, share) {
      if (isTerminal) {
        const line = share === undefined ? text : `${bar(share, BAR_WIDTH)} ${text}`;
        output.write(`${LINE_START}${cutTo(line, (output.columns ?? DEFAULT_WIDTH) - 1)}`);
        isShown = true;
        return;
      }
      if (clock() - toldAt < EVERY_MS) return;
      toldAt = clock();
      output.write(`${text}\n`);
    },
    note(text) {
      clear();
      output.write(`${text}\n`);
    },
    clear,
  };
}
