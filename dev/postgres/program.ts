// Owns where the tests find a program beside PostgreSQL, and how it is started: this machine's own, or one of the
// prepared Debian, in there and as its user.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

import { chrootInstallation, ensureProgram, isChrootBuilt } from './chroot.ts';
import type { Installation } from './cluster.ts';
import type { Surroundings } from './strategy.ts';

const SHOWN_CHARS = 2000;

/** Paths are as the program sees them, below the root. */
export type Place = Pick<Installation, 'root' | 'base' | 'owner'> & { readonly program: string };

export interface Program {
  /** Of the program and of Debian's package alike. */
  readonly name: string;
  readonly runsAsRoot: boolean;
}

/** Null where there is none and none can be had. */
export async function findProgram(
  { name, runsAsRoot }: Program,
  surroundings: Surroundings,
): Promise<Place | null> {
  const isRoot = process.getuid?.() === 0;
  if (isRoot && (await isChrootBuilt(surroundings.folder))) {
    if (!(await isAdded(name, surroundings))) return null;
    const { root, base, owner } = await chrootInstallation(surroundings.folder);
    return { root, base, owner, program: join('/usr/sbin', name) };
  }
  if (isRoot && !runsAsRoot) return null;
  for (const folder of [...(surroundings.env['PATH'] ?? '').split(delimiter), '/usr/sbin']) {
    const program = join(folder, name);
    const isThere = await access(program).then(
      () => true,
      () => false,
    );
    if (isThere) return { root: '/', base: tmpdir(), owner: null, program };
  }
  return null;
}

/** Without a mirror to fetch it from the tests of it are left out, not the others. */
async function isAdded(name: string, surroundings: Surroundings): Promise<boolean> {
  try {
    await ensureProgram(name, surroundings);
    return true;
  } catch (error) {
    surroundings.signal.throwIfAborted();
    surroundings.progress(`${name} cannot be added: ${String(error)}`);
    return false;
  }
}

export interface RunningProgram {
  /** What it has said on stderr, the end of it. */
  log(): string;
  readonly hasEnded: boolean;
  /** Ends it, and takes its folder away. */
  stop(): Promise<void>;
}

export interface Launch {
  readonly args: readonly string[];
  /** Beside what this process has. */
  readonly env?: Readonly<Record<string, string>>;
  /** Its own, as this process sees it. */
  readonly folder: string;
}

export function launchProgram(
  { root, owner, program }: Place,
  { args, env, folder }: Launch,
): RunningProgram {
  const user = owner ? [`--userspec=${owner.uid}:${owner.gid}`] : [];
  const [command, ...rest]: [string, ...string[]] =
    root === '/' ? [program, ...args] : ['/usr/sbin/chroot', ...user, root, program, ...args];
  const child = spawn(command, rest, {
    cwd: '/',
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  child.stderr.on('data', (data: Buffer) => (log += data.toString()));
  const exited = once(child, 'close');
  return {
    log: () => log.slice(-SHOWN_CHARS),
    get hasEnded() {
      return child.exitCode !== null;
    },
    async stop() {
      child.kill('SIGKILL');
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
