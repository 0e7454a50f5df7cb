// Owns where the development servers live on this machine and how their progress is shown: on stderr,
// so that stdout stays for what other programs read.
import { homedir } from 'node:os';
import { join } from 'node:path';

import type { Surroundings } from './strategy.ts';

export function localSurroundings(env: Surroundings['env'], signal: AbortSignal): Surroundings {
  const cache = env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  return {
    folder: join(cache, 'askonce', 'postgres'),
    env,
    signal,
    progress: (line) => process.stderr.write(`postgres: ${line}\n`),
  };
}
