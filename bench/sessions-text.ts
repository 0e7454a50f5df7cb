// Owns the figures of sessions as tables for a reader.
import { table } from './decisions-table.ts';
import type { SessionsFigures } from './sessions.ts';

const BYTES_PER_MIB = 1024 * 1024;

export function sessionsText(figures: SessionsFigures): string {
  const { call_us: calls, conversations, heap_bytes: heap, pool } = figures;
  const mib = (bytes: number): string => ((bytes * conversations) / BYTES_PER_MIB).toFixed(1);
  return [
    table(['one call', 'us'], Object.entries(calls)),
    `fresh / leased ${figures.fresh_over_leased}; kept / leased ${figures.kept_over_leased}`,
    table(
      ['a conversation as', 'bytes', `MiB for ${conversations}`],
      [
        ['a record', heap.record, mib(heap.record)],
        ['a kept server', heap.server, mib(heap.server)],
      ],
    ),
    table(
      ['pool', 'leased', 'exist'],
      pool.map(({ step, leased, total }) => [step, leased, total]),
    ),
  ].join('\n\n');
}
