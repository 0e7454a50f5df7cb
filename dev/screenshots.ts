// Owns `npm run screenshots`: the pictures of the console and of a report of `askonce validate`. Agents ask the demo shop
// what people ask, some of it in other words and some of it doubtful; then a browser looks at every page that is shown.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { chromium } from 'playwright-core';
import type { Page } from 'playwright-core';

import { ALL_KNOWN, createDraw } from '../bench/burst-questions.ts';
import { knownQuestions } from '../src/demo/questions.ts';
import { createRandom } from '../src/lib/random.ts';
import { startServer } from '../bench/server-process.ts';
import { findBrowser } from './browser.ts';
import { run } from './postgres/command.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const [AGENT, ADMIN] = ['g'.repeat(24), 'a'.repeat(24)];
const WIDTH = 1120;
const SEED = 7;
const VALIDATE_MS = 600_000;
const [KNOWN_TOO, ASKED_AGAIN] = [60, 160];

interface Known {
  readonly question: string;
  readonly sql: string;
  /** The same, nearly the same, and what only looks like it. */
  readonly others: readonly string[];
}

const CUSTOMERS = 'FROM customers AS u JOIN countries AS c ON c.code = u.country_code';
const KNOWN: readonly Known[] = [
  {
    question: 'Which ten customers from Germany spent the most?',
    sql: `SELECT u.first_name, u.last_name, sum(o.total_amount) AS spent ${CUSTOMERS} JOIN orders AS o ON o.customer_id = u.id WHERE c.name = 'Germany' GROUP BY u.id, u.first_name, u.last_name ORDER BY spent DESC LIMIT 10`,
    others: [
      'the ten German customers who spent the most',
      'Which ten customers from Germany spent the least?',
      'Which five customers from Germany spent the most?',
      'Which ten loyal customers from Germany spent the most?',
    ],
  },
  {
    question: 'How many customers subscribe to the newsletter?',
    sql: 'SELECT count(*) FROM customers WHERE newsletter',
    others: [
      'number of customers who subscribe to the newsletter',
      'How many customers do not subscribe to the newsletter?',
      'How many new customers subscribe to the newsletter?',
    ],
  },
  {
    question: 'What is the average rating of verified reviews?',
    sql: 'SELECT avg(rating) FROM reviews WHERE is_verified',
    others: [
      'mean rating of the verified reviews',
      'What is the average rating of unverified reviews?',
      'What is the average rating of recent verified reviews?',
    ],
  },
  {
    question: 'List the warehouses by capacity, largest first',
    sql: 'SELECT name, city, capacity_pallets FROM warehouses ORDER BY capacity_pallets DESC',
    others: [
      'show the warehouses by capacity, largest first',
      'List the warehouses by capacity, smallest first',
      'List the main warehouses by capacity, largest first',
    ],
  },
  {
    question: 'Which products were launched in 2024?',
    sql: "SELECT sku, name, brand, launched_on FROM products WHERE launched_on >= date '2024-01-01' AND launched_on < date '2025-01-01' ORDER BY launched_on",
    others: [
      'show the products launched in 2024',
      'Which products were launched in 2023?',
      'Which important products were launched in 2024?',
    ],
  },
];

type Call = (name: string, args: object) => Promise<Record<string, unknown>>;

/** @returns ids of the answers that were served by meaning. */
async function play(call: Call): Promise<string[]> {
  const served: string[] = [];
  const ask = async (question: string): Promise<void> => {
    const { source, answer_id: id } = await call('ask', { question });
    if (source === 'semantic') served.push(String(id));
  };
  for (const { question, sql, others } of KNOWN) {
    await call('query', { question, sql });
    for (const other of others) await ask(other);
  }
  const random = createRandom(SEED);
  const known = knownQuestions(random).slice(0, KNOWN_TOO);
  for (const { question, sql } of known) await call('query', { question, sql });
  for (const { rephrasings } of known) await ask(rephrasings[0]!);
  const draw = createDraw(known, random, { coldFrom: 0, shares: ALL_KNOWN });
  for (let asked = 0; asked < ASKED_AGAIN; asked += 1) await ask(draw().question);
  const [wrong] = served;
  const note = 'I wanted net amounts';
  await call('report', { answer_id: wrong, verdict: 'wrong', note });
  return served.slice(1);
}

/** Most of them are known to be right, as after some weeks. */
async function review(call: Call, served: readonly string[]): Promise<void> {
  for (const id of served) await call('cache_review', { answer_id: id, verdict: 'same' });
}

/** @param height Of what is shown of the page, in pixels. */
async function picture(page: Page, name: string, height: number): Promise<void> {
  await page.setViewportSize({ width: WIDTH, height });
  const path = join(ROOT, 'docs', `${name}.png`);
  await page.screenshot({ path, animations: 'disabled' });
  process.stdout.write(`docs/${name}.png\n`);
}

async function take(page: Page, origin: string): Promise<void> {
  const open = async (path: string): Promise<void> => {
    await page.goto(`${origin}/admin/#/${path}`);
    await page.locator('.loaded').first().waitFor();
  };
  await page.goto(`${origin}/admin/`);
  await page.getByLabel('Token of an admin').fill(ADMIN);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'What the cache holds' }).waitFor();
  await picture(page, 'console-overview', 1040);
  await page.emulateMedia({ colorScheme: 'dark' });
  await picture(page, 'console-overview-dark', 1040);
  await page.emulateMedia({ colorScheme: 'light' });
  await open('review');
  await page.getByRole('article', { name: 'To review' }).waitFor();
  await picture(page, 'console-review', 720);
  await open('tuning');
  await page.getByRole('slider').waitFor();
  await page.getByRole('slider').press('ArrowRight');
  await page.getByRole('slider').blur();
  await page.getByText(/served \d+ instead of/).waitFor();
  await picture(page, 'console-tuning', 860);
  await open('questions?query=ten+customers+from+Germany');
  await page.getByRole('link', { name: KNOWN[0]!.question }).click();
  await page.getByRole('heading', { name: 'Answers' }).waitFor();
  await picture(page, 'console-entry', 860);
}

/** Of a quick run, which is the first that somebody sees. */
async function takeReport(page: Page): Promise<void> {
  const out = join(folder, 'report');
  const args = [join(ROOT, 'bin/askonce.mjs'), 'validate', '--demo', '--quick', '--out', out];
  await run(process.execPath, args, { cwd: folder, timeoutMs: VALIDATE_MS });
  await page.goto(`file://${join(out, 'report.html')}`);
  await picture(page, 'validate-report', 1240);
}

async function connect(token: string): Promise<{ call: Call; close: () => Promise<void> }> {
  const client = new Client({ name: 'screenshots', version: '1' });
  const requestInit = { headers: { authorization: `Bearer ${token}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL(server.url), { requestInit }));
  return {
    close: () => client.close(),
    async call(name, args) {
      const { structuredContent } = await client.callTool({ name, arguments: { ...args } });
      return structuredContent as Record<string, unknown>;
    },
  };
}

const executablePath = await findBrowser(process.env);
if (executablePath === null)
  throw new Error('This needs a Chromium: set TEST_BROWSER to its path.');
const folder = await mkdtemp(join(tmpdir(), 'askonce-screenshots-'));
const server = await startServer(ROOT, {
  ASKONCE_DATA_DIR: folder,
  AUTH_TOKENS: `sales-agent:${AGENT},olivia:${ADMIN}:admin`,
});
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
const clients = { agent: await connect(AGENT), admin: await connect(ADMIN) };
try {
  await review(clients.admin.call, await play(clients.agent.call));
  const page = await browser.newPage({ viewport: { width: WIDTH, height: WIDTH } });
  await take(page, new URL(server.url).origin);
  await takeReport(page);
} finally {
  await clients.agent.close();
  await clients.admin.close();
  await browser.close();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
}
