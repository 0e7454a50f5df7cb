// Owns telling how busy this process itself was: a generator at its limit measures nothing but itself.
import { rounded } from '../figures.ts';

/** @returns the share of one core since then. */
export function createBusyness(): () => number {
  const cpu = process.cpuUsage();
  const started = performance.now();
  return () => {
    const { user, system } = process.cpuUsage(cpu);
    return rounded((user + system) / 1000 / (performance.now() - started));
  };
}
