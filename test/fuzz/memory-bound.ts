// Owns the bound on the memory of what is fuzzed: it may fill its caches, and must not go on growing behind that.
import { Finding } from './fuzzer.ts';

export interface MemoryBound {
  /** @throws Finding when there is far more than there was when all was warm. */
  require(): void;
  figures(): Readonly<Record<string, number>>;
}

const MIB = 1024 * 1024;
/** Rounds, of the driver's settling, in which caches, pools and compiled code fill. */
const WARM_ROUNDS = 5;
const MAX_GROWTH_BYTES = 400 * MIB;

export function createMemoryBound(read: () => number): MemoryBound {
  const first = read();
  let warm = first;
  let last = first;
  let most = first;
  let rounds = 0;
  return {
    require() {
      rounds += 1;
      last = read();
      most = Math.max(most, last);
      if (rounds <= WARM_ROUNDS) warm = Math.max(warm, last);
      else if (last > warm + MAX_GROWTH_BYTES) {
        const mib = Math.round((last - warm) / MIB);
        throw new Finding(`memory has grown by ${mib} MiB since it was warm`, '');
      }
    },
    figures: () => ({
      memory_first_mib: Math.round(first / MIB),
      memory_warm_mib: Math.round(warm / MIB),
      memory_most_mib: Math.round(most / MIB),
      memory_last_mib: Math.round(last / MIB),
    }),
  };
}
