// Owns how full the memory of this process is: what it may have is the container's limit, or the machine's, for
// all of it, and V8's for the heap.
import { totalmem } from 'node:os';
import { memoryUsage } from 'node:process';
import { getHeapStatistics } from 'node:v8';

/** @returns a reader of the share that is in use, 0 to 1, of whichever of the two is fuller. */
export function createMemoryUse(): () => number {
  // 0 or more than there is where no limit is set.
  const limit = Math.min(process.constrainedMemory() || Infinity, totalmem());
  const { heap_size_limit: heapLimit } = getHeapStatistics();
  return () => {
    const { rss, heapUsed } = memoryUsage();
    return Math.max(rss / limit, heapUsed / heapLimit);
  };
}
