// Owns how much memory a process holds, as Linux says it.
import { readFileSync } from 'node:fs';

/** 0 where the system does not say it. @throws where there is no such process, or no such system. */
export function residentKib(pid: number): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
}
