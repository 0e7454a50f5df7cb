// Owns what a reader should know first: in sentences, what is well and what is not. Pure.
import { shownBytes, shownMs, shownNumber, shownShare } from './html/shown.ts';
import type { Report } from './report.ts';

export interface Finding {
  readonly isGood: boolean;
  readonly text: string;
}

/** The generator itself is then what is measured. */
const BUSY = 0.9;

export function findingsOf({ baseline, burst, load }: Report): Finding[] {
  const findings: Finding[] = [];
  const add = (isGood: boolean, text: string): void => void findings.push({ isGood, text });
  const last = load?.levels.at(-1);
  if (load?.knee && last) {
    const { knee } = load;
    const at = knee.conversations === null ? 'no level' : `${knee.conversations} conversations`;
    if (knee.shape === 'flat') add(true, knee.why);
    else
      add(
        false,
        `It holds up to ${at} (${shownNumber(knee.answered_per_second)} answers a second). ${knee.why}`,
      );
  }
  const levels = load?.levels ?? [];
  const failed = levels.reduce((sum, level) => sum + level.failed, 0);
  const calls = levels.reduce((sum, level) => sum + level.calls, 0);
  if (calls > 0) {
    const faults = [...new Set(levels.flatMap((level) => Object.keys(level.faults)))];
    if (failed === 0)
      add(
        true,
        `Of ${shownNumber(calls)} calls none failed: each was answered or told to come again.`,
      );
    else
      add(
        false,
        `${shownNumber(failed)} of ${shownNumber(calls)} calls failed: ${faults.slice(0, 3).join('; ')}`,
      );
  }
  if (last && last.hit_ratio !== null) {
    add(
      true,
      `${shownShare(last.hit_ratio)} of the answers needed no statement; hits came within ${shownMs(last.latency_ms.hits.p50)} at the median with ${last.conversations} conversations.`,
    );
  }
  if (burst) {
    const lost = burst.failed + burst.given_up;
    add(
      lost === 0,
      `A burst of ${burst.at_once} calls was through after ${shownNumber(burst.seconds)} s${lost === 0 ? '' : `, ${lost} of them lost`}.`,
    );
  }
  for (const { what, per_thousand_turns: by } of baseline?.context_growth.rising ?? []) {
    const shown = what === 'latency' ? shownMs(by) : shownBytes(by);
    add(false, `In a long conversation ${what} rises by ${shown} in a thousand turns.`);
  }
  if (levels.some((level) => level.generator_busy > BUSY)) {
    add(
      false,
      'At some levels the load itself was at the limit of this machine: bring it from another one, or read only the lower levels.',
    );
  }
  return findings;
}
