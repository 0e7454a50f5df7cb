// Owns waiting for what becomes true by itself: a test never waits for a time, only for a fact.
import { setTimeout as sleep } from 'node:timers/promises';

/** The limit only ends a test that has failed. */
export async function eventually(what: string, isTrue: () => Promise<boolean> | boolean) {
  const deadline = performance.now() + 20_000;
  while (performance.now() < deadline) {
    if (await isTrue()) return;
    await sleep(20);
  }
  throw new Error(`never happened: ${what}`);
}
