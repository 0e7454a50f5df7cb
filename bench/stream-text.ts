// Owns the figures of streamed results as tables for a reader.
import { table } from './decisions-table.ts';
import type { StreamFigures } from './stream.ts';

export function streamText({ rows, ways, memory, goals }: StreamFigures): string {
  return [
    table(
      [`${rows} rows`, 'rows/s', 'MB/s', 'MB', 'MB on the wire', 'first row ms', 'CPU ms/MB'],
      Object.entries(ways).map(([name, way]) => [
        name,
        way.rows_per_second,
        way.mb_per_second,
        way.mb,
        way.wire_mb,
        way.first_row_ms,
        way.cpu_ms_per_mb ?? '',
      ]),
    ),
    `${memory.clients} clients with ${memory.mb_each} MB each: from ${memory.before_mib} to ${memory.peak_mib} MiB`,
    table(
      ['goal', 'value', 'met'],
      goals.map(({ goal, value, met }) => [goal, value, met ? 'yes' : 'no']),
    ),
  ].join('\n\n');
}
