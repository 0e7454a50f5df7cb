// Owns how the figures of `freshness` are shown to a reader.
import type { FreshnessFigures } from './freshness.ts';

export function freshnessText({ sources }: FreshnessFigures): string {
  const lines = Object.entries(sources).map(([source, figures]) => {
    const seen = figures.seen_everywhere;
    const shown = seen
      ? `; a write shows on all replicas after ${seen.median_ms} ms (95 %: ${seen.p95_ms} ms)`
      : '';
    return (
      `${source}: ${figures.too_late} of ${figures.reads} answers later than ${figures.bound_ms} ms, the latest ` +
      `${figures.latest_ms} ms; ${Math.round(figures.from_cache * 100)} % from the cache, ${figures.reads_per_second} a second, ` +
      `${figures.against_one} times one replica's; ${figures.failed} failed${shown}`
    );
  });
  return lines.join('\n');
}
