// Owns where the development servers live on this machine and how their progress is shown: on stderr,
// so that stdout stays for what other programs read.
import { join } from 'node:path';

import { cacheFolder } from '../cache-folder.ts';
import type { Surroundings } from './strategy.ts';

export function localSurroundings(env: Surroundings['env'], signal: AbortSignal): Surroundings {
  return {
    folder: join(cacheFolder(env), 'postgres'),
    env,
    signal,
    progress: (line) => process.stderr.write(`postgres: ${line}\n`),
  };
}
