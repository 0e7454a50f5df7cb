// The console as an admin meets it: signing in, the overview, every page in one go, a server that goes away.
import assert from 'node:assert/strict';
import test from 'node:test';

import { call, startAskonce } from '../support/askonce.ts';
import { openPage } from '../support/browser.ts';
import {
  ADMIN,
  AGENT,
  SPANISH,
  consoleUrl,
  loaded,
  openConsole,
  signIn,
  startConsoleShop,
} from '../support/console.ts';

const PAGES = [
  'Overview',
  'Questions',
  'Why',
  'Decide',
  'Review',
  'Tuning',
  'Policy',
  'Alerts',
] as const;

test('only the token of an admin opens the console, and signing out closes it', async (t) => {
  const { server } = await startConsoleShop(t);
  const page = await openPage(t, consoleUrl(server));
  await page.getByRole('heading', { name: 'Sign in', level: 1 }).waitFor();
  assert.equal(await page.title(), 'Sign in – askonce');
  await signIn(page, 'x'.repeat(24));
  await page.getByRole('alert').getByText('UNAUTHENTICATED').waitFor();
  await signIn(page, AGENT);
  await page.getByRole('alert').getByText('FORBIDDEN').waitFor();
  await signIn(page, ADMIN);
  await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
  assert.equal(await page.evaluate('`${document.cookie}${localStorage.length}`'), '0');
  await page.reload();
  await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByLabel('Token of an admin').waitFor();
  await page.reload();
  await page.getByLabel('Token of an admin').waitFor();
});

test('every page has a title, one heading, its landmarks and nothing that is loading for ever', async (t) => {
  const { server } = await startConsoleShop(t);
  const page = await openConsole(t, server);
  for (const name of PAGES) {
    await page
      .getByRole('navigation', { name: 'Pages', exact: true })
      .getByRole('link', { name })
      .click();
    await page.getByRole('heading', { name, level: 1 }).waitFor();
    await loaded(page);
    assert.equal(await page.title(), `${name} – askonce`);
    assert.equal(await page.getByRole('heading', { level: 1 }).count(), 1);
    assert.equal(await page.getByRole('main').count(), 1);
    assert.equal(await page.getByRole('banner').count(), 1);
    const current = page.getByRole('navigation').locator('[aria-current=page]');
    assert.match((await current.textContent()) ?? '', new RegExp(`^${name}`));
    const faults = await page.locator('.fault').allTextContents();
    assert.deepEqual(faults, [], name);
  }
});

test('the overview counts what was answered, and counts on while one looks', async (t) => {
  const { server, agent } = await startConsoleShop(t);
  const page = await openConsole(t, server);
  await page.getByText(/\d+ requests since the start/).waitFor();
  const from = (source: string) => page.getByRole('row', { name: new RegExp(`^${source}`) });
  await from('semantic').getByRole('cell', { name: '1', exact: true }).waitFor();
  await from('memory').getByRole('cell', { name: '0', exact: true }).waitFor();
  await call(agent, 'ask', { question: SPANISH });
  await from('memory').getByRole('cell', { name: '1', exact: true }).waitFor();
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByText('Paused: what is shown does not change.').waitFor();
});

test('a server that is away is told of, and the page goes on when it is back', async (t) => {
  const { server, settings } = await startConsoleShop(t);
  const page = await openConsole(t, server, { path: 'questions' });
  await page.getByRole('link', { name: SPANISH }).waitFor();
  await server.stop();
  await page.getByRole('navigation').getByRole('link', { name: 'Review' }).click();
  await page.getByText('The server does not answer.').first().waitFor();
  await startAskonce(t, { ...settings, PORT: new URL(server.origin).port });
  await page.getByText('Do both questions ask for the same?').waitFor();
  await page.getByText('The server does not answer.').first().waitFor({ state: 'detached' });
  await page.getByRole('article', { name: 'To review' }).waitFor();
});

test('the colours follow the system until somebody chooses, and the choice is kept', async (t) => {
  const { server } = await startConsoleShop(t);
  const page = await openConsole(t, server, { scheme: 'dark' });
  const ground = (): Promise<string> =>
    page.evaluate('getComputedStyle(document.documentElement).backgroundColor');
  const dark = await ground();
  await page.getByLabel('Colours').selectOption('light');
  const light = await ground();
  assert.notEqual(light, dark);
  await page.reload();
  await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
  assert.equal(await ground(), light);
});
