// Owns the talk with the host's package manager: its mirror, its lists, its packages. Non-interactive,
// and never leaves a database cluster or a service of the host's behind.
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { run, succeeds } from './command.ts';
import type { Surroundings } from './strategy.ts';

const INSTALL_TIMEOUT_MS = 600_000;
const OPTIONS = ['--yes', '-o', 'DPkg::Lock::Timeout=300', '-o', 'Acquire::Retries=3'];
const SOURCES = '/etc/apt';
const CLUSTER_CONF = '/etc/postgresql-common/createcluster.d/askonce.conf';

/** Read by Debian's package as it is set up: no cluster is made, hence no service started. */
export const NO_MAIN_CLUSTER = 'create_main_cluster = false\n';

export async function refreshLists(surroundings: Surroundings): Promise<void> {
  surroundings.progress('refreshing the package lists');
  // A broken third-party source must not keep us from Debian's own.
  await succeeds('apt-get', [...OPTIONS, 'update'], aptOptions(surroundings));
}

export async function hasVectorPackage(surroundings: Surroundings): Promise<boolean> {
  await refreshLists(surroundings);
  return (await vectorPackages(surroundings)).length > 0;
}

export async function installVectorPackage(surroundings: Surroundings): Promise<void> {
  const name = (await vectorPackages(surroundings)).at(-1);
  if (!name) throw new Error('the packages of this release lack pgvector');
  surroundings.progress(`installing ${name}`);
  await mkdir(join(CLUSTER_CONF, '..'), { recursive: true });
  await writeFile(CLUSTER_CONF, NO_MAIN_CLUSTER);
  try {
    await install(name, surroundings);
  } finally {
    await rm(CLUSTER_CONF, { force: true });
  }
}

export async function install(name: string, surroundings: Surroundings): Promise<void> {
  const args = [...OPTIONS, 'install', '--no-install-recommends', name];
  await run('apt-get', args, aptOptions(surroundings));
}

/** Oldest first. */
async function vectorPackages(surroundings: Surroundings): Promise<string[]> {
  const search = ['search', '--names-only', '^postgresql-[0-9]+-pgvector$'];
  const found = await run('apt-cache', search, aptOptions(surroundings));
  const version = (name: string): number => Number(/\d+/.exec(name)?.[0]);
  return [...found.matchAll(/^(postgresql-\d+-pgvector) /gm)]
    .map((match) => match[1] ?? '')
    .sort((a, b) => version(a) - version(b));
}

function aptOptions(surroundings: Surroundings) {
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  return { signal: surroundings.signal, timeoutMs: INSTALL_TIMEOUT_MS, env };
}

/** The mirror that this machine already uses; null where none is named. */
export async function hostMirror(): Promise<string | null> {
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '');
  const codename = /^VERSION_CODENAME="?([a-z]+)"?$/m.exec(release)?.[1] ?? 'stable';
  const more = await readdir(join(SOURCES, 'sources.list.d')).catch(() => []);
  const names = ['sources.list', ...more.map((name) => join('sources.list.d', name))];
  const texts = await Promise.all(
    names.map((name) => readFile(join(SOURCES, name), 'utf8').catch(() => '')),
  );
  return findMirror(texts, codename);
}

/** Reads both forms of apt's sources: one line each, or stanzas of fields. */
export function findMirror(texts: readonly string[], codename: string): string | null {
  for (const text of texts) {
    for (const { uri, suites } of [...readLines(text), ...readStanzas(text)]) {
      // Security archives and third parties have suites of other names.
      if (/^https?:\/\//.test(uri) && suites.includes(codename)) return uri;
    }
  }
  return null;
}

interface Source {
  readonly uri: string;
  readonly suites: readonly string[];
}

function readLines(text: string): Source[] {
  return [
    ...text.matchAll(/^deb[ \t]+(?:\[[^\]]*\][ \t]+)?(\S+)[ \t]+(\S+)[ \t]+.*\bmain\b/gm),
  ].map(([, uri = '', suite = '']) => ({ uri, suites: [suite] }));
}

function readStanzas(text: string): Source[] {
  return text.split(/\n\s*\n/).flatMap((stanza) => {
    const field = (name: string): string[] =>
      (new RegExp(`^${name}:(.*)$`, 'im').exec(stanza)?.[1] ?? '').split(/\s+/).filter(Boolean);
    const usable =
      field('Types').includes('deb') &&
      field('Components').includes('main') &&
      !field('Enabled').includes('no');
    return usable ? field('URIs').map((uri) => ({ uri, suites: field('Suites') })) : [];
  });
}
