// Owns `askonce cache` as the end-to-end tests run it: typed at a server, in both of its forms.
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';

import { call, runAskonce } from './askonce.ts';
import type { Environment } from './askonce.ts';
import { eventually } from './eventually.ts';
import { startSmallShop } from './small-shop.ts';

export const COUNT = 'how many customers are in Germany?';
export const REPHRASED = 'number of customers located in Germany';
export const COUNT_SQL = "SELECT count(*) FROM customers WHERE country = 'Germany'";

export interface CacheCommand {
  /** What is printed, by a command that must end well and say nothing of faults. */
  readonly text: (name: string, ...args: readonly string[]) => Promise<string>;
  /** The document of the same. */
  readonly json: (name: string, ...args: readonly string[]) => Promise<Record<string, unknown>>;
  readonly run: (
    args: readonly string[],
    input?: string,
  ) => Promise<{ code: number | string; stdout: string; stderr: string }>;
}

export function cacheCommand(url: string, env: Environment = {}): CacheCommand {
  const run = ([name = '', ...rest]: readonly string[], input = '') =>
    runAskonce(['cache', name, url, ...rest], { COLUMNS: '100', ...env }, input);
  const done = async (args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await run(args);
    assert.deepEqual([code, stderr], [0, ''], args.join(' '));
    return stdout;
  };
  return {
    run,
    text: (name, ...args) => done([name, ...args]),
    json: async (name, ...args) =>
      JSON.parse(await done([name, ...args, '--json'])) as Record<string, unknown>,
  };
}

/** A server that has served an answer to a question in other words. */
export async function shopThatServes(t: TestContext, env: Environment = {}) {
  const shop = await startSmallShop(t, env);
  // On a busy machine it may serve before its cache database has answered, and then keeps nothing yet.
  await eventually('the cache is reached', async () => {
    const { checks } = await call(shop.client, 'server_status', {});
    return (checks as { cache: string }).cache === 'ok';
  });
  await call(shop.client, 'query', { question: COUNT, sql: COUNT_SQL });
  const served = await call(shop.client, 'ask', { question: REPHRASED });
  assert.equal(served.source, 'semantic', JSON.stringify(served));
  return { ...shop, answerId: served.answer_id, command: cacheCommand(shop.server.url) };
}
