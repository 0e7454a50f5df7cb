// Owns the figures of replicas behind the proxy as a table for a reader.
import { table } from './decisions-table.ts';
import type { ReplicasFigures } from './replicas.ts';

export function replicasText(figures: ReplicasFigures): string {
  const { exact, reworded, others } = figures;
  return [
    table(
      ['answers per second', 'one, no proxy', 'one behind it', 'three behind it', 'three / one'],
      [
        ['same words', exact.direct, exact.one, exact.three, figures.exact_three_over_one],
        [
          'other words',
          reworded.direct,
          reworded.one,
          reworded.three,
          figures.reworded_three_over_one,
        ],
      ],
    ),
    `Not answered: ${others}`,
  ].join('\n\n');
}
