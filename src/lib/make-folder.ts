// Owns making a folder with all above it. Step by step: Node's own recursive mkdir never ends where the
// system denies what it has just said, as it does below /proc.
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';

/** For this user alone; one that is there stays as it is. @throws the error of the file system. */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdirUnlessThere(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(path) === path) throw error;
    await makeFolder(dirname(path));
    await mkdirUnlessThere(path);
  }
}

async function mkdirUnlessThere(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
