// Owns where promtool comes from, which checks the rules of deploy/prometheus: the one of this machine, else the one
// of Debian's package, unpacked into a folder of ours. Nothing is installed, and no Prometheus runs.
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { cacheFolder } from './cache-folder.ts';
import { run, succeeds } from './postgres/command.ts';
import { withLock } from './postgres/lock.ts';

const PACKAGE = 'prometheus';
const FETCH_TIMEOUT_MS = 240_000;

export interface PromtoolWanted {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
}

/** @returns the path of its program. @throws Error with the reason why there is none. */
export async function providePromtool({ env, signal, progress }: PromtoolWanted): Promise<string> {
  const runs = (program: string): Promise<boolean> => succeeds(program, ['--version'], { signal });
  if (await runs('promtool')) return 'promtool';
  const folder = join(cacheFolder(env), 'promtool');
  const program = join(folder, 'promtool');
  if (await runs(program)) return program;
  await mkdir(folder, { recursive: true });
  return await withLock(join(folder, 'lock'), { signal }, async () => {
    if (await runs(program)) return program;
    progress("fetching promtool from Debian's package, once (19 MB)");
    await unpack(program, signal);
    if (!(await runs(program))) throw new Error(`the package ${PACKAGE} has no promtool that runs`);
    return program;
  });
}

async function unpack(program: string, signal: AbortSignal): Promise<void> {
  const options = { signal, timeoutMs: FETCH_TIMEOUT_MS };
  const part = `${program}.part`;
  await rm(part, { recursive: true, force: true });
  await mkdir(part);
  const download = (): Promise<string> =>
    run('apt-get', ['download', PACKAGE], { ...options, cwd: part });
  // A machine that is new has no lists yet.
  await download().catch(async () => {
    await succeeds('apt-get', ['update'], options);
    await download();
  });
  const file = (await readdir(part)).find((name) => name.endsWith('.deb'));
  if (file === undefined) throw new Error(`apt-get download ${PACKAGE} left no package`);
  await run('dpkg-deb', ['-x', join(part, file), part], options);
  await rename(join(part, 'usr/bin/promtool'), program);
  await rm(part, { recursive: true });
}
