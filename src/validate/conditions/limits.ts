// Owns how much processor and memory a program may have that is started to be measured: a control group of its own
// (cgroup v2), made for one run and removed behind it. Children are in it with their parents, as in a container.
//
// The group stands beside this process's own, or at the root where that is its own: a group that holds processes
// has none with limits below it ("no internal processes" in the kernel's Documentation/admin-guide/cgroup-v2.rst).
// Version 1 is not spoken: systemd 258 and Kubernetes 1.35 have left it.
//
// There is no limit of a disk: io.max is told for each device, a group of ours cannot hold a database that we did
// not start, and what PostgreSQL writes is written by the kernel later. A slow disk is a link to the database whose
// answers come late (SLOW_DISK in profiles.ts).
import { randomBytes } from 'node:crypto';
import { readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { AppError } from '../../errors.ts';

export interface LimitsOptions {
  /** Of time: 0.5 is half of one processor. Default: all. */
  readonly cpus?: number;
  /** With the kernel's buffers, without swap. Default: all. */
  readonly memoryBytes?: number;
}

export interface LimitReadings {
  readonly cpuMs: number;
  /** What its threads waited in all for time that they had used up. */
  readonly cpuThrottledMs: number;
  readonly memoryPeakBytes: number;
  /** Processes that the kernel ended for want of memory. */
  readonly oomKills: number;
}

export interface Limits {
  /**
   * What to start instead of a command, so that it is limited before its first instruction: Node sizes its heap as
   * it starts. The process has the same id and the same exit code.
   */
  within(command: string, args: readonly string[]): { command: string; args: string[] };
  /** One that runs, and what it starts from now on. */
  add(pid: number): void;
  readings(): LimitReadings;
  /** Ends what is still in it (SIGKILL). */
  close(): Promise<void>;
}

const CGROUPS = '/sys/fs/cgroup';
const CONTROLLERS = ['cpu', 'memory'];
/** The kernel's own default. */
const PERIOD_US = 100_000;
const LEAST_QUOTA_US = 1000;
const ENTER = 'echo $$ > "$0/cgroup.procs" && exec "$@"';
const HINT =
  'In a container give it limits of its own (docker run --cpus 1 --memory 1g, resources.limits in Kubernetes) and ' +
  'ask for none here. Elsewhere run this as root, or in a scope of your own: systemd-run --user --scope COMMAND.';

/** @throws AppError CONFIG_INVALID where this process may not make such a group; it says what to do. */
export async function openLimits(options: LimitsOptions): Promise<Limits> {
  const group = await makeGroup();
  try {
    await limit(group, options);
  } catch (cause) {
    rmdirSync(group);
    throw cause;
  }
  return limitsOf(group);
}

async function makeGroup(): Promise<string> {
  const controllers = await readFile(join(CGROUPS, 'cgroup.controllers'), 'utf8').catch(() => '');
  if (!CONTROLLERS.every((name) => controllers.split(/\s/).includes(name))) {
    throw refusal('this machine has no control groups of version 2 with cpu and memory');
  }
  const own = /^0::(.*)$/m.exec(await readFile('/proc/self/cgroup', 'utf8'))?.[1] ?? '/';
  const parent = join(CGROUPS, dirname(own));
  const group = join(parent, `askonce-validate-${process.pid}-${randomBytes(3).toString('hex')}`);
  try {
    const passed = await readFile(join(parent, 'cgroup.subtree_control'), 'utf8');
    const missing = CONTROLLERS.filter((name) => !passed.split(/\s/).includes(name));
    if (missing.length > 0) {
      const wanted = missing.map((name) => `+${name}`).join(' ');
      await writeFile(join(parent, 'cgroup.subtree_control'), wanted);
    }
    await mkdir(group);
  } catch (cause) {
    throw refusal('this process may not make a control group', cause);
  }
  return group;
}

const refusal = (why: string, cause?: unknown): AppError =>
  new AppError('CONFIG_INVALID', `Processor and memory cannot be limited: ${why}.`, {
    cause,
    hint: HINT,
  });

async function limit(group: string, { cpus, memoryBytes }: LimitsOptions): Promise<void> {
  if (cpus !== undefined) {
    const quotaUs = Math.max(LEAST_QUOTA_US, Math.round(cpus * PERIOD_US));
    await writeFile(join(group, 'cpu.max'), `${quotaUs} ${PERIOD_US}`);
  }
  if (memoryBytes === undefined) return;
  await writeFile(join(group, 'memory.max'), String(memoryBytes));
  // A kernel without swap has no such file.
  await writeFile(join(group, 'memory.swap.max'), '0').catch(ignoreMissing);
  // All of it or nothing, as Kubernetes ends a container.
  await writeFile(join(group, 'memory.oom.group'), '1');
}

function limitsOf(group: string): Limits {
  const read = (name: string): string => readFileSync(join(group, name), 'utf8');
  const figure = (name: string, key: string): number =>
    Number(new RegExp(`^${key} (\\d+)$`, 'm').exec(read(name))?.[1] ?? 0);
  let seenBytes = 0;
  let isClosed = false;
  const peakBytes = (): number => {
    try {
      return Number(read('memory.peak'));
    } catch (error) {
      ignoreMissing(error);
      // Linux before 5.19: the most that was seen.
      seenBytes = Math.max(seenBytes, Number(read('memory.current')));
      return seenBytes;
    }
  };
  return {
    within: (command, args) => ({
      command: '/bin/sh',
      args: ['-c', ENTER, group, command, ...args],
    }),
    add: (pid) => writeFileSync(join(group, 'cgroup.procs'), String(pid)),
    readings: () => ({
      cpuMs: figure('cpu.stat', 'usage_usec') / 1000,
      cpuThrottledMs: figure('cpu.stat', 'throttled_usec') / 1000,
      memoryPeakBytes: peakBytes(),
      oomKills: figure('memory.events', 'oom_kill'),
    }),
    async close() {
      if (isClosed) return;
      isClosed = true;
      while (figure('cgroup.events', 'populated') > 0) {
        for (const pid of read('cgroup.procs').split('\n')) if (pid !== '') end(Number(pid));
        await sleep(10);
      }
      rmdirSync(group);
    },
  };
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    // It ended by itself meanwhile.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function ignoreMissing(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
}
