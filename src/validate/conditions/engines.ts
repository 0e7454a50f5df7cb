// Owns finding the embedded databases of a server that was started here: they are processes below it, and what ends one
// is what a restart of a database is to the server. Linux only.
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';

/** @returns null where there is none, or it cannot be told. */
export function embeddedEngine(serverPid: number, name: 'shop' | 'cache'): number | null {
  try {
    const below = readdirSync('/proc')
      .filter((entry) => /^\d+$/.test(entry))
      .map(Number)
      .filter((pid) => parentOf(pid) === serverPid);
    return below.find((pid) => holds(pid, `/${name}/`)) ?? null;
  } catch {
    return null;
  }
}

function parentOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in brackets, may hold anything.
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return -1;
  }
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
