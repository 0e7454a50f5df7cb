// Owns the reading of a server's /metrics, and the question whether a burst has left anything in it.
import assert from 'node:assert/strict';

import { parseSamples } from '../../src/validate/samples.ts';
import type { Samples } from '../../src/validate/samples.ts';
import { eventually } from './eventually.ts';

export type Gauges = Samples;

/** By name with labels, as it stands in the text. */
export async function gaugesOf(origin: string): Promise<Gauges> {
  return parseSamples(await (await fetch(`${origin}/metrics`)).text());
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
