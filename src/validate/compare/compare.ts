// Owns the verdict on two runs: what got slower, named by its stage where it has one, as ratios that say how sure they are.
import { DEPENDENCIES } from '../baseline/dependencies.ts';
import type { Block, ScenarioProfile } from '../baseline/profile.ts';
import { rounded } from '../figures.ts';
import { pairedRatio, unpairedRatio } from './ratio.ts';
import type { Ratio } from './ratio.ts';

export interface Compared extends Ratio {
  /** A stage or a dependency; 'call' for a whole call, 'processor' for what it cost the server. */
  readonly part: string;
  /** The scenario; 'all' where its blocks are taken together. */
  readonly scenario: string;
  /** What it took before in the scenarios that have it, one call of each. */
  readonly old_ms: number;
  readonly verdict: 'slower' | 'faster' | 'same';
}

export interface Comparison {
  /** Blocks in turns on two servers, or two runs over their yardsticks. */
  readonly manner: 'interleaved' | 'stored';
  /** A change is told from here on: below it two runs of the same program differ, too. */
  readonly tolerance: number;
  readonly compared: readonly Compared[];
  /** The stages that are slower, the one first that surely adds most; the whole calls where no stage says why. Dependencies last. */
  readonly slower: readonly Compared[];
}

/** Of blocks that follow each other. */
export type Pairs = ReadonlyMap<string, ReadonlyArray<readonly [old: Block, now: Block]>>;

/** Two processes of the same program differ by a few per cent, for as long as they live. */
export const INTERLEAVED_TOLERANCE = 0.05;
/** What may be slower by no more than this is not measured any longer. */
const SURELY_BELOW = 1.15;
/** A machine differs from itself on another day, beyond what a yardstick tells. */
export const STORED_TOLERANCE = 0.15;
/** Parts shorter than this are lost in the reading of the clock. */
const MIN_MS = 0.02;
/** Two processes of the same program differ by that in each call, however short. */
const WHOLE_DIFFERS_MS = 0.3;

type Part = (block: Block) => number | undefined;

export function compareInterleaved(pairs: Pairs): Comparison {
  const ratioOf = (scenarios: readonly string[], part: Part): Ratio | null =>
    pairedRatio(
      scenarios.map((name) =>
        (pairs.get(name) ?? []).map(([old, now]) => [part(old) ?? 0, part(now) ?? 0] as const),
      ),
    );
  const blocks = new Map([...pairs].map(([name, all]) => [name, all.map(([old]) => old)]));
  return comparison(
    'interleaved',
    INTERLEAVED_TOLERANCE,
    verdicts(blocks, ratioOf, INTERLEAVED_TOLERANCE),
  );
}

/** Whether a stage is found to be slower, or none can be by much. */
export function isDecided(pairs: Pairs): boolean {
  const { compared, slower } = compareInterleaved(pairs);
  const stages = compared.filter(isStage);
  if (slower.some(isStage)) return true;
  return stages.length > 0 && stages.every(({ high }) => high < SURELY_BELOW);
}

export function compareStored(
  old: readonly ScenarioProfile[],
  now: readonly ScenarioProfile[],
): Comparison {
  const byName = new Map(now.map((one) => [one.name, one.blocks]));
  const shared = old.filter(({ name }) => byName.has(name));
  const blocks = new Map(shared.map(({ name, blocks: all }) => [name, all]));
  /** Each scenario over its own middle first: those of a stage are put together as ratios. */
  const ratioOf = (scenarios: readonly string[], part: Part): Ratio | null => {
    const over = (all: readonly Block[], middle: number): number[] =>
      all.map((block) => (part(block) ?? 0) / block.yardstick / middle);
    const [olds, news] = [[] as number[], [] as number[]];
    for (const name of scenarios) {
      const middle = middleOf(
        blocks.get(name) ?? [],
        (block) => (part(block) ?? 0) / block.yardstick,
      );
      olds.push(...over(blocks.get(name) ?? [], middle));
      news.push(...over(byName.get(name) ?? [], middle));
    }
    return unpairedRatio(olds, news);
  };
  return comparison('stored', STORED_TOLERANCE, verdicts(blocks, ratioOf, STORED_TOLERANCE));
}

function middleOf(blocks: readonly Block[], part: (block: Block) => number): number {
  const sorted = blocks
    .map(part)
    .filter((value) => value > 0)
    .sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 1;
}

/** Each stage over all scenarios that have it; each call, and its cost, by itself. */
function verdicts(
  blocks: ReadonlyMap<string, readonly Block[]>,
  ratioOf: (scenarios: readonly string[], part: Part) => Ratio | null,
  tolerance: number,
): Compared[] {
  const has = (name: string, part: Part): boolean =>
    middleOf(blocks.get(name) ?? [], (block) => part(block) ?? 0) >= MIN_MS &&
    (blocks.get(name) ?? []).filter((block) => (part(block) ?? 0) > 0).length >=
      (blocks.get(name)!.length * 2) / 3;
  const names = [...blocks.keys()];
  const stages = [
    ...new Set([...blocks.values()].flat().flatMap(({ parts }) => Object.keys(parts))),
  ];
  const told = (
    one: Pick<Compared, 'part' | 'scenario' | 'old_ms'>,
    beyond: number,
    ratio: Ratio | null,
  ): Compared[] =>
    ratio === null ? [] : [{ ...one, ...ratio, verdict: verdictOn(ratio, beyond) }];
  const oldMs = (scenario: string, of: Part): number =>
    middleOf(blocks.get(scenario) ?? [], (block) => of(block) ?? 0);
  /** As a whole a call has what the clock, the client and the process add. */
  const whole = (part: string, scenario: string, of: Part): Compared[] => {
    const before = oldMs(scenario, of);
    const beyond = tolerance + WHOLE_DIFFERS_MS / before;
    return told({ part, scenario, old_ms: rounded(before) }, beyond, ratioOf([scenario], of));
  };
  return [
    ...stages.flatMap((stage) => {
      const part: Part = ({ parts }) => parts[stage];
      const used = names.filter((name) => has(name, part));
      const before = used.reduce((total, name) => total + oldMs(name, part), 0);
      const all = { part: stage, scenario: 'all', old_ms: rounded(before) };
      return used.length === 0 ? [] : told(all, tolerance, ratioOf(used, part));
    }),
    ...names.flatMap((name) => whole('call', name, ({ call }) => call)),
    ...names.flatMap((name) => whole('processor', name, ({ cpu }) => cpu ?? undefined)),
  ];
}

function verdictOn({ low, high }: Ratio, tolerance: number): Compared['verdict'] {
  if (low > 1 + tolerance) return 'slower';
  return high < 1 / (1 + tolerance) ? 'faster' : 'same';
}

function comparison(
  manner: Comparison['manner'],
  tolerance: number,
  compared: readonly Compared[],
): Comparison {
  const slower = compared
    .filter(({ verdict }) => verdict === 'slower')
    .toSorted((a, b) => added(b) - added(a));
  const stages = slower.filter(isStage);
  const calls = slower.filter(({ scenario }) => scenario !== 'all');
  const told = stages.length > 0 ? stages : calls;
  return { manner, tolerance, compared, slower: [...told, ...slower.filter(isDependency)] };
}

const isStage = (one: Compared): boolean => one.scenario === 'all' && !isDependency(one);

/** Surely. Stages overlap: one that waits for another is slower by as much, but not wherever the other is used. */
const added = ({ low, old_ms }: Compared): number => old_ms * (low - 1);

/** It is in use for as long as whatever uses it, and says less than that. */
const isDependency = ({ part }: Compared): boolean =>
  (DEPENDENCIES as readonly string[]).includes(part);
