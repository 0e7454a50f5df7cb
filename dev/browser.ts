// Owns the browser that the console is tested and pictured with: one that is installed, else Debian's package of
// it where root runs this.
import { access } from 'node:fs/promises';

import { AppError } from '../src/errors.ts';
import { install, refreshLists } from './postgres/apt.ts';
import type { Surroundings } from './postgres/strategy.ts';

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];
const PACKAGE = 'chromium';

/** Path of a Chromium; null where none is known. */
export async function findBrowser(env: Surroundings['env']): Promise<string | null> {
  const given = env['TEST_BROWSER'];
  if (given) return given;
  for (const place of PLACES) if (await exists(place)) return place;
  return null;
}

/** @throws AppError NOT_FOUND where there is none and none can be installed. */
export async function provideBrowser(surroundings: Surroundings): Promise<string> {
  const found = await findBrowser(surroundings.env);
  if (found !== null) return found;
  if (process.getuid?.() !== 0 || !(await exists('/usr/bin/apt-get'))) throw noBrowser();
  surroundings.progress(`installing ${PACKAGE}`);
  await refreshLists(surroundings);
  const fault = await install(PACKAGE, surroundings).then(
    () => null,
    (error: unknown) => error,
  );
  surroundings.signal.throwIfAborted();
  const installed = await findBrowser(surroundings.env);
  if (installed === null) throw noBrowser(fault);
  return installed;
}

const noBrowser = (cause?: unknown): AppError =>
  new AppError('NOT_FOUND', 'There is no Chromium for the tests of the console.', {
    cause,
    hint: 'Install one, or set TEST_BROWSER to its path.',
  });

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
