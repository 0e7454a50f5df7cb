// Owns one throw-away PostgreSQL cluster made from an installation: its folder, its settings, its
// process. Reachable on loopback only, with a password of its own; the data end with the server.
import { randomBytes } from 'node:crypto';
import { appendFile, chown, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';

import { isProcess, run } from './command.ts';

export interface Installation {
  /** Folder of initdb and pg_ctl, as seen from inside the root. */
  readonly bin: string;
  /** "/" or the folder of a whole system of its own. */
  readonly root: string;
  /** Folder for clusters, as seen from inside the root. */
  readonly base: string;
  /** PostgreSQL refuses to run as root: who runs it then. Null: ourselves. */
  readonly owner: { readonly uid: number; readonly gid: number } | null;
}

export interface Place {
  readonly installation: Installation;
  /** The cluster's folder, as seen from inside the root. */
  readonly home: string;
}

export interface Cluster extends Place {
  readonly pid: number;
}

interface Draft extends Place {
  readonly signal: AbortSignal;
}

const START_ATTEMPTS = 3;
const START_SECONDS = 60;
const STOP_SECONDS = 20;
/** The number is the process that made it. */
const HOME_PATTERN = /^askonce-postgres-(\d+)-[0-9a-f]{12}$/;

export async function startCluster(
  installation: Installation,
  signal: AbortSignal,
): Promise<{ url: string; cluster: Cluster }> {
  await removeAbandoned(installation);
  const home = newHome(installation);
  const draft: Draft = { installation, home, signal };
  try {
    const password = await initialise(draft);
    const { port, pid } = await startOnFreePort(draft);
    const url = `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
    return { url, cluster: { installation, home, pid } };
  } catch (error) {
    // pg_ctl may have been ended before it could tell that the server is up.
    await stopCluster({ installation, home, pid: await recordedPid({ installation, home }) });
    throw error;
  }
}

/** Ends the server and removes its data. Does nothing to a process that is not the one we started. */
export async function stopCluster(cluster: Cluster): Promise<void> {
  if (await isClusterRunning(cluster)) {
    const stop = (mode: string): Promise<string> =>
      pgCtl(cluster, ['stop', '-m', mode, '-w', '-t', String(STOP_SECONDS)]);
    await stop('fast').catch(() => stop('immediate'));
  }
  await removeHome(cluster);
}

/** Ends the server and keeps its data. Immediate: as a crash does, without a word to its clients. */
export async function haltCluster(cluster: Place, mode: 'fast' | 'immediate'): Promise<void> {
  await pgCtl(cluster, ['stop', '-m', mode, '-w', '-t', String(STOP_SECONDS)]);
}

/** Starts one that was halted, at its old port. @param more settings that hold from now on */
export async function resumeCluster(cluster: Place, more: readonly string[] = []): Promise<void> {
  await appendFile(join(onHost(cluster), 'data', 'postgresql.conf'), `${more.join('\n')}\n`);
  const log = ['-l', join(cluster.home, 'log')];
  await pgCtl(cluster, ['start', ...log, '-w', '-t', String(START_SECONDS)]);
}

/** A standby of a cluster, which follows it until it is promoted. @param url Of the cluster's superuser. */
export async function followCluster(
  { installation }: Cluster,
  url: string,
  signal: AbortSignal,
): Promise<{ url: string; cluster: Cluster }> {
  const draft: Draft = { installation, home: newHome(installation), signal };
  try {
    await makeFolder(draft);
    const copy = ['-D', join(draft.home, 'data'), '-d', url, '-R', '-X', 'stream', '-c', 'fast'];
    await runInside(draft, 'pg_basebackup', copy);
    const { port, pid } = await startOnFreePort(draft);
    const own = new URL(url);
    own.port = String(port);
    return { url: own.href, cluster: { installation, home: draft.home, pid } };
  } catch (error) {
    await stopCluster({ ...draft, pid: await recordedPid(draft) });
    throw error;
  }
}

/** From now on it takes writes; what it had not received by then is lost. */
export async function promoteCluster(cluster: Place): Promise<void> {
  await pgCtl(cluster, ['promote', '-w', '-t', String(START_SECONDS)]);
}

/** It may have been halted and resumed since its record was made. */
export async function isClusterRunning(cluster: Cluster): Promise<boolean> {
  const pids = new Set([cluster.pid, await recordedPid(cluster)]);
  const ours = await Promise.all([...pids].map((pid) => runsFrom(cluster.home, pid)));
  return ours.includes(true);
}

/** The folder's name is random: a process whose command line holds it is ours, whatever its number. */
async function runsFrom(home: string, pid: number): Promise<boolean> {
  const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() =>
    process.platform === 'linux'
      ? ''
      : run('ps', ['-ww', '-o', 'args=', '-p', String(pid)]).catch(() => ''),
  );
  return commandLine.includes(home);
}

function newHome({ base }: Installation): string {
  return join(base, `askonce-postgres-${process.pid}-${randomBytes(6).toString('hex')}`);
}

/** @returns The cluster's folder, on the host. */
async function makeFolder(draft: Draft): Promise<string> {
  const { owner } = draft.installation;
  const folder = onHost(draft);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (owner) await chown(folder, owner.uid, owner.gid);
  return folder;
}

async function initialise(draft: Draft): Promise<string> {
  const { installation, home } = draft;
  const { owner } = installation;
  const password = randomBytes(12).toString('hex');
  const passwordFile = join(await makeFolder(draft), 'password');
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (owner) await chown(passwordFile, owner.uid, owner.gid);
  const secret = ['--auth=scram-sha-256', `--pwfile=${join(home, 'password')}`];
  const text = ['--encoding=UTF8', '--locale=C'];
  const args = ['-D', join(home, 'data'), '--username=postgres', '--no-sync', ...secret, ...text];
  await runInside(draft, 'initdb', args);
  await rm(passwordFile);
  return password;
}

async function startOnFreePort(draft: Draft): Promise<{ port: number; pid: number }> {
  const folder = onHost(draft);
  const conf = join(folder, 'data', 'postgresql.conf');
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    await appendFile(conf, settings(port, draft.installation.root));
    try {
      const log = ['-l', join(draft.home, 'log')];
      await pgCtl(draft, ['start', ...log, '-w', '-t', String(START_SECONDS)]);
      return { port, pid: await recordedPid(draft) };
    } catch (cause) {
      draft.signal.throwIfAborted();
      // Between finding the port and listening on it another program may have taken it.
      if (attempt < START_ATTEMPTS) continue;
      const log = await readFile(join(folder, 'log'), 'utf8').catch(() => '');
      throw new Error(`the server did not start:\n${log.slice(-2000)}`, { cause });
    }
  }
}

async function recordedPid(at: Place): Promise<number> {
  const file = join(onHost(at), 'data', 'postmaster.pid');
  return Number.parseInt(await readFile(file, 'utf8').catch(() => '0'), 10);
}

/** Durability is pointless where the data are thrown away, and costs most of a test's time. */
function settings(port: number, root: string): string {
  const lines = [
    `port = ${port}`,
    "listen_addresses = '127.0.0.1'",
    "unix_socket_directories = ''",
    // Files of tests run at once, some with three servers of eight sessions each.
    'max_connections = 300',
    'fsync = off',
    'synchronous_commit = off',
    'full_page_writes = off',
    // As the benchmark of freshness needs it.
    'wal_level = logical',
    "max_slot_wal_keep_size = '1GB'",
    "timezone = 'UTC'",
    "log_timezone = 'UTC'",
  ];
  // A root of its own has no /dev/shm in memory: files in the cluster's folder end with it.
  if (root !== '/') lines.push('dynamic_shared_memory_type = mmap');
  return `\n${lines.join('\n')}\n`;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function pgCtl(at: Draft | Place, args: readonly string[]): Promise<string> {
  const data = ['-D', join(at.home, 'data')];
  return runInside(at, 'pg_ctl', [...args, ...data]);
}

function runInside(at: Draft | Place, program: string, args: readonly string[]): Promise<string> {
  const { root, bin, owner } = at.installation;
  const command = join(bin, program);
  const options = {
    timeoutMs: 2 * START_SECONDS * 1000,
    ...('signal' in at ? { signal: at.signal } : {}),
  };
  if (root === '/') return run(command, args, { ...options, owner });
  const user = owner ? [`--userspec=${owner.uid}:${owner.gid}`] : [];
  return run('chroot', [...user, root, command, ...args], options);
}

function onHost(at: Place): string {
  return join(at.installation.root, at.home);
}

async function removeHome(at: Place): Promise<void> {
  // The record was read from a file: nothing that is not named like a folder of ours is removed.
  if (!HOME_PATTERN.test(basename(at.home))) return;
  await rm(onHost(at), { recursive: true, force: true, maxRetries: 5 });
}

/** What a process left behind that was killed before its server ran, or whose server was. */
async function removeAbandoned(installation: Installation): Promise<void> {
  const names = await readdir(join(installation.root, installation.base)).catch(() => []);
  for (const name of names) {
    const maker = HOME_PATTERN.exec(name)?.[1];
    if (maker === undefined || isProcess(Number(maker))) continue;
    const place = { installation, home: join(installation.base, name) };
    const running = await isClusterRunning({ ...place, pid: await recordedPid(place) });
    if (!running) await removeHome(place);
  }
}
