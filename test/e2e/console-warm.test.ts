// Warming in a browser: from the database's own history, from a file and back into one, with what was refused and
// why; stopped and gone on with; by the rules of accessibility.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';

import type { Page } from 'playwright-core';

import { call, connect } from '../support/askonce.ts';
import { violations } from '../support/axe.ts';
import { openPage } from '../support/browser.ts';
import {
  ADMIN,
  ORDERS,
  SPANISH,
  consoleUrl,
  loaded,
  openConsole,
  startConsoleShop,
} from '../support/console.ts';
import { admin } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { noOwnCluster, ownCluster } from '../support/own-cluster.ts';
import { startSmallShop } from '../support/small-shop.ts';

const HTML = `<img src=x onerror="document.title='owned'">`;
const BATCH = 200;
const MOST_BYTES = 900_000;
const SMALL_SCREEN_PX = 400;

const entry = (n: number) => ({
  question: `customers with a number below ${n}`,
  sql: `SELECT count(*) FROM customers WHERE id < ${n}`,
});

async function choose(page: Page, content: unknown, name = 'known.json'): Promise<void> {
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  const file = { name, mimeType: 'application/json', buffer: Buffer.from(text) };
  await page.getByLabel('Choose a JSON file').setInputFiles(file);
}

const statusOf = (page: Page, text: string | RegExp) => page.getByRole('status').getByText(text);

test(
  'the costliest statements are given questions and values, and each is told what became of it',
  { skip: noOwnCluster },
  async (t) => {
    const cluster = await ownCluster(t, ["shared_preload_libraries = 'pg_stat_statements'"]);
    const shop = await startSmallShop(t, {}, [], cluster.url);
    const page = await openPage(t, consoleUrl(shop.server, 'warm'));
    await page.getByText('The data database has no pg_stat_statements to read.').waitFor();
    await page.getByText(/CREATE EXTENSION pg_stat_statements/).waitFor();
    const reader = new URL(shop.settings.DATABASE_URL).username;
    await admin(
      shop.databaseUrl,
      `CREATE EXTENSION pg_stat_statements; SELECT count(*) FROM orders;
       SELECT count(*) FROM customers WHERE country = 'Spain';
       SELECT count(*) AS "${HTML.replaceAll('"', '""')}" FROM customers;
       SELECT pg_sleep(0), count(*) FROM customers;
       GRANT pg_read_all_stats TO ${reader} WITH INHERIT TRUE`,
    );
    await page.getByRole('button', { name: 'Try again' }).click();
    const statement = (text: string | RegExp) =>
      page.getByRole('group', { name: /^Statement \d/ }).filter({ hasText: text });
    const spanish = statement(/country\s*= \$1/);
    await spanish.waitFor();
    await statement('pg_sleep').getByText('cannot be warmed').waitFor();
    assert.equal(await statement('pg_sleep').getByRole('textbox').count(), 0);
    assert.equal(await page.locator('main img').count(), 0);

    const orders = statement(/count\(\*\)\s+FROM\s+orders/);
    await orders.getByLabel('Question').fill(ORDERS);
    await spanish.getByLabel('Question').fill('how many customers are there?');
    await spanish.getByLabel('Value of $1').fill('Spain');
    await page.getByRole('button', { name: 'Learn 2 questions' }).click();
    await orders.getByText('learned').waitFor();
    await spanish.getByText(/does not name every value of params/).waitFor();
    await statusOf(page, '1 learned, 0 known already, 1 refused.').waitFor();
    await eventually('the refused one has the focus', () =>
      spanish.getByLabel('Question').evaluate((field) => field.matches(':focus')),
    );
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      assert.deepEqual(await violations(page), [], colorScheme);
    }

    await page.keyboard.press('Control+A');
    await page.keyboard.type('how many customers are in Spain?');
    await page.getByLabel('Read the rows, too').check();
    await spanish.getByLabel('Question').press('Enter');
    await statusOf(page, '2 learned, 0 known already, 0 refused.').waitFor();
    const asked = await call(shop.client, 'ask', { question: 'how many customers are in Spain?' });
    assert.deepEqual([asked.source, asked.rows], ['memory', [[40]]]);
    await page.reload();
    await orders.getByLabel('Question').fill(ORDERS);
    await page.getByRole('button', { name: 'Learn 1 question' }).click();
    await orders.getByText('The question has a statement already, which stays.').waitFor();

    await page.setViewportSize({ width: SMALL_SCREEN_PX, height: 900 });
    const width = await page.evaluate<number>('document.documentElement.scrollWidth');
    assert.equal(width, SMALL_SCREEN_PX);
  },
);

test('a file is taught a batch at a time, and what was refused is named with its reason', async (t) => {
  const { server, agent } = await startConsoleShop(t);
  const page = await openConsole(t, server, { path: 'warm' });
  const sent: { questions: number; bytes: number }[] = [];
  page.on('request', (request) => {
    const body = request.postData() ?? '{}';
    const { questions } = JSON.parse(body) as { questions?: unknown[] };
    if (questions) sent.push({ questions: questions.length, bytes: Buffer.byteLength(body) });
  });
  const file = [
    ...Array.from({ length: BATCH }, (_, n) => entry(n)),
    { question: SPANISH, sql: 'SELECT count(*) FROM customers', made_by: 'ann' },
    { question: HTML, sql: 'DELETE FROM customers' },
    { question: 'no statement' },
    { ...entry(7), parms: [7] },
    { question: `${'long '.repeat(100_000)} 1`, sql: 'SELECT 1' },
    { question: `${'long '.repeat(100_000)} 2`, sql: 'SELECT 2' },
    { question: `${'long '.repeat(200_000)} 3`, sql: 'SELECT 3' },
  ];
  await choose(page, file);
  await page.getByText('204 questions, and 3 that cannot be sent').waitFor();
  await page.getByRole('button', { name: 'Learn 204 questions' }).click();
  await statusOf(page, '200 learned, 1 known already, 6 refused.').waitFor();
  assert.deepEqual(
    sent.map(({ questions }) => questions),
    [200, 3, 1],
  );
  assert.ok(sent.every(({ bytes }) => bytes < MOST_BYTES));
  const rows = page.getByRole('region', { name: 'Refused' }).getByRole('row');
  const numbers = await rows.locator('td:first-child').allTextContents();
  assert.deepEqual(numbers, ['202', '203', '204', '205', '206', '207']);
  await rows
    .filter({ hasText: HTML })
    .getByText(/not permitted/)
    .waitFor();
  await rows.filter({ hasText: 'no statement' }).getByText('It has no sql.').waitFor();
  await rows.getByText('parms is not known: question, sql and params are.').waitFor();
  await rows.getByText('It is too long to be sent.').waitFor();
  assert.equal(await page.locator('main img').count(), 0);
  assert.deepEqual(await violations(page), []);
  assert.equal((await call(agent, 'ask', { question: entry(9).question })).status, 'answered');
});

test('a file that is taught can be stopped, gone on with and chosen anew', async (t) => {
  const { server } = await startConsoleShop(t);
  const page = await openConsole(t, server, { path: 'warm' });
  await loaded(page);
  let calls = 0;
  // The second batch never arrives.
  await page.route('**/api/cache_warm', (route) => ((calls += 1) === 1 ? route.continue() : null));
  await choose(
    page,
    Array.from({ length: BATCH + 5 }, (_, n) => entry(n)),
  );
  await page.getByRole('button', { name: 'Learn 205 questions' }).click();
  await page.getByText('200 of 205 sent').waitFor();
  assert.equal(await page.getByRole('progressbar', { name: 'Sent' }).getAttribute('value'), '200');
  await page.getByRole('button', { name: 'Stop' }).click();
  await statusOf(page, '200 learned, 0 known already, 0 refused: 5 are left.').waitFor();
  await page.unroute('**/api/cache_warm');
  await page.getByRole('button', { name: 'Go on' }).click();
  await statusOf(page, '205 learned, 0 known already, 0 refused.').waitFor();

  await choose(page, '{"question": 1}', 'one.json');
  await page.getByText('The file is no list of questions.').waitFor();
  await choose(page, '[{', 'two.json');
  await page.getByText('The file is no JSON.').waitFor();
  await choose(page, [entry(1), null], 'three.json');
  await page.getByText('1 question, and 1 that cannot be sent').waitFor();
  await page.getByText('It is no object.').waitFor();
});

test('what is known is exported into a file that teaches it again', async (t) => {
  const { server, agent } = await startConsoleShop(t);
  const root = await connect(t, server.url, { token: ADMIN });
  const hidden = 'customers \u202Ewith a number below\u202C 3';
  await call(agent, 'query', { ...entry(3), question: hidden });
  const page = await openConsole(t, server, { path: 'warm' });
  const begun = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export' }).click();
  const download = await begun;
  assert.equal(download.suggestedFilename(), 'known.json');
  await statusOf(page, '3 questions in').waitFor();
  const text = await readFile(await download.path(), 'utf8');
  assert.doesNotMatch(text, /\u202E/);
  const entries = JSON.parse(text) as { question: string }[];
  const questions = entries.map(({ question }) => question);
  assert.deepEqual(questions.sort(), [hidden, ORDERS, SPANISH].sort());

  const { confirm } = await call(root, 'cache_forget', { all: true });
  await call(root, 'cache_forget', { all: true, confirm });
  assert.notEqual((await call(agent, 'ask', { question: ORDERS })).status, 'answered');
  await choose(page, text);
  await page.getByRole('button', { name: 'Learn 3 questions' }).click();
  await statusOf(page, '3 learned, 0 known already, 0 refused.').waitFor();
  assert.equal((await call(agent, 'ask', { question: ORDERS })).status, 'answered');
});
