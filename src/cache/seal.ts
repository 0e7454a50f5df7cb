// Owns that only what a server of ours has stored is believed: whoever can write to the cache database has no secret.
import { createHmac, timingSafeEqual } from 'node:crypto';

import { joined } from './key.ts';

export interface Seal {
  of(parts: readonly string[]): Buffer;
  holds(parts: readonly string[], seal: Buffer | null): boolean;
}

/** @param secret 32 bytes that stand nowhere in the cache database. */
export function createSeal(secret: Buffer): Seal {
  const of: Seal['of'] = (parts) => createHmac('sha256', secret).update(joined(parts)).digest();
  return {
    of,
    holds(parts, seal) {
      // Whoever writes there writes anything: a list in the place of a text, a NULL in a list.
      if (!parts.every((part) => typeof part === 'string')) return false;
      const expected = of(parts);
      return seal?.length === expected.length && timingSafeEqual(expected, seal);
    },
  };
}
