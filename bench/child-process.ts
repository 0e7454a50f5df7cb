// Owns the helpers of a benchmark that run beside it: servers that print their port, workers that are sent
// jobs; and the processor time that any process has taken.
import { fork, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface BenchServer {
  readonly url: string;
  readonly pid: number;
  readonly stop: () => Promise<void>;
}

export interface BenchWorker<Job, Figures> {
  run(job: Job): Promise<Figures>;
  readonly stop: () => Promise<void>;
}

/** A file of bench/ that listens on a free port and prints it. */
export async function startBenchServer(
  root: string,
  file: string,
  args: readonly string[],
): Promise<BenchServer> {
  const child = spawn(process.execPath, [join(root, 'dist/bench', file), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await Promise.race([
    once(child.stdout, 'data'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`${file} ended with ${code}`))),
  ])) as [Buffer];
  const url = `http://127.0.0.1:${line.toString().trim()}/mcp`;
  return { url, pid: child.pid!, stop: () => stopped(child) };
}

/** A file of bench/ that answers each message with `{ figures }` or `{ error }`. */
export function startBenchWorker<Job extends object, Figures>(
  root: string,
  file: string,
): BenchWorker<Job, Figures> {
  const child = fork(join(root, 'dist/bench', file), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  return {
    async run(job) {
      child.send(job);
      const [said] = (await once(child, 'message')) as [{ figures?: Figures; error?: string }];
      if (said.figures === undefined) throw new Error(`${file}: ${said.error}`);
      return said.figures;
    },
    stop: () => stopped(child),
  };
}

export async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}

/** Linux counts processor time in hundredths of a second. */
const MICROSECONDS_PER_TICK = 10_000;

/** User and system time of a process and its threads so far, in microseconds; Linux only. */
export function processorMicroseconds(pid: number): number {
  return ticksOf(readFileSync(`/proc/${pid}/stat`, 'utf8')) * MICROSECONDS_PER_TICK;
}

/** The name, in brackets, may hold spaces and brackets: what is counted stands behind the last one. */
export function ticksOf(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}
