// Owns what is kept of a running server so that another process can find it alive or stop it: a cluster
// of ours or a container of ours. Never touches a server that the record does not name.
import { isClusterRunning, stopCluster } from './cluster.ts';
import type { Cluster } from './cluster.ts';
import { run, succeeds } from './command.ts';

export type Handle =
  | { readonly kind: 'cluster'; readonly cluster: Cluster }
  | { readonly kind: 'container'; readonly id: string };

export async function isRunning(handle: Handle): Promise<boolean> {
  if (handle.kind === 'cluster') return isClusterRunning(handle.cluster);
  const state = ['inspect', '--format', '{{.State.Running}}', handle.id];
  return (await run('docker', state).catch(() => '')).trim() === 'true';
}

export async function stop(handle: Handle): Promise<void> {
  if (handle.kind === 'cluster') await stopCluster(handle.cluster);
  else await succeeds('docker', ['rm', '--force', '--volumes', handle.id]);
}

/** For people: which process or container it is. */
export function describe(handle: Handle): string {
  return handle.kind === 'cluster'
    ? `process ${handle.cluster.pid}`
    : `container ${handle.id.slice(0, 12)}`;
}
