// Owns the build's context: the files of a folder that .dockerignore leaves, as a builder is handed them.
import { cp, mkdir, readFile, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import dockerignore from '@balena/dockerignore';

/** @returns Paths of files within the folder. */
export async function contextFiles(root: string): Promise<readonly string[]> {
  const text = await readFile(join(root, '.dockerignore'), 'utf8');
  const rules = dockerignore.default().add(text);
  const kept = text.split('\n').filter((line) => line.startsWith('!'));
  /** Something below it may be taken back in. */
  const mayHold = (folder: string): boolean =>
    kept.some((line) => line.slice(1).startsWith(`${folder}/`));

  async function filesBelow(folder: string): Promise<string[]> {
    const entries = await readdir(join(root, folder), { withFileTypes: true });
    const found = await Promise.all(
      entries.map(async (entry) => {
        const path = join(folder, entry.name);
        const isKept = !rules.ignores(path);
        if (!entry.isDirectory()) return isKept ? [path] : [];
        return isKept || mayHold(path) ? await filesBelow(path) : [];
      }),
    );
    return found.flat();
  }

  return await filesBelow('');
}

export async function copyContext(root: string, into: string): Promise<void> {
  for (const path of await contextFiles(root)) {
    const target = join(into, path);
    await mkdir(dirname(target), { recursive: true });
    await cp(join(root, path), target);
  }
}
