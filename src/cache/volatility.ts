// Owns the kinds of statements by how long what they say holds, where nothing is written.

/**
 * What an answer depends on beside the tables: nothing, the day, the very moment, or what cannot be known. The
 * rows of the last two are never served again.
 */
export type Volatility = 'stable' | 'day' | 'clock' | 'volatile';

const FROM_MOST: readonly Volatility[] = ['volatile', 'clock', 'day'];

/** Of what depends on all of these. */
export function mostOf(uses: Iterable<Volatility>): Volatility {
  const all = new Set(uses);
  return FROM_MOST.find((use) => all.has(use)) ?? 'stable';
}

export const isReusable = (volatility: Volatility): boolean =>
  volatility === 'stable' || volatility === 'day';
