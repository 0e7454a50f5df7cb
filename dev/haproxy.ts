// Owns an HAProxy in front of replicas, for the time of one test: with the very settings that are shipped, and all that
// a deployment sets in its environment.
import { randomBytes } from 'node:crypto';
import { chown, copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { freePort } from './postgres/cluster.ts';
import { findProgram, launchProgram } from './postgres/program.ts';
import type { Surroundings } from './postgres/strategy.ts';

export interface Haproxy {
  /** Where clients come in. */
  readonly origin: string;
  /** Where it tells how it goes. */
  readonly watch: string;
  stop(): Promise<void>;
}

export interface HaproxyOptions {
  readonly surroundings: Surroundings;
  readonly settings: string;
  /** Names in the settings; PROXY_BIND and PROXY_WATCH are added. */
  readonly env: Readonly<Record<string, string>>;
}

const PROGRAM = { name: 'haproxy', runsAsRoot: true };
const READY_TIMEOUT_MS = 10_000;
const POLL_MS = 20;

/** Null where there is none and none can be had. */
export async function startHaproxy(options: HaproxyOptions): Promise<Haproxy | null> {
  const place = await findProgram(PROGRAM, options.surroundings);
  if (place === null) return null;
  const home = join(place.base, `askonce-haproxy-${randomBytes(6).toString('hex')}`);
  const folder = join(place.root, home);
  await mkdir(folder, { mode: 0o700 });
  await copyFile(options.settings, join(folder, 'haproxy.cfg'));
  if (place.owner)
    for (const name of ['', 'haproxy.cfg'])
      await chown(join(folder, name), place.owner.uid, place.owner.gid);
  const [origin, watch] = [await freePort(), await freePort()].map((port) => `127.0.0.1:${port}`);
  const env = { ...options.env, PROXY_BIND: origin!, PROXY_WATCH: watch! };
  const args = ['-db', '-f', join(home, 'haproxy.cfg')];
  const proxy = launchProgram(place, { args, env, folder });
  const isUp = async (): Promise<boolean> =>
    await fetch(`http://${watch}/stats`).then(
      ({ ok }) => ok,
      () => false,
    );
  const deadline = performance.now() + READY_TIMEOUT_MS;
  while (!(await isUp())) {
    if (proxy.hasEnded || performance.now() > deadline) {
      await proxy.stop();
      throw new Error(`HAProxy did not start:\n${proxy.log()}`);
    }
    await sleep(POLL_MS);
  }
  return { origin: `http://${origin}`, watch: `http://${watch}`, stop: () => proxy.stop() };
}
