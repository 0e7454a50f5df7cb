// Owns which Node runs a server that is started from here. Within a desktop program this very process may be a helper of
// it, which is no Node to whoever starts it again, and which loads no native libraries but its own.
import { execFile } from 'node:child_process';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

import { AppError } from '../errors.ts';

export interface NodeProgramOptions {
  /** Of this process. */
  readonly execPath: string;
  /** Whether that is Node itself. */
  readonly isNode: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Searched after PATH, which a program that was not started from a shell has little of. */
  readonly usualFolders: readonly string[];
}

/** What package.json asks for, too. */
const LEAST_MAJOR = 20;
const PROBE_MS = 5000;

/**
 * @returns the path of its executable
 * @throws AppError CONFIG_INVALID where none is found, with what to do.
 */
export async function nodeProgram(options: NodeProgramOptions): Promise<string> {
  const { execPath, isNode, env, usualFolders } = options;
  if (isNode) return execPath;
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  for (const folder of new Set([...folders, ...usualFolders])) {
    const program = join(folder, name);
    if ((await majorOf(program)) >= LEAST_MAJOR) return program;
  }
  throw new AppError('CONFIG_INVALID', 'No Node.js was found that can run the askonce server.', {
    hint: `Install Node.js ${LEAST_MAJOR} or newer from nodejs.org and start this program again.`,
  });
}

/** Where installers put it. */
export function usualNodeFolders(env: NodeProgramOptions['env']): string[] {
  if (process.platform === 'win32') {
    return [join(env['ProgramFiles'] ?? String.raw`C:\Program Files`, 'nodejs')];
  }
  const ofUser = ['.volta/bin', '.local/share/mise/shims', '.asdf/shims', '.local/bin'];
  return [
    '/opt/homebrew/bin',
    '/usr/local/bin',
    '/usr/bin',
    ...ofUser.map((folder) => join(homedir(), folder)),
  ];
}

/** 0 where there is none. */
async function majorOf(program: string): Promise<number> {
  try {
    const { stdout } = await promisify(execFile)(program, ['--version'], { timeout: PROBE_MS });
    return Number(/^v(\d+)\./.exec(stdout)?.[1] ?? 0);
  } catch {
    return 0;
  }
}
