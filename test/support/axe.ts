// Owns what a machine can tell of a page's accessibility.
import axe from 'axe-core';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

/** One line for each element that breaks a rule. */
export async function violations(page: Page): Promise<string[]> {
  // Evaluated by the browser itself, so that the page keeps its policy.
  await page.evaluate(axe.source);
  const { violations: found } = await page.evaluate<AxeResults>('axe.run()');
  return found.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`));
}
