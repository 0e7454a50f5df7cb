// Owns the figures of a burst as tables for a reader.
import type { Gauges } from './burst-gauges.ts';
import type { BurstFigures } from './burst-tally.ts';
import type { BurstReport } from './burst.ts';
import { percent, table } from './decisions-table.ts';
import type { Cell } from './decisions-table.ts';

const HEAD = [
  'conversations',
  'requests',
  'answered',
  'shed',
  'failed',
  'answered/s',
  'hit p50 ms',
  'hit p99 ms',
  'all p50 ms',
  'all p99 ms',
  'pool',
  'in PostgreSQL',
  'lag p99 ms',
  'RSS MiB',
  'generator',
];

export function burstText(report: BurstReport): string {
  const { contrast, goals, levels, one_caller: alone, pool_budget: budget, repeat } = report;
  const limits = table(
    ['p99 of hits over', ...levels.map(({ conversations }) => `${conversations}`)],
    [
      ['median with one conversation', ...levels.map((level) => level.p99_over_one_conversation)],
      ['median of one caller', ...levels.map((level) => level.p99_over_one_caller)],
    ],
  );
  return [
    `${report.database}; ${report.think_ms} ms between bursts; in other words ${percent(report.shares.rephrased)}, new ${percent(report.shares.cold)}; data pool up to ${budget}; one caller: median ${alone.p50_ms} ms, p99 ${alone.p99_ms} ms`,
    table(HEAD, levels.map(cells)),
    limits,
    ...(contrast.length === 0
      ? []
      : [`one instance and one connection for each session:\n${table(HEAD, contrast.map(cells))}`]),
    `${repeat.agents} agents, one aggregate of ${repeat.statement_ms} ms: ${repeat.with_cache.per_second}/s with the cache, ${repeat.without_cache.per_second}/s without, ratio ${repeat.ratio}`,
    goals.map(({ goal, met }) => `${met ? 'met   ' : 'MISSED'} ${goal}`).join('\n'),
  ].join('\n\n');
}

function cells(level: BurstFigures & Gauges): Cell[] {
  return [
    `${level.conversations}`,
    level.requests,
    level.answered,
    `${level.shed} (${percent(level.shed_share)})`,
    level.failed,
    level.answered_per_second,
    ...[level.hits, level.all].flatMap(({ p50_ms, p99_ms }) => [p50_ms, p99_ms].map(orNone)),
    level.pool_connections,
    level.database_connections,
    level.event_loop_lag_p99_ms,
    level.rss_mib,
    level.generator_busy,
  ];
}

function orNone(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
