// Owns who started whom among the processes of this machine, as Linux tells it in /proc; elsewhere nobody has children.
import { readFileSync, readdirSync } from 'node:fs';

/** Started by the process itself and not yet gone. */
export function childrenOf(pid: number): number[] {
  return processes().filter((one) => parentOf(one) === pid);
}

/** With the children of children. */
export function descendants(pid: number): number[] {
  const parents = processes().map((id) => ({ id, parent: parentOf(id) }));
  const below = (id: number): number[] =>
    parents
      .filter(({ parent }) => parent === id)
      .flatMap((child) => [child.id, ...below(child.id)]);
  return below(pid);
}

function processes(): number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
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
