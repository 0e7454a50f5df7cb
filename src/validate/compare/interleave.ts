// Owns measuring two servers in turns: few calls at a time, each going first as often as the other, until it is known what
// got slower, or that nothing did, or the time is over.
import { createProfiler } from '../baseline/profile.ts';
import type { Block, Profiler } from '../baseline/profile.ts';
import { askingScenarios } from '../baseline/scenarios.ts';
import type { Endpoint } from '../endpoint.ts';
import type { QuestionSource } from '../questions/question.ts';
import type { Tell } from '../tell.ts';
import { isDecided } from './compare.ts';
import type { Pairs } from './compare.ts';

export interface Subject {
  readonly endpoint: Endpoint;
  /** Asked of this server alone: what is new to one must be new to the other. */
  readonly source: QuestionSource;
}

export interface InterleaveOptions {
  /** At most. */
  readonly rounds: number;
  readonly signal: AbortSignal;
  readonly tell: Tell;
}

/** Many small blocks tell more than a few long ones: what comes between falls on few of them. */
const SHARE = 0.04;
/** The first warm both up. */
const WARM_UP_ROUNDS = 3;
/** Before that a few odd calls can look like a change. */
const FIRST_LOOK = 60;
const LOOK_EVERY = 20;

export async function interleave(
  old: Subject,
  now: Subject,
  { rounds, signal, tell }: InterleaveOptions,
): Promise<Pairs> {
  const [ofOld, ofNow] = [await profilerOf(old), await profilerOf(now)];
  const pairs = new Map<string, Array<readonly [Block, Block]>>(
    ofOld.names.map((name) => [name, []]),
  );
  for (let round = 0; round < rounds + WARM_UP_ROUNDS && !signal.aborted; round += 1) {
    tell.step('comparing, in turns', { at: round, of: rounds + WARM_UP_ROUNDS });
    const told = round - WARM_UP_ROUNDS;
    for (const name of ofOld.names) {
      if (signal.aborted) break;
      const pair = await takePair(name, round % 2 === 0 ? [ofOld, ofNow] : [ofNow, ofOld]);
      if (pair && told >= 0) pairs.get(name)!.push(round % 2 === 0 ? pair : [pair[1], pair[0]]);
    }
    if (told >= FIRST_LOOK && told % LOOK_EVERY === 0 && isDecided(pairs)) break;
  }
  return pairs;
}

async function profilerOf({ endpoint, source }: Subject): Promise<Profiler> {
  const conversation = await endpoint.converse();
  return createProfiler(endpoint, conversation, await askingScenarios(source, conversation));
}

async function takePair(
  name: string,
  [first, second]: readonly [Profiler, Profiler],
): Promise<readonly [Block, Block] | null> {
  const extent = { share: SHARE, isMeasured: false };
  const [one, other] = [await first.block(name, extent), await second.block(name, extent)];
  return one && other && [one, other];
}
