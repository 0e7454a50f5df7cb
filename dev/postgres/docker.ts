// Owns the way through Docker: one container of the pgvector image, published on loopback only and gone
// with its data when it is stopped.
import { randomBytes } from 'node:crypto';

import { run } from './command.ts';
import { waitUntilReady } from './probe.ts';
import type { Strategy, Surroundings } from './strategy.ts';

const IMAGE = 'pgvector/pgvector:pg17';
const ENGINE_TIMEOUT_MS = 10_000;
const PULL_TIMEOUT_MS = 600_000;
const READY_TIMEOUT_MS = 60_000;
const SERVER_SETTINGS = [
  'max_connections=300',
  'fsync=off',
  'synchronous_commit=off',
  'wal_level=logical',
  'max_slot_wal_keep_size=1GB',
];

export function docker(surroundings: Surroundings): Strategy {
  const { signal, progress } = surroundings;
  return {
    name: 'docker',
    async available() {
      const version = ['version', '--format', '{{.Server.Version}}'];
      return run('docker', version, { signal, timeoutMs: ENGINE_TIMEOUT_MS }).then(
        () => null,
        () => 'no Docker engine answers',
      );
    },
    async start() {
      progress(`starting ${IMAGE} with Docker (the first time it is downloaded)`);
      await run('docker', ['pull', '--quiet', IMAGE], { signal, timeoutMs: PULL_TIMEOUT_MS });
      const password = randomBytes(12).toString('hex');
      const container = ['run', '--detach', '--rm', '--label', 'askonce.postgres'];
      const network = ['--publish', '127.0.0.1::5432'];
      const settings = SERVER_SETTINGS.flatMap((setting) => ['-c', setting]);
      const id = (
        await run(
          'docker',
          [...container, ...network, '--env', 'POSTGRES_PASSWORD', IMAGE, ...settings],
          {
            signal,
            env: { POSTGRES_PASSWORD: password },
          },
        )
      ).trim();
      try {
        const published = await run('docker', ['port', id, '5432/tcp'], { signal });
        const address = published.trim().split('\n')[0] ?? '';
        const url = `postgres://postgres:${password}@${address}/postgres`;
        await waitUntilReady(url, { signal, timeoutMs: READY_TIMEOUT_MS });
        return { strategy: 'docker', url, handle: { kind: 'container', id } };
      } catch (error) {
        await run('docker', ['rm', '--force', '--volumes', id]);
        throw error;
      }
    },
  };
}
