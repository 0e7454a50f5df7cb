// askonce with one of its stages slowed by a share of what it takes, told by messages while it runs: what a comparison of
// two versions has to find. Says where it is like `askonce serve`.
import { fileURLToPath } from 'node:url';

import { createApp } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import { createLogger } from '../src/logger.ts';
import { NO_TRACE, NO_TRACING } from '../src/tracing.ts';
import type { StageName, Trace, Tracing } from '../src/tracing.ts';

export interface Slowing {
  /** Null for none; 'call' for what no stage is told of. */
  readonly stage: StageName | 'call' | null;
  readonly share: number;
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

let slowing: Slowing = { stage: null, share: 0 };
process.on('message', (message: Slowing) => {
  slowing = message;
  process.send!('slowed');
});

/** As work does that was added to it: the processor is taken, nobody else gets on. */
function slow(name: StageName | 'call', began: number): void {
  if (slowing.stage !== name) return;
  const until = performance.now() + slowing.share * (performance.now() - began);
  while (performance.now() < until);
}

function begun(): Trace {
  const began = performance.now();
  return {
    ...NO_TRACE,
    stage(name) {
      const stageBegan = performance.now();
      let hasEnded = false;
      return {
        end() {
          if (!hasEnded) slow(name, stageBegan);
          hasEnded = true;
        },
      };
    },
    async during(name, run) {
      const stageBegan = performance.now();
      try {
        return await run();
      } finally {
        slow(name, stageBegan);
      }
    },
    end: () => slow('call', began),
  };
}

const tracing: Tracing = { ...NO_TRACING, isOn: true, begin: begun };

const config = readConfig({ env: process.env, cwd: process.cwd(), root: ROOT });
const app = await createApp({
  config,
  logger: createLogger(config.LOG_LEVEL),
  version: '0.0.0',
  tracing,
  onProgress: () => undefined,
});
process.stderr.write(`askonce is ready at http://127.0.0.1:${app.port}/mcp\n`);
process.once('SIGTERM', () => {
  void app.close(0).then(() => process.exit(0));
});
