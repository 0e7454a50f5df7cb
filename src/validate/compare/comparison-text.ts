// Owns what a terminal shows of a comparison: each ratio with its interval, and the verdict at the end. Pure.
import { partText } from '../html/compare-section.ts';
import { shownNumber } from '../html/shown.ts';
import type { Comparison } from './compare.ts';

export function comparisonText({ compared, slower }: Comparison): string {
  const lines = compared.map((one) => {
    const range = `${shownNumber(one.low)} to ${shownNumber(one.high)}`;
    return `${one.verdict.padEnd(7)} ${shownNumber(one.ratio).padStart(6)}  (${range})  ${partText(one)}\n`;
  });
  const verdict =
    slower.length === 0
      ? 'Nothing is slower than before.'
      : `Slower than before, the worst first: ${slower.map(partText).join(', ')}.`;
  return `${lines.join('')}\n${verdict}\n`;
}
