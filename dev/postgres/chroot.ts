// Owns a small Debian in a folder of ours whose release has PostgreSQL with pgvector. It is built aside
// and renamed when whole, so that it exists either complete or not at all. Nothing stays mounted.
import {
  access,
  chmod,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rename,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';

import { NO_MAIN_CLUSTER, hostMirror, install } from './apt.ts';
import type { Installation } from './cluster.ts';
import { run, succeeds } from './command.ts';
import { withLock } from './lock.ts';
import type { Surroundings } from './strategy.ts';

const RELEASE = 'trixie';
const MAJOR = 17;
const DRAFT = `${RELEASE}.partial-`;
const BIN = `/usr/lib/postgresql/${MAJOR}/bin`;
const POOLER = 'pgbouncer';
const PACKAGES = [`postgresql-${MAJOR}`, `postgresql-${MAJOR}-pgvector`, POOLER];
const BUILD_TIMEOUT_MS = 900_000;
/** Programs set up inside must not start services: they would run on the host. */
const REFUSE_SERVICES = '#!/bin/sh\nexit 101\n';

export function isChrootBuilt(folder: string): Promise<boolean> {
  return exists(join(location(folder), BIN, 'postgres'));
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

export async function chrootInstallation(folder: string): Promise<Installation> {
  const root = location(folder);
  const users = await readFile(join(root, 'etc/passwd'), 'utf8');
  const [, uid, gid] = /^postgres:[^:]*:(\d+):(\d+):/m.exec(users) ?? [];
  if (!uid || !gid) throw new Error('the prepared Debian has no user postgres');
  return {
    bin: BIN,
    root,
    base: '/var/lib/postgresql',
    owner: { uid: Number(uid), gid: Number(gid) },
  };
}

export async function buildChroot(surroundings: Surroundings): Promise<void> {
  const { folder, signal, progress } = surroundings;
  const waiting = () => progress('another process is preparing PostgreSQL; waiting for it');
  await withLock(join(folder, `${RELEASE}.lock`), { signal, waiting }, async () => {
    if (await isChrootBuilt(folder)) return;
    // Never one that an earlier builder used: its programs may have outlived it and write there yet.
    for (const name of await readdir(folder)) {
      if (name.startsWith(DRAFT)) await removeTree(join(folder, name));
    }
    const draft = await mkdtemp(join(folder, DRAFT));
    await chmod(draft, 0o755);
    progress(`downloading PostgreSQL ${MAJOR} with pgvector from Debian (once, under a minute)`);
    await install('debootstrap', surroundings);
    await build(draft, signal);
    await removeTree(location(folder));
    await rename(draft, location(folder));
  });
}

/** A program of another package, in /usr/sbin, is added when it is first wanted; what runs in there goes on. */
export async function ensureProgram(name: string, surroundings: Surroundings): Promise<void> {
  const { folder, signal, progress } = surroundings;
  const root = location(folder);
  await withLock(
    join(folder, `${RELEASE}.lock`),
    { signal, waiting: () => undefined },
    async () => {
      if (await exists(join(root, 'usr/sbin', name))) return;
      progress(`adding ${name} from Debian (once)`);
      const options = { signal, timeoutMs: BUILD_TIMEOUT_MS };
      const inside = [...(await ownMounts(signal)), 'chroot', root, 'apt-get', '--yes'];
      const [first = '', ...rest] = inside;
      const env = { DEBIAN_FRONTEND: 'noninteractive' };
      await run(first, [...rest, 'update'], options);
      const what = ['install', '--no-install-recommends', '--no-upgrade', name];
      await run(first, [...rest, ...what], { ...options, env });
      await removeLists(root);
    },
  );
}

async function build(root: string, signal: AbortSignal): Promise<void> {
  const options = { signal, timeoutMs: BUILD_TIMEOUT_MS };
  const inside = await ownMounts(signal);
  const bootstrap = async (command: string, args: readonly string[]): Promise<void> => {
    const [first = command, ...rest] = [...inside, command, ...args];
    await run(first, rest, options);
  };
  const mirror = await hostMirror();
  const what = ['--variant=minbase', `--include=${PACKAGES.join(',')}`, RELEASE, root];
  await bootstrap('debootstrap', ['--foreign', ...what, ...(mirror ? [mirror] : [])]);
  await mkdir(join(root, 'etc/postgresql-common'), { recursive: true });
  await writeFile(join(root, 'etc/postgresql-common/createcluster.conf'), NO_MAIN_CLUSTER);
  await writeFile(join(root, 'usr/sbin/policy-rc.d'), REFUSE_SERVICES);
  await chmod(join(root, 'usr/sbin/policy-rc.d'), 0o755);
  await bootstrap('chroot', [root, '/debootstrap/debootstrap', '--second-stage']);
  await removeLists(root);
}

async function removeLists(root: string): Promise<void> {
  await Promise.all(
    ['var/cache/apt', 'var/lib/apt/lists'].map((path) => removeTree(join(root, path))),
  );
}

/** What is mounted while building then ends with the builder, however that ends. */
async function ownMounts(signal: AbortSignal): Promise<string[]> {
  const prefix = ['--mount', '--propagation', 'private'];
  return (await succeeds('unshare', [...prefix, 'true'], { signal })) ? ['unshare', ...prefix] : [];
}

/** A half-built system may have the host's own /proc or /dev mounted in it: never descend there. */
async function removeTree(path: string): Promise<void> {
  await run('rm', ['-rf', '--one-file-system', path], { timeoutMs: BUILD_TIMEOUT_MS });
}

function location(folder: string): string {
  return join(folder, RELEASE);
}
