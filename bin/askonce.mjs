#!/usr/bin/env node
// The `askonce` command. In a source checkout it compiles first when the sources are newer than the
// build, then runs the program in this very process, so that signals and exit codes are its own.
// Everything the compiler says goes to stderr: stdout may be carrying the MCP protocol.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const program = join(root, 'dist/src/main.js');
const compiler = join(root, 'node_modules/typescript/bin/tsc');

function newest(dir) {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((latest, e) => Math.max(latest, statSync(join(e.parentPath, e.name)).mtimeMs), 0);
}

const sources = ['src', 'dev', 'console'].map((name) => join(root, name)).filter(existsSync);
const built = existsSync(program) ? statSync(program).mtimeMs : 0;
const stale = existsSync(compiler) && sources.some((dir) => newest(dir) > built);
if (stale) {
  const { status } = spawnSync(process.execPath, [compiler, '-p', join(root, 'tsconfig.json')], {
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) process.exit(status ?? 1);
  await import('../console/build.mjs');
}
if (!existsSync(program)) {
  process.stderr.write('askonce is not built. Run `npm install`, then `npm run build`.\n');
  process.exit(1);
}
process.setSourceMapsEnabled(true);
await import('../dist/src/main.js');
