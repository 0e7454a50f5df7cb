// Owns an HAProxy of one test in front of three replicas, as deploy/haproxy has it.
import { join } from 'node:path';
import type { TestContext } from 'node:test';

import { startHaproxy } from '../../dev/haproxy.ts';
import { localSurroundings } from '../../dev/postgres/surroundings.ts';
import { ROOT } from './askonce.ts';
import type { Environment } from './askonce.ts';
import { eventually } from './eventually.ts';

export interface Proxy {
  /** Of /mcp, through it. */
  readonly url: string;
  readonly origin: string;
  /** The replica that stands there is asked, or is not. */
  until(at: number, status: 'UP' | 'DOWN'): Promise<void>;
  /** What was sent to one of them, retries among it. */
  sent(at: number): Promise<number>;
}

/** Null, and the test is skipped, where there is none. */
export async function proxyOf(
  t: TestContext,
  replicas: readonly string[],
  env: Environment = {},
): Promise<Proxy | null> {
  // On a server that somebody gave, nothing is fetched for its sake.
  const isOurs = process.env['TEST_POSTGRES_STRATEGY'] !== undefined;
  const named = replicas.map((origin, at) => [`REPLICA_${at + 1}`, new URL(origin).host]);
  const proxy = isOurs
    ? await startHaproxy({
        surroundings: localSurroundings(process.env, t.signal),
        settings: join(ROOT, 'deploy/haproxy/haproxy.cfg'),
        env: { ...Object.fromEntries(named), ...env },
      })
    : null;
  if (proxy === null) {
    t.skip('no HAProxy is installed beside the PostgreSQL of the tests');
    return null;
  }
  t.after(() => proxy.stop());
  const { origin, watch } = proxy;
  const backend = env['PROXY_STICKY'] === 'on' ? 'askonce_sticky' : 'askonce';
  const column = async (at: number, name: string): Promise<string> => {
    const text = await (await fetch(`${watch}/stats;csv`)).text();
    const [head, ...rows] = text.replace('# ', '').split('\n');
    const names = head!.split(',');
    const cells = rows
      .map((row) => row.split(','))
      .find(([of, server]) => of === backend && server === `replica-${at + 1}`);
    return cells![names.indexOf(name)]!;
  };
  const until = (at: number, status: string): Promise<void> =>
    eventually(`replica ${at + 1} is ${status}`, async () =>
      (await column(at, 'status')).startsWith(status),
    );
  for (const at of replicas.keys()) await until(at, 'UP');
  return {
    url: `${origin}/mcp`,
    origin,
    until,
    sent: async (at) => Number(await column(at, 'stot')),
  };
}
