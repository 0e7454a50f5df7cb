// Owns the reading of a server's /metrics, and the question whether a burst has left anything in it.
import assert from 'node:assert/strict';

import { eventually } from './eventually.ts';

export type Gauges = ReadonlyMap<string, number>;

/** By name with labels, as it stands in the text. */
export async function gaugesOf(origin: string): Promise<Gauges> {
  const text = await (await fetch(`${origin}/metrics`)).text();
  const lines = text.matchAll(/^([a-z_]+(?:\{[^}]*\})?) (\S+)$/gm);
  return new Map([...lines].map(([, name = '', value]) => [name, Number(value)]));
}

/** What is zero when nobody is served. */
const BUSY = [
  'askonce_session_pool_utilization_ratio',
  'askonce_session_pool_waiting',
  'askonce_db_pool_connections{state="busy"}',
  'askonce_db_pool_connections{state="waiting"}',
  'askonce_large_results{state="reading"}',
  'askonce_large_results{state="waiting"}',
] as const;

export async function untilAtRest(origin: string): Promise<void> {
  let busy: string[] = [];
  await eventually('nobody is served any more', async () => {
    const gauges = await gaugesOf(origin);
    busy = BUSY.filter((name) => gauges.get(name) !== 0);
    return busy.length === 0;
  }).catch((cause: unknown) => assert.fail(`${String(cause)}: ${busy.join(', ')}`));
}
