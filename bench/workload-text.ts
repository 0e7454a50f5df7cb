// Owns the figures of a workload as tables for a reader.
import { percent, table } from './decisions-table.ts';
import type { Cell } from './decisions-table.ts';
import type { PlayFigures } from './workload-figures.ts';
import type { WorkloadFigures } from './workload.ts';

export function workloadText(figures: WorkloadFigures): string {
  const { askonce, baselines, ceiling, search_ms: times, embedding } = figures;
  const plays = { askonce: { cut: null, ...askonce }, ...baselines };
  const against = table(
    [
      'answered by',
      'cut',
      'answered',
      'right',
      'wrong',
      'wrong/served',
      'at most (95 %)',
      'wrong/beyond equal text',
    ],
    Object.entries(plays).map(([name, play]) => [name, play.cut, ...rateCells(play)]),
  );
  const tiers = table(
    ['tier', 'served', 'wrong', 'wrong/served', 'at most (95 %)'],
    Object.entries(askonce.tiers).map(([tier, rate]) => [
      tier,
      rate.served,
      rate.wrong,
      percent(rate.wrong_per_served, 2),
      percent(rate.upper_95, 2),
    ]),
  );
  const over = table(
    ['until', 'answered', 'exact', 'semantic', 'confirm', 'wrong', ...Object.keys(baselines)],
    askonce.slices.map((slice, index) => [
      `${slice.until}`,
      ...[slice.answered, slice.exact, slice.semantic, slice.confirmed].map((part) =>
        percent(part),
      ),
      slice.wrong,
      ...Object.values(baselines).map((play) => percent(play.slices[index]?.answered ?? null)),
    ]),
  );
  const { offered, with_right, answered_or_right } = askonce.confirms;
  return [
    `${askonce.questions} questions; ${percent(ceiling)} repeat an earlier one\nstore: ${figures.store}`,
    against,
    tiers,
    `${offered} confirms offered, ${with_right} with the right plan; answered or offered right: ${percent(answered_or_right)}`,
    over,
    [
      `search and decisions of one question: median ${times.median_ms ?? '-'} ms, p99 ${times.p99_ms ?? '-'} ms`,
      `one embedding: median ${embedding.alone.median_ms} ms alone (${embedding.distinct} distinct questions, ${embedding.failed} failed, ${embedding.model})`,
      `statements without facts: ${JSON.stringify(figures.sql_without_facts)}`,
    ].join('\n'),
  ].join('\n\n');
}

function rateCells(play: PlayFigures): Cell[] {
  return [
    percent(play.answered),
    play.right,
    play.wrong,
    percent(play.wrong_per_served, 2),
    percent(play.upper_95, 2),
    percent(play.decided.wrong_per_served, 2),
  ];
}
