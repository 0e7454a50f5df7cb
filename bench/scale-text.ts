// Owns how the figures of `scale` are shown to a reader.
import type { ScaleFigures } from './scale.ts';

export function scaleText({ round_trip: trip, sizes, lookup_ratio: ratio }: ScaleFigures): string {
  const rows = sizes.map((size) =>
    [
      size.plans,
      size.largest_scope,
      size.indexed_scopes,
      `${size.lookup.median_ms} / ${size.lookup.p95_ms}`,
      `${size.exact.median_ms} / ${size.exact.p95_ms}`,
      size.recall,
      size.inserts_per_second,
      `${size.mb.plans} + ${size.mb.phrasings} + ${size.mb.vector_indexes}`,
      size.index_seconds,
    ]
      .map((cell) => String(cell).padStart(16))
      .join(''),
  );
  const head = [
    'plans',
    'largest scope',
    'indexed scopes',
    'look-up ms',
    'all compared ms',
    'recall',
    'inserts/s',
    'MB',
    'indexing s',
  ]
    .map((cell) => cell.padStart(16))
    .join('');
  return [
    head,
    ...rows,
    `A look-up takes ${ratio} times as long with the most plans as with the fewest (median; then the 95th percentile).`,
    `MB: plans + phrasings + vector indexes. A bare round trip takes ${trip.median_ms} ms.`,
  ].join('\n');
}
