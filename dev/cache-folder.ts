// Owns where this machine keeps what development fetches once.
import { homedir } from 'node:os';
import { join } from 'node:path';

export function cacheFolder(env: Readonly<Record<string, string | undefined>>): string {
  return join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'askonce');
}
