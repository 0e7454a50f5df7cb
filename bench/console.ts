// `npm run bench -- console`: the console over a store with many entries, in a real browser: from the first byte to a
// list that can be used, an answer to a search, an opened entry; against a bare file of the same server.
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { chromium } from 'playwright-core';
import type { Page } from 'playwright-core';

import { findBrowser } from '../dev/browser.ts';
import { AppError } from '../src/errors.ts';
import { ReleaseStack } from '../src/lib/release-stack.ts';
import type { BenchContext } from './context.ts';
import { countOption, parseOptions, requireOption } from './decisions-options.ts';
import { statelessCall } from './mcp-wire.ts';
import { runSql } from './run-sql.ts';
import { startServer } from './server-process.ts';
import { round, summary } from './statistics.ts';
import type { Summary } from './statistics.ts';

export const CONSOLE_USAGE = `console --cache-url URL [--entries N] [--rounds N]
    Fills a database made for it (the user may create one) with --entries (100000) questions of one scope, then, in
    --rounds (15) rounds, opens the console's list anew, searches it, opens an entry; needs a Chromium (TEST_BROWSER).`;

export interface ConsoleFigures extends Record<string, unknown> {
  readonly entries: number;
  /** A file of the same server, from asking for it to its end in the browser. */
  readonly bare_file: Summary;
  /** From asking for the page to the first link of the list, with nothing kept by the browser. */
  readonly list: Summary;
  /** From the last letter to its list, with the wait for the next letter. */
  readonly search: Summary;
  /** From the click to the entry. */
  readonly entry: Summary;
  readonly list_ratio: number;
}

const ADMIN = 'a'.repeat(24);
const WORD = 'warehouse';
const QUESTION = 'how many warehouses are there?';

/** Like the first in everything but words, statement and vector; every hundredth has the word that is searched. */
const fillSql = (entries: number): string => `
  WITH more AS (
    SELECT n, gen_random_uuid() AS id, 'question ' || n || CASE WHEN n % 100 = 0 THEN ' of a ${WORD}' ELSE '' END AS words
    FROM generate_series(1, ${entries}) AS n),
  plans AS (
    INSERT INTO askonce.plans SELECT made.* FROM more, LATERAL (SELECT * FROM askonce.plans LIMIT 1) AS first,
      LATERAL jsonb_populate_record(first::askonce.plans, jsonb_build_object('id', more.id,
        'statement_key', sha256(more.words::bytea), 'sql', 'SELECT ' || more.n, 'uses', more.n % 97)) AS made)
  INSERT INTO askonce.phrasings SELECT made.* FROM more, LATERAL (SELECT * FROM askonce.phrasings LIMIT 1) AS first,
    LATERAL jsonb_populate_record(first::askonce.phrasings, jsonb_build_object('id', gen_random_uuid(),
      'plan_id', more.id, 'question', more.words, 'question_key', sha256(more.words::bytea))) AS made`;

export async function runConsole(
  { progress, root }: BenchContext,
  args: readonly string[],
): Promise<ConsoleFigures> {
  const options = parseOptions(args, {
    json: { type: 'boolean' },
    'cache-url': { type: 'string' },
    entries: { type: 'string' },
    rounds: { type: 'string' },
  });
  const postgres = requireOption(options['cache-url'], 'cache-url');
  const entries = countOption(options.entries, 'entries', { otherwise: 100_000, least: 100 });
  const rounds = countOption(options.rounds, 'rounds', { otherwise: 15, least: 1 });
  const executablePath = await findBrowser(process.env);
  if (executablePath === null) {
    throw new AppError('NOT_FOUND', 'There is no Chromium.', {
      hint: 'Set TEST_BROWSER to its path.',
    });
  }
  const releases = new ReleaseStack();
  try {
    const cacheUrl = await freshCache(postgres, releases);
    const folder = await mkdtemp(join(tmpdir(), 'askonce-bench-'));
    releases.push('folder', () => rm(folder, { recursive: true, force: true }));
    const server = await startServer(root, {
      ASKONCE_DATA_DIR: folder,
      CACHE_DATABASE_URL: cacheUrl,
      AUTH_TOKENS: `bench:${ADMIN}:admin`,
    });
    releases.push('server', server.stop);
    progress(`${entries} entries`);
    await learnOne(server.url);
    await fill(cacheUrl, entries);
    const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
    releases.push('browser', () => browser.close());
    const page = await browser.newPage();
    return await measure(page, { origin: new URL(server.url).origin, entries, rounds });
  } finally {
    await releases.unwind(0);
  }
}

async function freshCache(postgres: string, releases: ReleaseStack): Promise<string> {
  const name = `console_bench_${randomBytes(4).toString('hex')}`;
  await runSql(postgres, `CREATE DATABASE ${name}`);
  releases.push('database', () => runSql(postgres, `DROP DATABASE ${name} WITH (FORCE)`));
  const url = new URL(postgres);
  url.pathname = `/${name}`;
  await runSql(url.href, 'CREATE EXTENSION vector');
  return url.href;
}

async function learnOne(url: string): Promise<void> {
  const sql = 'SELECT count(*) FROM warehouses';
  const { body, headers } = statelessCall({
    name: 'query',
    arguments: { question: QUESTION, sql },
  });
  const response = await fetch(url, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      authorization: `Bearer ${ADMIN}`,
      ...headers,
    },
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`the server answered ${response.status}: ${text}`);
}

const FIRST_MS = 30_000;

/** What was learned is written behind the answer. */
async function fill(cacheUrl: string, entries: number): Promise<void> {
  const deadline = performance.now() + FIRST_MS;
  for (;;) {
    // Fails as long as there is no table, or nothing in it.
    const fault = await runSql(cacheUrl, 'SELECT 1 / count(*) FROM askonce.phrasings').then(
      () => null,
      (error: unknown) => error,
    );
    if (fault === null) break;
    if (performance.now() > deadline) throw fault;
    await sleep(100);
  }
  await runSql(cacheUrl, fillSql(entries));
  await runSql(cacheUrl, 'VACUUM ANALYZE askonce.plans');
  await runSql(cacheUrl, 'VACUUM ANALYZE askonce.phrasings');
}

async function measure(
  page: Page,
  { origin, entries, rounds }: { origin: string; entries: number; rounds: number },
): Promise<ConsoleFigures> {
  const samples = {
    bare: [] as number[],
    list: [] as number[],
    search: [] as number[],
    entry: [] as number[],
  };
  await page.goto(`${origin}/admin/`);
  await page.getByLabel('Token of an admin').fill(ADMIN);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Network.setCacheDisabled', { cacheDisabled: true });
  const first = page.locator('[data-item]').first();
  for (let count = 0; count < rounds; count += 1) {
    samples.bare.push(await timed(() => page.goto(`${origin}/admin/app.css`)));
    samples.list.push(
      await timed(async () => {
        await page.goto(`${origin}/admin/#/questions`);
        await first.waitFor();
      }),
    );
    const search = page.getByRole('searchbox', { name: 'Search' });
    samples.search.push(
      await timed(async () => {
        await search.fill(WORD);
        await page.getByText(/with these words/).waitFor();
      }),
    );
    samples.entry.push(
      await timed(async () => {
        await first.click();
        await page.locator('.headline').waitFor();
      }),
    );
  }
  const [bare, list] = [summary(samples.bare), summary(samples.list)];
  return {
    entries,
    bare_file: bare,
    list,
    search: summary(samples.search),
    entry: summary(samples.entry),
    list_ratio: round(list.median_ms / bare.median_ms),
  };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}
