// Owns a PostgreSQL of one test alone, which it may stop, start again and set as it likes.
import type { TestContext } from 'node:test';

import {
  followCluster,
  haltCluster,
  promoteCluster,
  resumeCluster,
  stopCluster,
} from '../../dev/postgres/cluster.ts';
import { createServers } from '../../dev/postgres/servers.ts';
import { localSurroundings } from '../../dev/postgres/surroundings.ts';

export interface OwnCluster {
  /** Of its superuser. */
  readonly url: string;
  /** As a crash does: no client hears a word. */
  crash(): Promise<void>;
  start(): Promise<void>;
  /** One that follows it. */
  standby(): Promise<Standby>;
}

export interface Standby {
  /** The given URL with its address in it. */
  at(url: string): string;
  /** Beside the other, which lives on. */
  promote(): Promise<void>;
}

/** Why a test cannot have one, for its `skip`; false where it can. */
export const noOwnCluster: string | false = ['installed', 'debian'].includes(
  process.env['TEST_POSTGRES_STRATEGY'] ?? '',
)
  ? false
  : 'the PostgreSQL of the tests is not one that they can start and stop';

/** @param settings Lines of postgresql.conf. */
export async function ownCluster(
  t: TestContext,
  settings: readonly string[] = [],
): Promise<OwnCluster> {
  const surroundings = localSurroundings(process.env, t.signal);
  const { server, release } = await createServers({
    ...surroundings,
    progress: () => undefined,
  }).startOwn();
  // Behind what the test leaves in it.
  t.after(release);
  const { url, handle } = server;
  if (handle.kind !== 'cluster') throw new Error('not a cluster of our own');
  const { cluster } = handle;
  if (settings.length > 0) {
    await haltCluster(cluster, 'fast');
    await resumeCluster(cluster, settings);
  }
  return {
    url,
    crash: () => haltCluster(cluster, 'immediate'),
    start: () => resumeCluster(cluster),
    async standby() {
      const follower = await followCluster(cluster, url, t.signal);
      t.after(() => stopCluster(follower.cluster));
      return {
        at(given) {
          const moved = new URL(given);
          moved.port = new URL(follower.url).port;
          return moved.href;
        },
        promote: () => promoteCluster(follower.cluster),
      };
    },
  };
}
