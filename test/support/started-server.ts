// Owns finding the server that `askonce connect` has left running: the lock of its data folder names it.
import { readFile, readdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

export async function serverPid(dataDir: string): Promise<number> {
  const folder = join(dataDir, 'cache');
  const lock = (await readdir(folder)).find((name) => name.startsWith('lock.'));
  const holder = JSON.parse(await readFile(join(folder, lock ?? '', 'holder.json'), 'utf8')) as {
    serverPid: number;
  };
  return holder.serverPid;
}

/** Nobody listens there now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
