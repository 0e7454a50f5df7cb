// Owns starting a peer: its files written into a folder of its own, its program run on a free port, and what ends it.
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { provideNode } from '../../dev/node.ts';
import { AppError } from '../../src/errors.ts';
import type { ReleaseStack } from '../../src/lib/release-stack.ts';
import { stopped } from '../child-process.ts';
import type { BenchServer } from '../child-process.ts';
import { HOST, accepting, freePort } from '../free-port.ts';
import { installPeer } from './install.ts';
import type { Installing } from './install.ts';
import { databaseValues, fill } from './server-file.ts';
import type { ServerFile, Values } from './server-file.ts';

/** Ready to be run, over HTTP or stdio. */
export interface Peer {
  readonly file: ServerFile;
  readonly command: string;
  /** Before its own. */
  readonly before: readonly string[];
  readonly values: Values;
}

export interface StdioCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export async function preparePeer(
  file: ServerFile,
  { databaseUrl, pool }: { readonly databaseUrl: string; readonly pool: number },
  { releases, ...installing }: Installing & { readonly releases: ReleaseStack },
): Promise<Peer> {
  const home = await installPeer(file, installing);
  const folder = await mkdtemp(join(tmpdir(), 'askonce-peer-'));
  releases.push('folder of a peer', () => rm(folder, { recursive: true, force: true }));
  const values = {
    ...databaseValues(databaseUrl),
    folder,
    pool: `${pool}`,
    platform: process.platform,
    processor: process.arch,
  };
  for (const [name, lines] of Object.entries(file.files)) {
    await writeFile(join(folder, name), `${fill(lines.join('\n'), values)}\n`, { mode: 0o600 });
  }
  const program = join(home, fill(file.program, values));
  if (file.node === undefined) return { file, command: program, before: [], values };
  const node = await provideNode({ major: file.node, ...installing });
  return { file, command: node, before: [program], values };
}

export function stdioCommand({ file, command, before, values }: Peer): StdioCommand | null {
  if (file.stdio_args === undefined) return null;
  const args = [...before, ...file.stdio_args.map((arg) => fill(arg, values))];
  return { command, args, env: file.env };
}

/** @throws AppError INPUT_INVALID where it does not come up, with the last that it said. */
export async function startPeer({ file, command, before, values }: Peer): Promise<BenchServer> {
  const port = await freePort();
  const args = file.args.map((arg) => fill(arg, { ...values, port: `${port}` }));
  const child = spawn(command, [...before, ...args], {
    env: { ...process.env, ...file.env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (piece: Buffer) => (said = (said + piece.toString()).slice(-2000)));
  const failed = new Promise<never>((_, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`it ended with ${code}: ${said}`)));
  });
  failed.catch(() => undefined);
  try {
    await Promise.race([failed, accepting(port)]);
  } catch (cause) {
    // A program that is not there has made no process.
    if (child.pid !== undefined) await stopped(child);
    throw new AppError('INPUT_INVALID', `${file.package} did not start: ${String(cause)}`, {
      cause,
    });
  }
  return {
    url: `http://${HOST}:${port}${file.path}`,
    pid: child.pid!,
    stop: () => stopped(child),
  };
}
