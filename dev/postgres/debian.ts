// Owns the last way, for root on Debian or Ubuntu: the packages of this release where it has pgvector,
// else a small Debian that has it in a folder of ours. Changes nothing else of the host.
import { access, readFile } from 'node:fs/promises';

import { hasVectorPackage, installVectorPackage } from './apt.ts';
import { buildChroot, chrootInstallation, isChrootBuilt } from './chroot.ts';
import { startCluster } from './cluster.ts';
import { installed } from './installed.ts';
import type { RunningPostgres, Strategy, Surroundings } from './strategy.ts';

export function debian(surroundings: Surroundings): Strategy {
  return {
    name: 'debian',
    async available() {
      if (process.getuid?.() !== 0) return 'only root can install Debian packages';
      const apt = await access('/usr/bin/apt-get').then(
        () => true,
        () => false,
      );
      return apt ? null : 'this is neither Debian nor Ubuntu';
    },
    async start() {
      if (await isChrootBuilt(surroundings.folder)) return startInChroot(surroundings);
      if (await hasVectorPackage(surroundings)) {
        await installVectorPackage(surroundings);
        return { ...(await installed(surroundings).start()), strategy: 'debian' };
      }
      if (!(await isDebian())) throw new Error('the packages of this release lack pgvector');
      await buildChroot(surroundings);
      return startInChroot(surroundings);
    },
  };
}

async function startInChroot(surroundings: Surroundings): Promise<RunningPostgres> {
  surroundings.progress("starting PostgreSQL 17 from Debian's packages");
  const installation = await chrootInstallation(surroundings.folder);
  const { url, cluster } = await startCluster(installation, surroundings.signal);
  return { strategy: 'debian', url, handle: { kind: 'cluster', cluster } };
}

async function isDebian(): Promise<boolean> {
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '');
  return /^ID="?debian"?$/m.test(release);
}
