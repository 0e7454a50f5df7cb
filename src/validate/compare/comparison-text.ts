// Owns what a terminal shows of a comparison: each ratio with its interval, and the verdict at the end. Pure.
import { partText } from '../html/compare-section.ts';
import type { Comparison } from './compare.ts';

const DECIMALS = 2;

export function comparisonText({ compared, slower }: Comparison): string {
  const lines = compared.map((one) => {
    const range = `${one.low.toFixed(DECIMALS)} to ${one.high.toFixed(DECIMALS)}`;
    return `${one.verdict.padEnd(7)} ${one.ratio.toFixed(DECIMALS).padStart(6)}  (${range})  ${partText(one)}\n`;
  });
  const verdict =
    slower.length === 0
      ? 'Nothing is slower than before.'
      : `Slower than before, the worst first: ${slower.map(partText).join(', ')}.`;
  return `${lines.join('')}\n${verdict}\n`;
}
