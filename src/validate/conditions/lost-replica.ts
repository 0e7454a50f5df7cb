// Owns the loss of a replica: of two over one cache the one that has all conversations is killed, and the other is where its
// address leads from then on, as a proxy does it that has seen it go.
import type { FaultFigures, FaultTimes } from './faults.ts';
import { takeFault } from './faults.ts';
import { openLink } from './link.ts';
import { addressOf, throughLink } from './link-url.ts';
import { withTried } from './tried.ts';
import type { StartOwn, TriedParts } from './tried.ts';

export const LOST_REPLICA = 'a replica is lost, and another takes over';

/** Proxies ask about once a second whether a server is there. */
const NOTICED_AFTER_MS = 1000;

export interface Replicas {
  readonly start: StartOwn;
  /** Where both keep what they know. */
  readonly cacheUrl: string;
}

export async function loseReplica(
  parts: TriedParts,
  { cacheUrl, start }: Replicas,
  { afterMs, beforeMs }: FaultTimes,
): Promise<FaultFigures> {
  const settings = { CACHE_DATABASE_URL: cacheUrl };
  const lost = await start({ settings });
  try {
    const other = await start({ settings });
    const link = await openLink({ to: addressOf(lost.url.href) });
    try {
      const fault = {
        name: LOST_REPLICA,
        dependency: null,
        begin: () => lost.kill(),
        end: () => link.restore(addressOf(other.url.href)),
      };
      const times = { beforeMs, awayMs: NOTICED_AFTER_MS, afterMs };
      const asked = new URL(throughLink(lost.url.href, link));
      return await withTried(other, parts, (load) => takeFault(load, fault, times), asked);
    } finally {
      await link.close();
    }
  } finally {
    await lost.stop();
  }
}
