// Owns the build of the console: its sources become the static files that the server has under /admin/.
// Run after the compiler has checked the types; of what it writes nothing is loaded from elsewhere.
import { copyFile, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

const here = fileURLToPath(new URL('.', import.meta.url));
const out = fileURLToPath(new URL('../dist/console', import.meta.url));

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
await build({
  entryPoints: ['src/main.tsx', 'styles/app.css'].map((path) => ({
    in: join(here, path),
    out: 'app',
  })),
  outdir: out,
  bundle: true,
  minify: true,
  // What formats statements is as large as all the rest: it is loaded by the first page that shows one.
  splitting: true,
  format: 'esm',
  target: 'es2023',
  tsconfig: join(here, 'tsconfig.json'),
  legalComments: 'eof',
  logLevel: 'warning',
});
await copyFile(join(here, 'index.html'), join(out, 'index.html'));
