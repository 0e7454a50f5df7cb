// Owns the rule that one process at a time prepares or starts a server: a file that is made only if it
// is not there, kept young while it is held, and taken over when its holder has died.
import { link, open, rename, rm, stat, utimes } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

const REFRESH_MS = 2_000;
const STALE_MS = 10_000;
const POLL_MS = 100;

export interface LockOptions {
  readonly signal: AbortSignal;
  /** Called once when another process holds the lock. */
  readonly waiting?: () => void;
}

export async function withLock<T>(
  path: string,
  options: LockOptions,
  work: () => Promise<T>,
): Promise<T> {
  await acquire(path, options);
  const refresh = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => {});
  }, REFRESH_MS);
  try {
    return await work();
  } finally {
    clearInterval(refresh);
    await rm(path, { force: true });
  }
}

async function acquire(path: string, options: LockOptions): Promise<void> {
  let told = false;
  while (!(await created(path))) {
    if (await isStale(path)) {
      await takeAway(path);
      continue;
    }
    if (!told) options.waiting?.();
    told = true;
    await pause(POLL_MS, undefined, { signal: options.signal });
  }
}

async function created(path: string): Promise<boolean> {
  try {
    await (await open(path, 'wx')).close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function isStale(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  return found !== null && Date.now() - found.mtimeMs > STALE_MS;
}

/** Two may find it stale at once: the slower one must put back what the quicker one has made anew. */
async function takeAway(path: string): Promise<void> {
  const aside = `${path}.${process.pid}`;
  try {
    await rename(path, aside);
  } catch {
    return;
  }
  if (!(await isStale(aside))) await link(aside, path).catch(() => {});
  await rm(aside, { force: true });
}
