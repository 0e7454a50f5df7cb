// Owns `npm run bundle [-- TARGET]`: a bundle for this machine, or for machines of another kind.
import { fileURLToPath } from 'node:url';

import { buildBundle } from './build.ts';
import { targetOf } from './targets.ts';

/** compiled to dist/dev/bundle/cli.js */
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

try {
  const target = targetOf(process.argv[2] ?? `${process.platform}-${process.arch}`);
  process.stdout.write(`${await buildBundle({ root: ROOT, target, into: process.cwd() })}\n`);
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
