// Owns the burst: so many calls at the same moment, each from a conversation of its own, and how the server comes
// through.
import { rounded } from '../figures.ts';
import { watch } from '../watch.ts';
import type { Used } from '../watch.ts';
import { act, openConversations } from './agents.ts';
import { createBusyness } from './busyness.ts';
import { agentsOf, endAll } from './levels.ts';
import type { LoadParts } from './levels.ts';
import type { Tallied } from './tally.ts';

export interface BurstFigures extends Tallied {
  readonly at_once: number;
  /** Until the last of them was answered. */
  readonly seconds: number;
  readonly generator_busy: number;
  readonly server: Used | null;
}

const BIN_MS = 100;

export async function takeBurst(parts: LoadParts, atOnce: number): Promise<BurstFigures> {
  parts.tell.step(`burst: ${atOnce} calls at the same moment`);
  const { endpoint, signal } = parts;
  const conversations = await openConversations(endpoint, atOnce, signal);
  const { agents, tally } = agentsOf(parts, atOnce, BIN_MS);
  const watching = await watch(endpoint);
  const busyness = createBusyness();
  const started = performance.now();
  await Promise.all(conversations.map((one) => act(agents, one).catch(() => undefined)));
  const elapsedMs = performance.now() - started;
  const generatorBusy = busyness();
  const server = await watching.stop();
  await endAll(conversations);
  return {
    at_once: atOnce,
    seconds: rounded(elapsedMs / 1000),
    ...tally.figures(elapsedMs),
    generator_busy: generatorBusy,
    server,
  };
}
