// Owns `npm run against -- [COMMIT]`: whether the working tree is slower than a commit. Both are built and started at the
// same moment, and measured in turns, stage by stage. For CI: exits with 3 where something is slower.
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { openTaught } from '../bench/taught-server.ts';
import { createProgress } from '../src/cli/progress.ts';
import { ReleaseStack } from '../src/lib/release-stack.ts';
import { compareInterleaved } from '../src/validate/compare/compare.ts';
import { comparisonText } from '../src/validate/compare/comparison-text.ts';
import { interleave } from '../src/validate/compare/interleave.ts';
import { SLOWER } from '../src/validate/on-reports.ts';
import { progressTell } from '../src/validate/progress-tell.ts';
import { run } from './postgres/command.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const DEFAULT_ROUNDS = '400';
const BUILD_MS = 600_000;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: DEFAULT_ROUNDS },
    json: { type: 'boolean', default: false },
  },
});
const [commit = 'HEAD'] = positionals;
const stop = new AbortController();
process.once('SIGINT', () => stop.abort());
const tell = progressTell(
  createProgress({ output: process.stderr, clock: () => performance.now() }),
);
const releases = new ReleaseStack();
try {
  tell.step(`building ${commit}`);
  const base = await built(commit);
  tell.step('starting both, and teaching them');
  const [old, now] = await Promise.all([base, ROOT].map((root) => openTaught({ root }, releases)));
  const rounds = Number(values.rounds);
  const pairs = await interleave(old!, now!, { rounds, signal: stop.signal, tell });
  const comparison = compareInterleaved(pairs);
  process.stdout.write(
    values.json
      ? `${JSON.stringify({ against: commit, ...comparison })}\n`
      : comparisonText(comparison),
  );
  if (comparison.slower.length > 0) process.exitCode = SLOWER;
} finally {
  tell.end();
  await releases.unwind(0);
}

/** @returns the folder of its package. */
async function built(of: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'askonce-against-'));
  const root = join(folder, 'tree');
  const { signal } = stop;
  const inRepository = { cwd: ROOT, signal, timeoutMs: BUILD_MS };
  releases.push('tree', async () => {
    await run('git', ['worktree', 'remove', '--force', root], {
      cwd: ROOT,
      timeoutMs: BUILD_MS,
    }).catch(() => undefined);
    await rm(folder, { recursive: true, force: true });
  });
  await run('git', ['worktree', 'add', '--detach', root, of], inRepository);
  const inTree = { ...inRepository, cwd: root };
  if (await haveSameLocks(root))
    await symlink(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  else await run('npm', ['ci', '--silent'], inTree);
  await run('npx', ['tsc', '-p', 'tsconfig.json'], inTree);
  return root;
}

async function haveSameLocks(root: string): Promise<boolean> {
  const [ours, theirs] = await Promise.all(
    [ROOT, root].map((at) => readFile(join(at, 'package-lock.json'), 'utf8')),
  );
  return ours === theirs;
}
