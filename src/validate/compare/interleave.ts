// Owns measuring two servers in turns: block by block, each going first as often as the other, until it is known what
// differs or the time is over.
import { createProfiler } from '../baseline/profile.ts';
import type { Block, Profiler } from '../baseline/profile.ts';
import { scenariosFor } from '../baseline/scenarios.ts';
import type { Endpoint } from '../endpoint.ts';
import type { QuestionSource } from '../questions/question.ts';
import type { Tell } from '../tell.ts';
import type { Pairs } from './compare.ts';

export interface Subject {
  readonly endpoint: Endpoint;
  /** Asked of this server alone: what is new to one must be new to the other. */
  readonly source: QuestionSource;
}

export interface InterleaveOptions {
  readonly rounds: number;
  readonly signal: AbortSignal;
  readonly tell: Tell;
}

/** Many small blocks tell more than a few long ones: what comes between falls on few of them. */
const SHARE = 0.2;

export async function interleave(
  old: Subject,
  now: Subject,
  { rounds, signal, tell }: InterleaveOptions,
): Promise<Pairs> {
  const [ofOld, ofNow] = [await profilerOf(old), await profilerOf(now)];
  const pairs = new Map<string, Array<readonly [Block, Block]>>(
    ofOld.names.map((name) => [name, []]),
  );
  for (let round = 0; round < rounds && !signal.aborted; round += 1) {
    tell.step('comparing, in turns', { at: round, of: rounds });
    for (const name of ofOld.names) {
      if (signal.aborted) break;
      const pair = await takePair(name, round % 2 === 0 ? [ofOld, ofNow] : [ofNow, ofOld]);
      // The first warms both up.
      if (pair && round > 0) pairs.get(name)!.push(round % 2 === 0 ? pair : [pair[1], pair[0]]);
    }
  }
  return pairs;
}

async function profilerOf({ endpoint, source }: Subject): Promise<Profiler> {
  const conversation = await endpoint.converse();
  return createProfiler(endpoint, conversation, await scenariosFor(source, conversation));
}

async function takePair(
  name: string,
  [first, second]: readonly [Profiler, Profiler],
): Promise<readonly [Block, Block] | null> {
  const [one, other] = [
    await first.block(name, { share: SHARE }),
    await second.block(name, { share: SHARE }),
  ];
  return one && other && [one, other];
}
