// Owns the browser of the console's tests: a real Chromium, and what a page must never do in it.
// A test file that imports this needs one: without it `npm test` leaves the whole file out.
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';

import { chromium } from 'playwright-core';
import type { Page } from 'playwright-core';

import { findBrowser } from '../../dev/browser.ts';

const NO_BROWSER =
  'this test needs a Chromium: run it with `npm test -- FILE`, or set TEST_BROWSER to its path';

export interface PageOptions {
  readonly scheme?: 'light' | 'dark';
  readonly width?: number;
}

/**
 * A page in a browser of its own. When the test ends, nothing may have gone wrong in it: no exception, nothing that
 * its policy forbids, and no request but to the server that it is from.
 */
export async function openPage(
  t: TestContext,
  url: string,
  { scheme = 'light', width = 1280 }: PageOptions = {},
): Promise<Page> {
  const executablePath = await findBrowser(process.env);
  if (executablePath === null) throw new Error(process.env['TEST_BROWSER_SKIP'] || NO_BROWSER);
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  t.after(() => browser.close());
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme: scheme });
  const { origin } = new URL(url);
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('console', (message) => {
    if (/content security policy/i.test(message.text())) faults.push(message.text());
  });
  page.on('request', (request) => {
    const to = request.url();
    if (new URL(to).origin !== origin && !to.startsWith('data:')) faults.push(`asked ${to}`);
  });
  t.after(() => assert.deepEqual(faults, []));
  await page.goto(url);
  return page;
}
