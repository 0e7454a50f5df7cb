// Owns three replicas of one deployment, each at an address that it keeps when it is started again.
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';

import { startAskonce } from './askonce.ts';
import type { Askonce, Environment } from './askonce.ts';
import { eventually } from './eventually.ts';
import { gaugesOf } from './gauges.ts';
import { freePort } from './started-server.ts';

export interface Replica {
  readonly origin: string;
  readonly url: string;
  /** The process that stands there now. */
  process(): Askonce;
  /** Behind the end of the one before. */
  start(): Promise<void>;
}

const COUNT = 3;

export async function replicasOf(t: TestContext, env: Environment): Promise<Replica[]> {
  const ports = await Promise.all(Array.from({ length: COUNT }, () => freePort()));
  assert.equal(new Set(ports).size, COUNT);
  return await Promise.all(
    ports.map(async (port) => {
      const start = (): Promise<Askonce> => startAskonce(t, { ...env, PORT: String(port) });
      let process = await start();
      const { origin, url } = process;
      return {
        origin,
        url,
        process: () => process,
        async start() {
          process = await start();
        },
      };
    }),
  );
}

/** Each knows of the others, and keeps to its part. */
export async function untilShared(replicas: readonly Replica[]): Promise<void> {
  await eventually('each counts all', () =>
    replicas.every((replica) => /"live":3\b/.test(replica.process().log())),
  );
}

/** Of all of them, one beside the other. */
export async function gaugeOfEach(
  replicas: readonly Replica[],
  name: string,
): Promise<Array<number | undefined>> {
  return await Promise.all(replicas.map(async ({ origin }) => (await gaugesOf(origin)).get(name)));
}
