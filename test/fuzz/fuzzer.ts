// Owns the course of a fuzzer: so many cases from a seed, what came of each, and what must never come of any. A case
// is its seed and its number: with both it is tried again alone.
import type { TestContext } from 'node:test';

import { chanceOf } from './chance.ts';
import type { Chance } from './chance.ts';

export interface Fuzzer {
  readonly about: string;
  start(t: TestContext, options: FuzzerOptions): Promise<Target>;
}

export interface FuzzerOptions {
  /** Nobody else uses the database server: what changes there was changed by a case. */
  readonly ownsServer: boolean;
}

export interface Target {
  /** Cases that are tried at the same time. */
  readonly lanes: number;
  /** Makes one case and tries it: what came of it, in a word or two. @throws whatever must not be. */
  attempt(chance: Chance): Promise<string>;
  /** Looks for what no single case shows; after every some cases and at the end. @throws Finding */
  settle?(): Promise<void>;
  /** What was measured beside. */
  figures?(): Readonly<Record<string, number>>;
}

/** What must never come of a case. */
export class Finding extends Error {
  /** What was tried, as a reader can try it. */
  readonly input: string;

  constructor(message: string, input: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'Finding';
    this.input = input;
  }
}

export interface FuzzRange {
  readonly seed: number;
  /** Number of the first case. */
  readonly from?: number;
  readonly cases: number;
  /** Ends it at its next pause; what was found by then is told. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, findings: number) => void;
  readonly onFinding?: (found: FoundCase) => void;
}

export interface FuzzReport {
  readonly seed: number;
  readonly from: number;
  readonly cases: number;
  readonly seconds: number;
  /** How many cases came to which end. */
  readonly outcomes: Readonly<Record<string, number>>;
  readonly findings: readonly FoundCase[];
  readonly figures: Readonly<Record<string, number>>;
}

export interface FoundCase {
  /** Null where it belongs to several. */
  readonly case: number | null;
  readonly what: string;
  readonly input: string;
}

/** More say no more. */
const MAX_FINDINGS = 20;
const SETTLE_EVERY = 1000;
const MAX_INPUT_CHARS = 4000;

export async function runFuzzer(target: Target, range: FuzzRange): Promise<FuzzReport> {
  const { seed, from = 0, cases, signal, onProgress, onFinding } = range;
  const outcomes = new Map<string, number>();
  const findings: FoundCase[] = [];
  const begunAt = performance.now();

  const note = (at: number | null, error: unknown): void => {
    const input = error instanceof Finding ? error.input : '';
    const what =
      error instanceof Finding ? error.message : String((error as Error)?.stack ?? error);
    const found = { case: at, what, input: input.slice(0, MAX_INPUT_CHARS) };
    findings.push(found);
    onFinding?.(found);
  };
  const settle = async (): Promise<void> => {
    try {
      await target.settle?.();
    } catch (error) {
      note(null, error);
    }
  };
  const attempt = async (at: number): Promise<void> => {
    try {
      const outcome = await target.attempt(chanceOf(seed, at));
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    } catch (error) {
      outcomes.set('FINDING', (outcomes.get('FINDING') ?? 0) + 1);
      note(at, error);
    }
  };

  const isEnough = (): boolean => signal?.aborted === true || findings.length >= MAX_FINDINGS;
  let done = 0;
  while (done < cases && !isEnough()) {
    const end = Math.min(cases, done + SETTLE_EVERY);
    let next = done;
    const lane = async (): Promise<void> => {
      while (next < end && findings.length < MAX_FINDINGS) await attempt(from + next++);
    };
    await Promise.all(Array.from({ length: target.lanes }, lane));
    done = next;
    await settle();
    onProgress?.(done, findings.length);
  }
  return {
    seed,
    from,
    cases: done,
    seconds: Math.round((performance.now() - begunAt) / 100) / 10,
    outcomes: Object.fromEntries([...outcomes].sort(([, one], [, other]) => other - one)),
    findings,
    figures: target.figures?.() ?? {},
  };
}
