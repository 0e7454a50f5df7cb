// Owns askonce with the fixtures of the conformance suite, as a program: all else is put together as it is for
// everybody, so that the suite speaks with leased sessions behind the HTTP server of production.
import { fileURLToPath } from 'node:url';

import { createApp } from '../../../src/app.ts';
import { readConfig } from '../../../src/config.ts';
import { createLogger } from '../../../src/logger.ts';
import { welcome } from '../../../src/welcome.ts';
import { offerFixtures } from './offer.ts';

/** compiled to dist/test/support/conformance/server.js */
const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));
const DRAIN_MS = 1000;

const config = readConfig({ env: process.env, cwd: process.cwd(), root: ROOT });
const app = await createApp({
  config,
  logger: createLogger(config.LOG_LEVEL),
  version: '0.0.0-conformance',
  onProgress: (line) => process.stderr.write(`${line}\n`),
  extendSession: offerFixtures,
});
process.once('SIGTERM', () => void app.close(DRAIN_MS));
process.stderr.write(welcome(config, app.port));
