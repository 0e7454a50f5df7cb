// Owns running a program in a folder that holds a system, as a container would: its own processes, devices and mounts,
// a user of that system, an environment that is given whole. Nothing stays mounted when it ends.
import { spawn } from 'node:child_process';
import type { ChildProcess, StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';

export interface Enclosure {
  readonly root: string;
  /** A name that the system knows. */
  readonly user: string;
  readonly workdir: string;
  readonly env: Readonly<Record<string, string>>;
  /** Folders that can be written to, beside /tmp; the rest cannot. Default: all can. */
  readonly writable?: readonly string[];
  /** A file of this machine, at /run/ca.pem in there: certificates that its registry is known by. */
  readonly certificates?: string | undefined;
}

/** Only this process and those below it see what is mounted. */
const MOUNTS = `
  mount --bind "$ROOT" "$ROOT"
  cd "$ROOT"
  mount -t proc proc proc
  mount -t tmpfs -o mode=755 tmpfs dev
  for name in null zero full random urandom; do touch "dev/$name"; mount --bind "/dev/$name" "dev/$name"; done
  ln -s /proc/self/fd dev/fd
  mount -t tmpfs -o mode=755 tmpfs run
  if [ -n "$CERTIFICATES" ]; then cp "$CERTIFICATES" run/ca.pem; fi
  if [ -n "$WRITABLE" ]; then
    mount -t tmpfs -o size=16m,mode=1777 tmpfs tmp
    for folder in $WRITABLE; do mount --bind ".$folder" ".$folder"; done
    mount -o remount,bind,ro "$ROOT"
  fi
  exec chroot "$ROOT" "$@"`;

const OWN = ['--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child'];

/** As process 1 of its own. */
export function startEnclosed(
  enclosure: Enclosure,
  command: readonly string[],
  stdio: StdioOptions = ['ignore', 'pipe', 'pipe'],
): ChildProcess {
  const { root, writable = [], certificates = '' } = enclosure;
  const inside = [...asUser(enclosure), ...command];
  return spawn('unshare', [...OWN, 'sh', '-ec', MOUNTS, 'sh', ...inside], {
    env: {
      PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
      ROOT: root,
      WRITABLE: writable.join(' '),
      CERTIFICATES: certificates,
    },
    stdio,
  });
}

/** Beside a program that was started so, where it runs: as `docker exec` does. */
export async function besideEnclosed(
  of: ChildProcess,
  enclosure: Enclosure,
  command: readonly string[],
): Promise<Ended> {
  const target = ['--target', String(await insidePid(of)), '--mount', '--pid', '--root', '--wd=/'];
  return await ended(spawn('nsenter', [...target, ...asUser(enclosure), ...command]));
}

/** What was started, as this machine numbers it: a signal to `unshare` would reach nobody else. */
export async function insidePid({ pid }: ChildProcess): Promise<number> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  const [first] = children.trim().split(' ');
  if (!first) throw new Error('it has ended');
  return Number(first);
}

export interface Ended {
  readonly code: number | string;
  /** Of both its streams. */
  readonly said: string;
}

export async function ended(child: ChildProcess): Promise<Ended> {
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (data: Buffer) => (said += data.toString()));
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  return { code: code ?? signal ?? '', said };
}

function asUser({ user, workdir, env }: Enclosure): readonly string[] {
  const ids = [`--reuid=${user}`, `--regid=${user}`, '--init-groups'];
  const rights =
    user === 'root' ? ids : [...ids, '--no-new-privs', '--bounding-set=-all', '--inh-caps=-all'];
  const values = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  return ['setpriv', ...rights, 'env', '-i', '-C', workdir, ...values];
}
