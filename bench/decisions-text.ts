// Owns the figures of the pairs as tables for a reader.
import type { DecisionFigures } from './decisions.ts';
import type { RecallFigures } from './decisions-recall.ts';
import type { Tally } from './decisions-figures.ts';
import { percent, table } from './decisions-table.ts';
import type { Cell } from './decisions-table.ts';

export function decisionsText(figures: DecisionFigures): string {
  const { outcomes, decision_ms: times, embedding, recall, strict_recall: strict } = figures;
  const sections = [
    `${outcomes.pairs} pairs: ${outcomes.hits} hits, ${outcomes.confirms} confirms, ${outcomes.misses} misses`,
    labelledText(figures),
    recall && recallText('recall before the decision', recall),
    strict && recallText("the same, by the pair's own wording alone", strict),
    table(['decided by', 'pairs'], Object.entries(figures.rules)),
    [
      `one decision: median ${times.median_ms ?? '-'} ms, p99 ${times.p99_ms ?? '-'} ms`,
      `one embedding: median ${embedding.alone.median_ms} ms alone, ${embedding.per_question_ms ?? '-'} ms in a row (${embedding.distinct} distinct questions, ${embedding.failed} failed, ${embedding.model})`,
      `statements without facts: ${JSON.stringify(figures.sql_without_facts)}`,
    ].join('\n'),
  ];
  return sections.filter(Boolean).join('\n\n');
}

function recallText(title: string, recall: Readonly<Record<string, RecallFigures>>): string {
  return table(
    [title, 'rephrasings', 'first', 'in 5', 'in 10', 'in 20'],
    Object.entries(recall).map(([name, { rephrasings, first, in_5, in_10, in_20 }]) => [
      name,
      rephrasings,
      ...[first, in_5, in_10, in_20].map((value) => percent(value)),
    ]),
  );
}

function labelledText({ labelled }: DecisionFigures): string | null {
  if (!labelled) return null;
  const { same, different, served, kinds, baselines } = labelled;
  const row = (name: string, tally: Tally): Cell[] => [
    name,
    tally.pairs,
    percent(tally.hit_share),
    percent(tally.confirm_share),
    percent(tally.hit_or_confirm_share),
  ];
  const outcomes = table(
    ['kind', 'pairs', 'hit', 'confirm', 'either'],
    [
      row('SAME', same),
      ...kinds.filter((kind) => kind.same).map((kind) => row(`  ${kind.kind}`, kind)),
      row('DIFFERENT', different),
      ...kinds.filter((kind) => !kind.same).map((kind) => row(`  ${kind.kind}`, kind)),
    ],
  );
  const against = table(
    ['served by', 'cut', 'same', 'different', 'wrong/served', 'at most (95 %)'],
    [
      [
        'askonce',
        null,
        percent(same.hit_share),
        percent(different.hit_share, 2),
        percent(served.wrong_per_served, 2),
        percent(served.upper_95, 2),
      ],
      ...Object.entries(baselines).map(([name, cut]) => [
        name,
        cut.cut,
        percent(cut.same_served),
        percent(cut.different_served, 2),
        percent(cut.wrong_per_served, 2),
        percent(cut.upper_95, 2),
      ]),
    ],
  );
  return `${outcomes}\n\n${against}\n(best cosine: the cut chosen afterwards, at most 1 % of different served)`;
}
