// Owns the memory of a process over a time: what it held at the beginning, and at most; Linux only.
import { residentKib } from './resident.ts';

export interface MemoryFigures {
  readonly before_mib: number;
  readonly peak_mib: number;
  readonly growth_mib: number;
}

const EVERY_MS = 20;

export function watchMemory(pid: number): () => MemoryFigures {
  const before = residentOf(pid);
  let peak = before;
  const timer = setInterval(() => {
    peak = Math.max(peak, residentOf(pid));
  }, EVERY_MS);
  return () => {
    clearInterval(timer);
    return { before_mib: before, peak_mib: peak, growth_mib: peak - before };
  };
}

function residentOf(pid: number): number {
  return Math.round(residentKib(pid) / 1024);
}
