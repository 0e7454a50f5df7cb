// Owns the first way to a server: one that is installed here already and has pgvector beside it. Runs a
// cluster of its own from those programs; never touches a cluster that exists.
import { access, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

import { startCluster } from './cluster.ts';
import { run, succeeds } from './command.ts';
import type { Strategy, Surroundings } from './strategy.ts';

/** Folders whose children are versions, and the way from a version to its programs. */
const PLACES: ReadonlyArray<readonly [string, string]> = [
  ['/usr/lib/postgresql', 'bin'],
  ['/opt/homebrew/opt', 'bin'],
  ['/usr/local/opt', 'bin'],
  ['/home/linuxbrew/.linuxbrew/opt', 'bin'],
  ['/Applications/Postgres.app/Contents/Versions', 'bin'],
];

export function installed(surroundings: Surroundings): Strategy {
  return {
    name: 'installed',
    async available() {
      const found = await binFolders(surroundings.env['PATH'] ?? '');
      if (found.length === 0) return 'no PostgreSQL server is installed';
      if (await newestWithVector(found)) return null;
      return 'the PostgreSQL that is installed has no pgvector';
    },
    async start() {
      const bin = await newestWithVector(await binFolders(surroundings.env['PATH'] ?? ''));
      if (!bin) throw new Error('the installed PostgreSQL is gone');
      surroundings.progress('starting the PostgreSQL that is installed');
      const asRoot = process.getuid?.() === 0;
      const { url, cluster } = await startCluster(
        {
          bin,
          root: '/',
          // A folder under root's home cannot be entered by the user who runs the server.
          base: asRoot ? tmpdir() : join(surroundings.folder, 'clusters'),
          owner: asRoot ? await unprivilegedUser() : null,
        },
        surroundings.signal,
      );
      return { strategy: 'installed', url, handle: { kind: 'cluster', cluster } };
    },
  };
}

async function unprivilegedUser(): Promise<{ uid: number; gid: number }> {
  const name = (await succeeds('id', ['-u', 'postgres'])) ? 'postgres' : 'nobody';
  const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]);
  return { uid: Number(uid), gid: Number(gid) };
}

async function binFolders(path: string): Promise<string[]> {
  const nested = await Promise.all(
    PLACES.map(async ([place, below]) => {
      const names = await readdir(place).catch(() => []);
      return names.map((name) => join(place, name, below));
    }),
  );
  const candidates = [
    ...path.split(delimiter).filter((item) => item.startsWith('/')),
    ...nested.flat(),
  ];
  const usable = await Promise.all(
    [...new Set(candidates)].map(async (bin) => ((await isServer(bin)) ? [bin] : [])),
  );
  return usable.flat();
}

async function isServer(bin: string): Promise<boolean> {
  const present = await Promise.all(
    ['initdb', 'pg_ctl', 'postgres'].map((name) => exists(join(bin, name))),
  );
  return present.every(Boolean);
}

async function newestWithVector(bins: readonly string[]): Promise<string | null> {
  const versions = await Promise.all(
    bins.map(async (bin) => {
      const share = await shareFolder(bin);
      const usable = share !== '' && (await exists(join(share, 'extension', 'vector.control')));
      return usable ? [{ bin, version: await majorVersion(bin) }] : [];
    }),
  );
  const newest = versions.flat().sort((a, b) => b.version - a.version)[0];
  return newest?.bin ?? null;
}

async function shareFolder(bin: string): Promise<string> {
  const told = await run(join(bin, 'pg_config'), ['--sharedir']).catch(() => '');
  if (told !== '') return told.trim();
  // Debian ships pg_config apart from the server, but keeps to one layout.
  return bin.replace(/\/lib\/postgresql\/([\d.]+)\/bin$/, '/share/postgresql/$1');
}

async function majorVersion(bin: string): Promise<number> {
  const line = await run(join(bin, 'postgres'), ['--version']).catch(() => '');
  return Number(/(\d+)/.exec(line)?.[1] ?? 0);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
