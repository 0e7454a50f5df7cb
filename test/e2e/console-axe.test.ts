// The console by the rules of accessibility, as far as a machine can tell: every page, in light and in dark, and
// no page wider than a small screen.
import assert from 'node:assert/strict';
import test from 'node:test';

import type { Page } from 'playwright-core';

import { call } from '../support/askonce.ts';
import type { Askonce } from '../support/askonce.ts';
import { violations } from '../support/axe.ts';
import { openPage } from '../support/browser.ts';
import {
  loaded,
  REPHRASED,
  SPANISH,
  consoleUrl,
  openConsole,
  startConsoleShop,
} from '../support/console.ts';

const SMALL_SCREEN_PX = 400;

async function pathsOf(page: Page, server: Askonce, answerId: string): Promise<string[]> {
  await page.goto(consoleUrl(server, 'questions'));
  const entry = await page.getByRole('link', { name: SPANISH }).getAttribute('href');
  return [
    'overview',
    'questions',
    `questions?query=${encodeURIComponent('nothing like it')}&table=none`,
    (entry ?? '').replace('#/', ''),
    'why',
    `why/${answerId}`,
    `why/unknown`,
    `decide?question=${encodeURIComponent(REPHRASED)}`,
    'review',
    'tuning',
    'policy',
    'warm',
    'alerts',
  ];
}

for (const scheme of ['light', 'dark'] as const) {
  test(`axe finds no violation on any page, ${scheme}`, async (t) => {
    const { server, agent, served } = await startConsoleShop(t);
    await call(agent, 'report', { answer_id: served.answer_id, verdict: 'wrong' });
    const outside = await openPage(t, consoleUrl(server), { scheme });
    await outside.getByLabel('Token of an admin').waitFor();
    assert.deepEqual(await violations(outside), [], 'sign in');
    const page = await openConsole(t, server, { scheme });
    for (const path of await pathsOf(page, server, served.answer_id)) {
      await page.goto(consoleUrl(server, path));
      await loaded(page);
      await page.evaluate(
        'document.querySelectorAll("details").forEach((all) => (all.open = true))',
      );
      assert.deepEqual(await violations(page), [], path);
    }
    await page.goto(consoleUrl(server, 'policy'));
    await page.getByRole('button', { name: 'Change ttl_seconds' }).click();
    assert.deepEqual(await violations(page), [], 'a dialog');
  });
}

test('no page is wider than a small screen', async (t) => {
  const { server, served } = await startConsoleShop(t);
  const page = await openConsole(t, server, { width: SMALL_SCREEN_PX });
  for (const path of await pathsOf(page, server, served.answer_id)) {
    await page.goto(consoleUrl(server, path));
    await loaded(page);
    const width = await page.evaluate<number>('document.documentElement.scrollWidth');
    assert.equal(width, SMALL_SCREEN_PX, path);
  }
});
