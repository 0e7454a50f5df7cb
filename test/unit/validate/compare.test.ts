import assert from 'node:assert/strict';
import test from 'node:test';

import { createRandom } from '../../../src/lib/random.ts';
import type { Block, ScenarioProfile } from '../../../src/validate/baseline/profile.ts';
import { compareInterleaved, compareStored } from '../../../src/validate/compare/compare.ts';
import { comparisonText } from '../../../src/validate/compare/comparison-text.ts';
import { pairedRatio } from '../../../src/validate/compare/ratio.ts';

/** What a shared machine does: a factor for all that happens at a time, and one for each measurement. */
function noisy(seed: number) {
  const random = createRandom(seed);
  const spread = (by: number): number => Math.exp(by * (random() + random() + random() - 1.5));
  let weather = 1;
  return {
    changeWeather: () => (weather = spread(1)),
    block: (slowed: Readonly<Record<string, number>> = {}): Block => {
      const part = (name: string, ms: number): number =>
        ms * weather * spread(0.25) * (slowed[name] ?? 1);
      const parts = { embed: part('embed', 4), nearest: part('nearest', 2) };
      const rest = part('rest', 1);
      return { call: parts.embed + parts.nearest + rest, cpu: rest, parts, yardstick: weather };
    },
  };
}

/** A stage is measured wherever it is used. */
const SCENARIOS = ['ask', 'ask, other words', 'query'];

function pairsOf(seed: number, slowed: Readonly<Record<string, number>>) {
  const { block, changeWeather } = noisy(seed);
  return Array.from({ length: 40 }, () => {
    changeWeather();
    return [block(), block(slowed)] as const;
  });
}

test('a stage that takes a fifth longer is found and named, whatever the machine does meanwhile', () => {
  for (let seed = 1; seed <= 20; seed += 1) {
    const pairs = new Map(
      SCENARIOS.map((name, at) => [name, pairsOf(seed + 100 * at, { embed: 1.2 })]),
    );
    const { slower } = compareInterleaved(pairs);
    assert.equal(slower[0]?.part, 'embed', `seed ${seed}`);
    assert.ok(
      slower.every(({ part }) => part !== 'nearest'),
      `seed ${seed}`,
    );
  }
});

test('two runs of the same program raise no alarm', () => {
  for (let seed = 1; seed <= 50; seed += 1) {
    const { slower } = compareInterleaved(new Map([['ask', pairsOf(seed, {})]]));
    assert.deepEqual(slower, [], `seed ${seed}`);
  }
});

test('what no stage takes is named by its call', () => {
  const pairs = new Map([['ask', pairsOf(3, { rest: 6 })]]);
  const { slower } = compareInterleaved(pairs);
  assert.ok(slower.every(({ scenario }) => scenario === 'ask'));
  assert.deepEqual([...new Set(slower.map(({ part }) => part))].toSorted(), ['call', 'processor']);
});

test('of what is slower that comes first which adds most, and what is only in use for longer last', () => {
  const block = (statement: number, stream: number): Block => ({
    call: 30,
    cpu: 5,
    parts: { statement, stream, 'data database': statement + 1 },
    yardstick: 1,
  });
  // Rows are read while they are written: a statement that takes longer holds up the stream.
  const rows = Array.from({ length: 20 }, () => [block(15, 2), block(18, 5)] as const);
  const short: Block = { call: 9, cpu: 5, parts: { statement: 5 }, yardstick: 1 };
  const others = rows.map(() => [short, { ...short, parts: { statement: 6 } }] as const);
  const pairs = new Map<string, ReadonlyArray<readonly [Block, Block]>>([
    ['query, heavy', rows],
    ['query, new', others],
  ]);
  const { slower } = compareInterleaved(pairs);
  assert.deepEqual(
    slower.map(({ part }) => part),
    ['statement', 'stream', 'data database'],
  );
});

test('where calls are slower and no stage is, they come before the databases that waited for them', () => {
  const block = (call: number, cache: number): Block => ({
    call,
    cpu: 5,
    parts: { embed: 3, 'cache database': cache },
    yardstick: 1,
  });
  const pairs = Array.from({ length: 20 }, () => [block(20, 8), block(26, 9)] as const);
  const { slower } = compareInterleaved(new Map([['ask', pairs]]));
  assert.deepEqual(
    slower.map(({ part }) => part),
    ['call', 'cache database'],
  );
});

test('a terminal is shown each ratio, and the verdict at the end', () => {
  const pairs = new Map(SCENARIOS.map((name, at) => [name, pairsOf(1 + 100 * at, { embed: 1.5 })]));
  const text = comparisonText(compareInterleaved(pairs));
  assert.match(text, /^slower {3,}1\.\d+ {2}\(1\.\d+ to 1\.\d+\) {2}embed$/m);
  assert.match(text, /\n\nSlower than before, the worst first: embed\.\n$/);
  const same = new Map([['ask', pairsOf(2, {})]]);
  assert.match(comparisonText(compareInterleaved(same)), /\n\nNothing is slower than before\.\n$/);
});

function profileOf(seed: number, slowed: Readonly<Record<string, number>> = {}): ScenarioProfile {
  const { block, changeWeather } = noisy(seed);
  const blocks = Array.from({ length: 40 }, () => {
    changeWeather();
    return block(slowed);
  });
  return { name: 'ask', blocks } as unknown as ScenarioProfile;
}

test('runs at different times are compared over what the machine did then', () => {
  for (let seed = 1; seed <= 20; seed += 1) {
    assert.deepEqual(compareStored([profileOf(seed)], [profileOf(seed + 100)]).slower, []);
    const { slower } = compareStored([profileOf(seed)], [profileOf(seed + 100, { nearest: 1.6 })]);
    assert.equal(slower[0]?.part, 'nearest', `seed ${seed}`);
  }
});

test('what only one of the runs has is compared with nothing', () => {
  const other = { ...profileOf(1), name: 'explain' };
  assert.deepEqual(compareStored([profileOf(1)], [other]).compared, []);
});

test('a ratio of too few measurements is none', () => {
  assert.equal(pairedRatio([[[1, 2]]]), null);
  assert.equal(pairedRatio([Array.from({ length: 20 }, () => [0, 2] as const)]), null);
});

test('what agrees with itself counts for more than what does not', () => {
  const steady = Array.from({ length: 20 }, (_, at) => [100, 120 + (at % 2)] as const);
  const wild = Array.from({ length: 20 }, (_, at) => [100, at % 2 ? 60 : 180] as const);
  const { high, low } = pairedRatio([steady, wild])!;
  assert.ok(low > 1.19 && high < 1.22, `${low} to ${high}`);
});

test('one measurement that something came between moves no verdict', () => {
  const pairs = Array.from({ length: 30 }, (_, at) => [10 + (at % 3), 10 + (at % 2)] as const);
  const { high, low } = pairedRatio([[...pairs, [10, 5000], [10, 3000]]])!;
  assert.ok(low < 1 && high < 1.1, `${low} to ${high}`);
});
