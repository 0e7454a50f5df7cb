// Owns a cache database that breaks while answers are judged: it crashes and comes back, and it is lost for its
// standby, which lacks what it had not received.
import {
  followCluster,
  haltCluster,
  promoteCluster,
  resumeCluster,
  stopCluster,
} from '../dev/postgres/cluster.ts';
import { createServers } from '../dev/postgres/servers.ts';
import { localSurroundings } from '../dev/postgres/surroundings.ts';
import type { ReleaseStack } from '../src/lib/release-stack.ts';
import { addressOf, throughLink } from '../src/validate/conditions/link-url.ts';
import { openLink } from '../src/validate/conditions/link.ts';

export interface BreakingCache {
  /** A superuser's, at an address that stays. */
  readonly url: string;
  /** And comes back some seconds later. */
  crash(): Promise<void>;
  failOver(): Promise<void>;
}

export async function startBreakingCache(releases: ReleaseStack): Promise<BreakingCache> {
  const { signal } = new AbortController();
  const surroundings = { ...localSurroundings(process.env, signal), progress: () => undefined };
  const { server, release } = await createServers(surroundings).startOwn();
  releases.push('cache server', release);
  if (server.handle.kind !== 'cluster') throw new Error('the cache needs a cluster of its own');
  const { cluster } = server.handle;
  const standby = await followCluster(cluster, server.url, signal);
  releases.push('standby', () => stopCluster(standby.cluster));
  // What a name that moves to the standby does, for connections that are made anew.
  const link = await openLink({ to: addressOf(server.url) });
  releases.push('link', () => link.close());
  return {
    url: throughLink(server.url, link),
    async crash() {
      await haltCluster(cluster, 'immediate');
      await resumeCluster(cluster);
    },
    async failOver() {
      await haltCluster(cluster, 'immediate');
      await promoteCluster(standby.cluster);
      await link.restore(addressOf(standby.url));
      link.cut();
    },
  };
}
