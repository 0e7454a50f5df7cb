// The list of questions and an entry's page in a browser: found, filtered, opened, forgotten, and harmless whatever
// agents have written.
import assert from 'node:assert/strict';
import test from 'node:test';

import { call } from '../support/askonce.ts';
import { eventually } from '../support/eventually.ts';
import { ORDERS, SPANISH, SPANISH_SQL, openConsole, startConsoleShop } from '../support/console.ts';

const HTML = `<img src=x onerror="document.title='owned'"> <script>alert(1)</script> customers`;
const TURNED = 'how many \u202Esremotsuc\u202C\u200B live in France?';
const LONG = `${'which customers live in Spain and '.repeat(120)}buy?`.slice(0, 4000);

test('questions are found while one types, by words and by table, and opened with the keyboard', async (t) => {
  const { server } = await startConsoleShop(t);
  const page = await openConsole(t, server, { path: 'questions' });
  await page.getByText('2 statements', { exact: true }).waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('customers of spain');
  await page.getByText(/^1 statement with these words/).waitFor();
  assert.match(page.url(), /query=customers\+of\+spain/);
  await page.getByLabel('Search').fill('');
  await page.getByText('2 statements', { exact: true }).waitFor();
  await page.getByRole('heading', { level: 1 }).focus();
  await page.keyboard.press('j');
  const first = await page.evaluate<string>('document.activeElement.textContent');
  await page.keyboard.press('j');
  const second = await page.evaluate<string>('document.activeElement.textContent');
  assert.deepEqual([first, second].sort(), [ORDERS, SPANISH].sort());
  await page.keyboard.press('k');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Entry', level: 1 }).waitFor();
  assert.equal(await page.locator('.headline').textContent(), first);
});

test('an entry shows its wordings, statement, tables, stored rows, decisions and answers', async (t) => {
  const { server, served } = await startConsoleShop(t);
  const page = await openConsole(t, server, { path: 'questions' });
  await page.getByRole('link', { name: SPANISH }).click();
  const statement = page.getByRole('group', { name: 'Statement' }).first();
  await eventually('it is laid out', async () =>
    /\nFROM /.test((await statement.textContent()) ?? ''),
  );
  const plain = ((await statement.textContent()) ?? '').replace(/\s+/g, ' ').trim();
  assert.equal(plain.toLowerCase(), SPANISH_SQL.toLowerCase());
  await page.getByRole('link', { name: 'customers', exact: true }).waitFor();
  assert.equal(await page.getByRole('region', { name: 'Stored rows' }).getByRole('row').count(), 2);
  await page.getByText('show the customers of Spain').first().waitFor();
  await page.getByRole('region', { name: 'Answers' }).getByRole('link').first().waitFor();
  const links = page.getByRole('region', { name: 'Answers' }).getByRole('link');
  const targets = await links.evaluateAll((all) => all.map((link) => link.getAttribute('href')));
  assert.ok(targets.some((href) => href?.includes(served.answer_id)));
});

test('what agents wrote is text: no markup, nothing invisible, nothing turned round, never endless', async (t) => {
  const { server, agent, stored } = await startConsoleShop(t);
  for (const [at, question] of [HTML, TURNED, LONG].entries()) {
    await call(agent, 'query', { question, sql: `SELECT count(*) + ${at} FROM customers` });
  }
  await stored(5);
  const page = await openConsole(t, server, { path: 'questions' });
  await page.getByText('5 statements', { exact: true }).waitFor();
  await page.getByRole('link', { name: HTML }).waitFor();
  await page.getByRole('link', { name: String.raw`\u202esremotsuc\u202c` }).waitFor();
  assert.equal(await page.locator('main img, main script').count(), 0);
  const text = (await page.getByRole('main').textContent()) ?? '';
  assert.doesNotMatch(text, /[\u202E\u202C\u200B]/);
  assert.ok(text.length < 4000);
  await page.getByRole('link', { name: /^which customers live in Spain and/ }).click();
  await page.getByRole('button', { name: 'all 4000 characters' }).first().click();
  assert.equal(await page.locator('.headline bdi').textContent(), LONG);
  assert.equal(await page.title(), 'Entry – askonce');
});

test('a wording and an entry go only after what would go was shown', async (t) => {
  const { server, agent } = await startConsoleShop(t);
  const alias = 'Spanish customers, please';
  await call(agent, 'query', { question: alias, sql: SPANISH_SQL });
  const page = await openConsole(t, server, { path: 'questions' });
  await page.getByRole('link', { name: SPANISH }).click();
  await page.getByRole('button', { name: `Forget the wording ${alias}` }).click();
  const dialog = page.getByRole('dialog', { name: 'Forget this wording?' });
  await dialog.getByText('0 statements, 1 wording and 0 stored results').waitFor();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  assert.equal(await page.getByRole('dialog').count(), 0);
  await page.getByRole('button', { name: `Forget the wording ${alias}` }).click();
  await dialog.getByRole('button', { name: 'Forget', exact: true }).click();
  await page
    .getByRole('status')
    .getByText(/^Forgotten: 0 statements, 1 wording/)
    .waitFor();
  await page
    .getByRole('button', { name: `Forget the wording ${alias}` })
    .waitFor({ state: 'detached' });

  await page.getByRole('button', { name: 'Forget this entry' }).click();
  await page.getByText(/^1 statement, \d+ wordings? and \d+ stored results?/).waitFor();
  await page.getByRole('button', { name: 'Forget', exact: true }).click();
  await page.getByText('1 statement', { exact: true }).waitFor();
  const asked = await call(agent, 'ask', { question: SPANISH });
  assert.notEqual(asked.status, 'answered');
});

test('pages of the list follow each other and go back', async (t) => {
  const { server, agent, stored } = await startConsoleShop(t);
  for (let n = 1; n <= 30; n += 1) {
    const sql = `SELECT count(*) FROM customers WHERE id < ${n}`;
    await call(agent, 'query', { question: `customers with a number below ${n}`, sql });
  }
  await stored(32);
  const page = await openConsole(t, server, { path: 'questions' });
  await page.getByText('32 statements', { exact: true }).waitFor();
  const rows = page.locator('[data-item]');
  assert.equal(await rows.count(), 25);
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByText('Page 2').waitFor();
  await rows.nth(7).waitFor({ state: 'detached' });
  assert.equal(await rows.count(), 7);
  await page.getByRole('button', { name: 'Previous' }).click();
  await rows.nth(24).waitFor();
});
