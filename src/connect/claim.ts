// Owns which window may start the server: a file that names the process at work, first the bridge and
// then the server it started, so that a window that closes meanwhile does not make the next one start a
// second server. Knows nothing of how a server is started.
import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';

export interface Claim {
  /** From now on the claim stands for as long as that process lives. */
  handTo(pid: number): Promise<void>;
  release(): Promise<void>;
}

export interface ClaimOptions {
  readonly path: string;
  /** A claim older than this is nobody's: its pid may belong to another program by now. */
  readonly maxAgeMs: number;
}

/**
 * Null while a living process holds the claim. Two windows that find the same dead claim in the same
 * instant may both get it: then two servers start, and the port decides.
 */
export async function claimStart({ path, maxAgeMs }: ClaimOptions): Promise<Claim | null> {
  const draft = `${path}.${randomUUID()}`;
  const found = await look(path, maxAgeMs);
  if (found === 'held') return null;
  // Never where none was seen: another window may have made its claim meanwhile.
  if (found === 'dead') await rm(path, { force: true });
  await writeFile(draft, String(process.pid));
  try {
    // Appears with its content, and only where none stands.
    await link(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return null;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
  return {
    async handTo(pid) {
      await writeFile(draft, String(pid));
      await rename(draft, path);
    },
    release: () => rm(path, { force: true }),
  };
}

async function look(path: string, maxAgeMs: number): Promise<'none' | 'held' | 'dead'> {
  try {
    const { mtimeMs } = await stat(path);
    const pid = Number(await readFile(path, 'utf8'));
    const isHeld = Date.now() - mtimeMs < maxAgeMs && pid > 0 && isRunning(pid);
    return isHeld ? 'held' : 'dead';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'none';
    throw error;
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
