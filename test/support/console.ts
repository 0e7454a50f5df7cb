// Owns a server with the small shop, an agent that has asked it something, and an admin who looks at its console.
import type { TestContext } from 'node:test';

import type { Client } from '@modelcontextprotocol/client';
import type { Page } from 'playwright-core';

import { call, connect, startAskonce } from './askonce.ts';
import type { Askonce, Document, Environment } from './askonce.ts';
import { openPage } from './browser.ts';
import type { PageOptions } from './browser.ts';
import { admin, freshDatabase } from './database.ts';
import { eventually } from './eventually.ts';
import { createSmallShop } from './small-shop.ts';

export const AGENT = 'g'.repeat(24);
export const ADMIN = 'a'.repeat(24);

export const SPANISH = 'list the customers of Spain';
export const SPANISH_SQL = "SELECT id, name FROM customers WHERE country = 'Spain' ORDER BY id";
/** Served by meaning. */
export const REPHRASED = 'show the customers of Spain';
/** Left to the agent. */
export const DOUBTFUL = 'list the splendid customers of Spain';
export const ORDERS = 'how many orders are there?';

export interface ConsoleShop {
  readonly server: Askonce;
  readonly agent: Client;
  readonly settings: Environment;
  /** Of the answer that was served by meaning. */
  readonly served: Document;
  /** Resolves when so many statements are stored. */
  readonly stored: (plans: number) => Promise<void>;
}

export async function startConsoleShop(t: TestContext): Promise<ConsoleShop> {
  const [database, cache] = [await freshDatabase(t), await freshDatabase(t)];
  await createSmallShop(database.url);
  const settings = {
    DATABASE_URL: database.readerUrl,
    CACHE_DATABASE_URL: cache.url,
    AUTH_TOKENS: `ann:${AGENT},bob:${ADMIN}:admin`,
  };
  const server = await startAskonce(t, settings);
  const agent = await connect(t, server.url, { token: AGENT });
  await call(agent, 'query', { question: SPANISH, sql: SPANISH_SQL });
  await call(agent, 'query', { question: ORDERS, sql: 'SELECT count(*) FROM orders' });
  const served = await call(agent, 'ask', { question: REPHRASED });
  await call(agent, 'ask', { question: DOUBTFUL });
  const stored = (plans: number): Promise<void> => counted(cache.url, 'plans', plans);
  await stored(2);
  await counted(cache.url, 'decisions', 2);
  await counted(cache.url, 'answers', 3);
  return { server, agent, settings, served, stored };
}

/** Waits for so many rows of a table of the cache: it is opened, and written to, behind the answers. */
const counted = (cacheUrl: string, table: string, rows: number): Promise<void> =>
  eventually(`${rows} ${table}`, async () => {
    const [found] = await admin(cacheUrl, "SELECT to_regclass('askonce.plans') AS name");
    if (found?.['name'] === null) return false;
    const [row] = await admin(cacheUrl, `SELECT count(*)::int AS rows FROM askonce.${table}`);
    return Number(row?.['rows']) >= rows;
  });

/** @param path Behind the `#`, as `questions?table=orders`. */
export const consoleUrl = (server: Askonce, path = ''): string =>
  `${server.origin}/admin/#/${path}`;

export async function openConsole(
  t: TestContext,
  server: Askonce,
  { path = '', ...options }: PageOptions & { readonly path?: string } = {},
): Promise<Page> {
  const page = await openPage(t, consoleUrl(server, path), options);
  await signIn(page, ADMIN);
  await page.getByRole('navigation', { name: 'Pages', exact: true }).waitFor();
  return page;
}

export async function signIn(page: Page, token: string): Promise<void> {
  await page.getByLabel('Token of an admin').fill(token);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** Nothing on the page is still being loaded. */
export async function loaded(page: Page): Promise<void> {
  await eventually('all is loaded', async () => (await page.locator('.pending').count()) === 0);
}
