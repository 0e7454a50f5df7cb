// Owns what processes take: processor time and the most memory of a server with all below it, the processor time of what
// runs for it in PostgreSQL, and what everybody else on the machine took meanwhile. Linux only.
import { readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';

import { Client } from 'pg';

import { processorMicroseconds } from '../child-process.ts';
import { descendants } from '../../src/lib/process-tree.ts';

export interface Taken {
  readonly peak_mib: number;
  readonly server_cpu_ms: number;
  /** Null where PostgreSQL runs elsewhere. */
  readonly database_cpu_ms: number | null;
  /** Of all cores, in milliseconds; the load included. */
  readonly machine_cpu_ms: number;
}

export interface Watching {
  stop(): Promise<Taken>;
}

const KIB_PER_MIB = 1024;
const US_PER_MS = 1000;

/** @param databases By name: those that only the measured server works in, while it is measured. */
export async function watchProcesses(
  pids: readonly number[],
  {
    databaseUrl,
    databases,
  }: { readonly databaseUrl: string; readonly databases: readonly string[] },
): Promise<Watching> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  const all = pids.flatMap((pid) => [pid, ...descendants(pid)]);
  for (const pid of all) forgetPeak(pid);
  const server = processorTimes(all);
  const database = processorTimes(await backendsOf(client, databases));
  const machine = machineBusyMs();
  return {
    async stop() {
      const machineAfter = machineBusyMs();
      const serverAfter = processorTimes(all);
      const databaseAfter = processorTimes(await backendsOf(client, databases));
      await client.end();
      return {
        peak_mib: Math.round(all.reduce((sum, pid) => sum + peakKib(pid), 0) / KIB_PER_MIB),
        server_cpu_ms: grown(server, serverAfter),
        database_cpu_ms: databaseAfter.size === 0 ? null : grown(database, databaseAfter),
        machine_cpu_ms: machineAfter - machine,
      };
    },
  };
}

/** From here on, the highest that Linux tells is that of the time since. */
export function forgetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

export function peakKib(pid: number): number {
  return Number(/^VmHWM:\s+(\d+)/m.exec(statusOf(pid))?.[1] ?? 0);
}

function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    // It has ended.
    return '';
  }
}

type Times = ReadonlyMap<number, number>;

/** In microseconds; without those that have ended. */
function processorTimes(pids: readonly number[]): Times {
  return new Map(
    pids.flatMap((pid) => {
      try {
        return [[pid, processorMicroseconds(pid)] as const];
      } catch {
        return [];
      }
    }),
  );
}

/** Who has come since counts from nothing; what those took who have gone is lost. */
function grown(before: Times, after: Times): number {
  const us = [...after].reduce((sum, [pid, time]) => sum + time - (before.get(pid) ?? 0), 0);
  return us / US_PER_MS;
}

/** Processes of PostgreSQL on this machine that work in these databases. */
async function backendsOf(client: Client, databases: readonly string[]): Promise<number[]> {
  const { rows } = await client.query<{ pid: number }>(
    'SELECT pid FROM pg_stat_activity WHERE datname = ANY ($1) AND pid <> pg_backend_pid()',
    [databases],
  );
  return rows.map(({ pid }) => pid).filter(isPostgres);
}

function isPostgres(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('postgres');
  } catch {
    return false;
  }
}

function machineBusyMs(): number {
  return os
    .cpus()
    .reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0);
}
