// Owns a cache database that breaks while answers are judged: it crashes and comes back, and it is lost for its
// standby, which lacks what it had not received.
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

import {
  followCluster,
  haltCluster,
  promoteCluster,
  resumeCluster,
  stopCluster,
} from '../dev/postgres/cluster.ts';
import { createServers } from '../dev/postgres/servers.ts';
import { localSurroundings } from '../dev/postgres/surroundings.ts';
import { carry } from '../dev/relay.ts';
import type { ReleaseStack } from '../src/lib/release-stack.ts';

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
  let target = new URL(server.url);
  const { port, cut } = await relayTo(() => target, releases);
  const url = new URL(server.url);
  url.port = String(port);
  return {
    url: url.href,
    async crash() {
      await haltCluster(cluster, 'immediate');
      await resumeCluster(cluster);
    },
    async failOver() {
      await haltCluster(cluster, 'immediate');
      await promoteCluster(standby.cluster);
      target = new URL(standby.url);
      cut();
    },
  };
}

/** What a name that moves to the standby does, for connections that are made anew. */
async function relayTo(target: () => URL, releases: ReleaseStack) {
  const sockets = new Set<Socket>();
  const relay = createServer((socket) => carry(socket, target(), sockets));
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
  const cut = (): void => sockets.forEach((socket) => socket.destroy());
  releases.push('relay', async () => {
    relay.close();
    cut();
  });
  return { port: (relay.address() as AddressInfo).port, cut };
}
