// Owns who may use a data folder: one living process at a time, whatever was killed before. Locks are
// numbered and the highest one counts; it is only ever succeeded, never deleted, so that of two
// processes which find it stale exactly one takes the next number. Knows nothing about databases.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

import { AppError } from '../errors.ts';
import { makeFolder } from '../lib/make-folder.ts';

export interface DataLock {
  /** Lets the next one in. A process that dies without it leaves a stale lock, which is as good. */
  release(): Promise<void>;
}

interface Holder {
  /** The process that touches the files. */
  readonly pid: number;
  /** Tells a process from a later one with the same pid; empty where the system does not say. */
  readonly startedAt: string;
  /** The process to stop in order to free the folder: the server that started the holder. */
  readonly serverPid: number;
}

const LOCK_NAME = /^lock\.(\d{1,12})$/;
/** Each retry means that another process has just moved on; endless only if something is broken. */
const MAX_ATTEMPTS = 1000;
/** A holder whose server is gone is on its way out: wait that long for it. */
const ORPHAN_WAIT_MS = 10_000;
const ORPHAN_POLL_MS = 50;

/**
 * Creates the folder if need be and takes its lock.
 * @throws AppError CONFIG_INVALID when a living process holds it or the folder cannot be written.
 */
export async function acquireDataLock(dir: string, serverPid: number): Promise<DataLock> {
  try {
    await makeFolder(dir);
    const self = { pid: process.pid, startedAt: (await startTimeOf(process.pid)) ?? '', serverPid };
    return await acquire(dir, self);
  } catch (error) {
    throw error instanceof AppError ? error : notWritable(error);
  }
}

async function acquire(dir: string, self: Holder): Promise<DataLock> {
  const deadline = Date.now() + ORPHAN_WAIT_MS;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const top = (await generations(dir)).at(-1) ?? 0;
    const holder = top === 0 ? null : await readHolder(dir, top);
    if (holder !== null && (await isAlive(holder))) {
      const isOrphan = !isRunning(holder.serverPid);
      if (!isOrphan || Date.now() > deadline) throw held(holder);
      await sleep(ORPHAN_POLL_MS);
      continue;
    }
    const mine = top + 1;
    if (!(await claim(dir, mine, self))) continue;
    const all = await generations(dir);
    // The number was free only because its taker has come and gone: the higher one counts.
    if (all.at(-1) !== mine) {
      await rm(join(dir, `lock.${mine}`), { recursive: true, force: true });
      continue;
    }
    for (const old of all.slice(0, -1)) {
      await rm(join(dir, `lock.${old}`), { recursive: true, force: true });
    }
    return { release: () => writeFile(holderPath(dir, mine), '') };
  }
  throw new Error('the data folder lock changes hands without end');
}

/** A full folder moved into place appears at once with its content, and never over another full one. */
async function claim(dir: string, generation: number, self: Holder): Promise<boolean> {
  const prepared = await mkdtemp(join(dir, 'lock-'));
  try {
    await writeFile(join(prepared, 'holder.json'), JSON.stringify(self));
    await rename(prepared, join(dir, `lock.${generation}`));
    return true;
  } catch (error) {
    await rm(prepared, { recursive: true, force: true });
    if (['ENOTEMPTY', 'EEXIST', 'EPERM'].includes(codeOf(error))) return false;
    throw error;
  }
}

async function generations(dir: string): Promise<number[]> {
  const numbers = (await readdir(dir)).map((name) => Number(LOCK_NAME.exec(name)?.[1] ?? 0));
  return numbers.filter((number) => number > 0).sort((a, b) => a - b);
}

/** Null when released, superseded or cut short by a power failure: in each case nobody holds it. */
async function readHolder(dir: string, generation: number): Promise<Holder | null> {
  try {
    return JSON.parse(await readFile(holderPath(dir, generation), 'utf8')) as Holder;
  } catch (error) {
    if (error instanceof SyntaxError || codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

function holderPath(dir: string, generation: number): string {
  return join(dir, `lock.${generation}`, 'holder.json');
}

async function isAlive(holder: Holder): Promise<boolean> {
  if (!isRunning(holder.pid)) return false;
  const startedAt = await startTimeOf(holder.pid);
  if (startedAt === null) return false;
  return holder.startedAt === '' || startedAt === '' || startedAt === holder.startedAt;
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

/** Null when there is no such process, empty when the system does not tell. */
async function startTimeOf(pid: number): Promise<string | null> {
  if (process.platform === 'linux') return await startTimeFromProc(pid);
  if (process.platform === 'win32') return '';
  try {
    const { stdout } = await promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)]);
    return stdout.trim();
  } catch {
    return '';
  }
}

async function startTimeFromProc(pid: number): Promise<string | null> {
  try {
    const bootId = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The second field is a name in parentheses that may itself hold spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const isDead = fields[0] === 'Z' || fields[0] === 'X';
    return isDead ? null : `${bootId.trim()} ${fields[19] ?? ''}`;
  } catch (error) {
    return codeOf(error) === 'ENOENT' || codeOf(error) === 'ESRCH' ? null : '';
  }
}

function held(holder: Holder): AppError {
  return new AppError(
    'CONFIG_INVALID',
    `The data folder is in use by another askonce (process ${holder.serverPid}).`,
    { hint: 'Stop that process, or set ASKONCE_DATA_DIR to another folder.' },
  );
}

function notWritable(cause: unknown): AppError {
  const reason = codeOf(cause) || 'unknown reason';
  return new AppError('CONFIG_INVALID', `The data folder cannot be written (${reason}).`, {
    cause,
    hint: 'Set ASKONCE_DATA_DIR to a folder on a local disk that this user may write to.',
  });
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
