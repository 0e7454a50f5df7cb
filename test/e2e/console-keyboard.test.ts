// The tasks of an admin done with the keyboard alone: why an answer was served, taking it back, a tighter cut, a
// table forgotten; each of them in three steps at most.
import assert from 'node:assert/strict';
import test from 'node:test';

import type { Page } from 'playwright-core';

import { call } from '../support/askonce.ts';
import { ORDERS, REPHRASED, SPANISH, openConsole, startConsoleShop } from '../support/console.ts';

/** What has the focus, by its label and its text; nothing, between the last element and the first. */
const HERE = `document.activeElement.matches('body, main, dialog') ? '' : [
  document.activeElement.getAttribute('aria-label'), document.activeElement.labels?.[0]?.textContent,
  document.activeElement.textContent].join(' ')`;
const MOST_TABS = 80;

async function tabTo(page: Page, name: RegExp): Promise<void> {
  for (let tabs = 0; tabs < MOST_TABS; tabs += 1) {
    if (name.test(await page.evaluate<string>(HERE))) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`not on the way of the tabulator: ${name}`);
}

const go = async (page: Page, key: string): Promise<void> => {
  await page.keyboard.press('g');
  await page.keyboard.press(key);
};

test('an answer is explained and taken back without a mouse', async (t) => {
  const { server, agent, served } = await startConsoleShop(t);
  assert.equal(served.source, 'semantic');
  const page = await openConsole(t, server);
  await go(page, 'w');
  await page.getByRole('heading', { name: 'Why', level: 1 }).waitFor();
  await page.keyboard.press('/');
  // Whoever has no id at hand finds it by its words.
  await page.keyboard.type(REPHRASED.slice(0, 20));
  await page.getByRole('heading', { name: 'Answers with these words' }).waitFor();
  await page.getByRole('link', { name: REPHRASED }).waitFor();
  await page.keyboard.press('Control+a');
  await page.keyboard.type(served.answer_id);
  await page.keyboard.press('Enter');
  await page.getByText(/taken for an earlier question in other words/).waitFor();
  await page.getByText(SPANISH).first().waitFor();
  await tabTo(page, /This was wrong/);
  await page.keyboard.press('Enter');
  await page.getByRole('dialog', { name: 'Was this answer wrong?' }).waitFor();
  await tabTo(page, /It was wrong/);
  await page.keyboard.press('Enter');
  await page
    .getByRole('status')
    .getByText(/not answered by that statement again/)
    .waitFor();
  const again = await call(agent, 'ask', { question: REPHRASED });
  assert.notEqual(again.status, 'answered');
  await page.getByRole('button', { name: 'Undo: it was not wrong' }).waitFor();
});

test('the cut is tightened, with a note, and loosened again', async (t) => {
  const { server } = await startConsoleShop(t);
  const page = await openConsole(t, server);
  await go(page, 't');
  const slider = page.getByRole('slider');
  await slider.waitFor();
  const before = await slider.getAttribute('aria-valuetext');
  await tabTo(page, /Choose/);
  await page.keyboard.press('ArrowLeft');
  const chosen = await slider.getAttribute('aria-valuetext');
  assert.notEqual(chosen, before);
  await tabTo(page, /Apply/);
  await page.keyboard.press('Enter');
  await page.getByRole('dialog', { name: /Set the target error rate/ }).waitFor();
  await tabTo(page, /Note/);
  await page.keyboard.type('fewer wrong answers');
  await tabTo(page, /^\s*Set$/);
  await page.keyboard.press('Enter');
  await page.getByText(`Now ${chosen}`).waitFor();
  await page.getByRole('cell', { name: 'fewer wrong answers' }).waitFor();
  await tabTo(page, /Undo version 1/);
  await page.keyboard.press('Enter');
  await tabTo(page, /Undo it/);
  await page.keyboard.press('Enter');
  await page.getByText(`Now ${before}`).waitFor();
});

test('a table is forgotten without a mouse', async (t) => {
  const { server, agent } = await startConsoleShop(t);
  const page = await openConsole(t, server);
  await go(page, 'q');
  await page.getByText('2 statements', { exact: true }).waitFor();
  await tabTo(page, /Reads table/);
  await page.keyboard.type('orders');
  await page.getByText('1 statement that read orders').waitFor();
  await tabTo(page, /Forget the table/);
  await page.keyboard.press('Enter');
  await page.getByText(/^1 statement, 1 wording and 1 stored result/).waitFor();
  await tabTo(page, /^\s*Forget$/);
  await page.keyboard.press('Enter');
  await page
    .getByRole('status')
    .getByText(/^Forgotten: 1 statement/)
    .waitFor();
  assert.notEqual((await call(agent, 'ask', { question: ORDERS })).status, 'answered');
  assert.equal((await call(agent, 'ask', { question: SPANISH })).status, 'answered');
});

test('the help tells the keys, is closed by Escape, and can turn them off', async (t) => {
  const { server } = await startConsoleShop(t);
  const page = await openConsole(t, server);
  await page.keyboard.press('?');
  const help = page.getByRole('dialog', { name: 'Keyboard' });
  await help.waitFor();
  await page.keyboard.press('Escape');
  await help.waitFor({ state: 'detached' });
  await page.keyboard.press('?');
  await help.getByRole('checkbox').uncheck();
  await page.keyboard.press('Escape');
  await help.waitFor({ state: 'detached' });
  await go(page, 'q');
  await page.keyboard.press('?');
  assert.equal(await page.title(), 'Overview – askonce');
  assert.equal(await page.getByRole('dialog').count(), 0);
});

test('whoever jumps over the navigation lands in the content', async (t) => {
  const { server } = await startConsoleShop(t);
  const page = await openConsole(t, server, { path: 'policy' });
  await page.getByRole('table').first().waitFor();
  await page.reload();
  await page.getByRole('table').first().waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate('document.activeElement.id'), 'main');
  assert.match(page.url(), /#\/policy/);
});
