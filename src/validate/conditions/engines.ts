// Owns finding the embedded databases of a server that was started here: they are processes below it, and what ends one
// is what a restart of a database is to the server. Linux only.
import { readdirSync, readlinkSync } from 'node:fs';

import { childrenOf } from '../../lib/process-tree.ts';

/** @returns null where there is none, or it cannot be told. */
export function embeddedEngine(serverPid: number, name: 'shop' | 'cache'): number | null {
  return childrenOf(serverPid).find((pid) => holds(pid, `/${name}/`)) ?? null;
}

/** Of the files that it holds open: a database is its files. */
function holds(pid: number, folder: string): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => {
      try {
        return readlinkSync(`/proc/${pid}/fd/${fd}`).includes(folder);
      } catch {
        return false;
      }
    });
  } catch {
    return false;
  }
}
