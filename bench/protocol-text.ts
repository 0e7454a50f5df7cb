// Owns the figures of the protocol as tables for a reader.
import { table } from './decisions-table.ts';
import type { ProtocolFigures } from './protocol.ts';

export function protocolText(figures: ProtocolFigures): string {
  const levels = figures.levels.map(({ callers, servers }) =>
    table(
      [`callers: ${callers}`, 'requests/s', 'CPU us/request', 'median ms', 'p99 ms', 'generator'],
      Object.entries(servers).map(([name, one]) => [
        name,
        one.per_second,
        one.cpu_us_per_request,
        one.median_ms,
        one.p99_ms,
        one.generator_busy,
      ]),
    ),
  );
  const compared = table(
    ['ratio', 'callers', 'requests/s', 'CPU', 'goal', 'met'],
    figures.compared.map(({ of, to, callers, ratio, cpu_ratio, goal, met }) => [
      `${of} / ${to}`,
      callers,
      ratio,
      cpu_ratio,
      goal,
      met ? 'yes' : 'no',
    ]),
  );
  return [
    `${figures.rounds} rounds of ${figures.round_ms} ms each; answers of about ${figures.answer_bytes} bytes`,
    ...levels,
    compared,
  ].join('\n\n');
}
