// Owns the package as npm makes and installs it.
import { join } from 'node:path';

import { run } from './postgres/command.ts';

const INSTALL_MS = 300_000;
/** No code of a package runs, and what npm has fetched before is not fetched again. */
const INSTALL = 'install --omit=dev --ignore-scripts --prefer-offline --no-audit --no-fund';

/** @returns the path of the tarball. */
export async function packPackage(root: string, into: string): Promise<string> {
  const told = await run('npm', ['pack', root, '--json', '--pack-destination', into]);
  const [packed] = JSON.parse(told) as [{ readonly filename: string }];
  return join(into, packed.filename);
}

/** What the package.json in the folder wants, and nothing that is only for its development. */
export async function installPackages(folder: string, more: readonly string[] = []): Promise<void> {
  const args = [...INSTALL.split(' '), '--prefix', folder, ...more];
  await run('npm', args, { timeoutMs: INSTALL_MS });
}
