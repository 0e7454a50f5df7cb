// Owns what tests of the package as it ships have in common: a folder that is gone afterwards, and a registry that may
// be out of reach, which only a machine that checks for others takes for a fault.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

const OUT_OF_REACH = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENOTCACHED|ENETUNREACH/;

export async function scratchFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'askonce-package-'));
  t.after(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

/** @returns null, and the test is skipped, where the registry cannot be asked for what npm has not fetched yet. */
export async function fromRegistry<Result>(
  t: TestContext,
  install: () => Promise<Result>,
): Promise<Result | null> {
  try {
    return await install();
  } catch (error) {
    if (process.env['CI'] || !OUT_OF_REACH.test(String(error))) throw error;
    t.skip(`npm cannot reach its registry: ${String(error)}`);
    return null;
  }
}
