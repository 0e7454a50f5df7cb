// Owns where the peers come from: npm, at their pinned versions, once, into a folder of this machine's cache. They are
// no dependencies of askonce, and no script of theirs runs.
import { access, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { cacheFolder } from '../../dev/cache-folder.ts';
import { installPackages } from '../../dev/npm.ts';
import { withLock } from '../../dev/postgres/lock.ts';
import { AppError } from '../../src/errors.ts';
import type { ServerFile } from './server-file.ts';

export interface Installing {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
}

/** Written when all of it is there: what npm was ended in the midst of is begun anew. */
const DONE = 'installed';

/** @returns the folder that it is installed in. @throws AppError INPUT_INVALID where npm cannot fetch it. */
export async function installPeer(
  { package: name, version }: ServerFile,
  { env, progress, signal }: Installing,
): Promise<string> {
  const exact = `${name}@${version}`;
  const folder = join(cacheFolder(env), 'peers', exact.replaceAll('/', '-'));
  const isThere = (): Promise<boolean> => exists(join(folder, DONE));
  if (await isThere()) return folder;
  await mkdir(folder, { recursive: true });
  return await withLock(join(folder, 'lock'), { signal }, async () => {
    if (await isThere()) return folder;
    progress(`fetching ${exact} from npm, once`);
    try {
      await installPackages(folder, ['--no-save', '--no-package-lock', exact]);
    } catch (cause) {
      throw new AppError('INPUT_INVALID', `npm cannot fetch ${exact}: ${messageOf(cause)}`, {
        cause,
        hint: 'The first run needs the registry; later ones find it in the cache. --only askonce,bare measures without peers.',
      });
    }
    await writeFile(join(folder, DONE), `${exact}\n`);
    return folder;
  });
}

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
