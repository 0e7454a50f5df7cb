// Owns showing a run in a terminal: the step it is at, with a bar that moves by what is known of its length.
import type { Progress } from '../cli/progress.ts';
import type { Extent, Tell } from './tell.ts';

const EVERY_MS = 250;

export function progressTell(progress: Progress): Tell & { end(): void } {
  let text = '';
  let extent: Extent | undefined;
  let began = performance.now();
  let told: number | undefined;

  function show(): void {
    if (text === '') return;
    const share = shareOf();
    const line = extent && extent.of > 1 ? `${text} (${extent.at + 1} of ${extent.of})` : text;
    if (share === undefined) progress.tell(line);
    else progress.tell(line, share);
  }

  function shareOf(): number | undefined {
    if (told !== undefined || !extent) return told;
    const { at, of, seconds } = extent;
    const within = seconds === undefined ? 0 : (performance.now() - began) / 1000 / seconds;
    return (at + Math.min(1, within)) / of;
  }

  const timer = setInterval(show, EVERY_MS);
  timer.unref();
  return {
    step(next, nextExtent) {
      text = next;
      extent = nextExtent;
      began = performance.now();
      told = undefined;
      show();
    },
    share(share) {
      told = share;
    },
    note: (line) => progress.note(line),
    end() {
      clearInterval(timer);
      progress.clear();
    },
  };
}
