// Owns the differences and doubts of a pair as measures: one for each rule and each caution that there is,
// so that the trees may trust some less than others. Pure; finding them is the frames' business.
import { bit, type Measures } from './evidence-measure.ts';
import { CAUTIONS } from './frame-caution.ts';
import type { Difference } from './frame-difference.ts';

const RULES: readonly Difference['rule'][] = [
  'number',
  'time',
  'comparison',
  'negation',
  'direction',
  'sort',
  'aggregate',
  'distinct',
  'group',
  'or',
  'role',
  'literal',
  'value',
  'residue',
  'projection',
  'order',
  'opposite',
];

export function ofDifferences(
  differences: readonly Difference[],
  doubts: readonly string[],
): Measures {
  const weigh = (rule: string): number =>
    differences
      .filter((difference) => difference.rule === rule)
      .reduce((most, { weight }) => Math.max(most, weight === 'hard' ? 2 : 1), 0);
  return [
    ...RULES.map((rule) => [`differs_${rule}`, weigh(rule)] as const),
    ['hard', differences.filter(({ weight }) => weight === 'hard').length],
    ['soft', differences.filter(({ weight }) => weight === 'soft').length],
    ...CAUTIONS.map((text, index) => [`caution_${index}`, bit(doubts.includes(text))] as const),
  ];
}
