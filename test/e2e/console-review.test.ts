// Judging in a browser: the queue with a key for each verdict, the explorer of decisions, the policy of a scope.
import assert from 'node:assert/strict';
import test from 'node:test';

import { call } from '../support/askonce.ts';
import { DOUBTFUL, SPANISH, openConsole, startConsoleShop } from '../support/console.ts';

test('the queue is judged with a key for each verdict, and a verdict is undone', async (t) => {
  const { server, agent, served } = await startConsoleShop(t);
  const note = 'these are <b>not</b> the ones';
  await call(agent, 'report', { answer_id: served.answer_id, verdict: 'wrong', note });
  const page = await openConsole(t, server, { path: 'review' });
  await page.getByText('0 of 2 judged').waitFor();
  await page.getByText('An agent reported the answer as wrong.').waitFor();
  await page.getByText(note).waitFor();
  await page.keyboard.press('n');
  await page.getByText('Left to the agent, who has not said.').waitFor();
  await page.locator('mark', { hasText: 'splendid' }).first().waitFor();
  await page.keyboard.press('s');
  await page.getByText('1 of 2 judged').waitFor();
  assert.equal((await call(agent, 'ask', { question: DOUBTFUL })).status, 'answered');
  await page.keyboard.press('u');
  await page.getByText('0 of 2 judged').waitFor();
  assert.notEqual((await call(agent, 'ask', { question: DOUBTFUL })).status, 'answered');
  await page.getByRole('button', { name: 'Different' }).click();
  await page.getByText('1 of 2 judged').waitFor();
  await page.keyboard.press('d');
  await page.getByText('All of these are judged.').waitFor();
  await page.getByRole('button', { name: 'Look for more' }).click();
  await page.getByText('Nothing is left to review.').waitFor();
});

test('two questions are held against each other, and one against what is known', async (t) => {
  const { server } = await startConsoleShop(t);
  const page = await openConsole(t, server, { path: 'decide' });
  await page.getByLabel('New question').fill('list the customers of France');
  await page.getByLabel('Earlier question (or none)').fill(SPANISH);
  await page.getByRole('button', { name: 'Decide' }).click();
  await page.getByText('Outcome: miss').waitFor();
  assert.deepEqual(await page.locator('.pair mark').allTextContents(), ['Spain', 'France']);
  await page.getByRole('group', { name: 'What was understood' }).waitFor();
  await page.getByLabel('Earlier question (or none)').fill('');
  await page.getByLabel('New question').fill('show the customers of Spain');
  await page.getByRole('button', { name: 'Decide' }).click();
  await page.getByText('Outcome: hit').waitFor();
  await page
    .getByText(/\(served from [+-]?\d/)
    .first()
    .waitFor();
  await page.getByRole('link', { name: 'Its entry' }).first().click();
  await page.getByRole('heading', { name: 'Entry', level: 1 }).waitFor();
});

test('a value of the policy is set for one scope, says where it is from, and is taken off again', async (t) => {
  const { server } = await startConsoleShop(t);
  const page = await openConsole(t, server, { path: 'policy' });
  const row = page.getByRole('row', { name: /^ttl_seconds/ });
  await row.getByText('the server’s settings').waitFor();
  const scope = page.getByLabel('Scope');
  await scope.locator('option').nth(1).waitFor({ state: 'attached' });
  await scope.selectOption({ index: 1 });
  await page.waitForURL(/scope=[0-9a-f]{32}/);
  await row.getByRole('button', { name: 'Change ttl_seconds' }).click();
  await page.getByRole('spinbutton').fill('77');
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.getByRole('dialog', { name: 'Set ttl_seconds?' }).waitFor();
  await page.getByRole('button', { name: 'Set', exact: true }).click();
  await row.getByText('set for this scope').waitFor();
  await row.getByRole('button', { name: 'Change ttl_seconds' }).click();
  await page.getByRole('button', { name: 'Take it off this level' }).click();
  await page.getByRole('button', { name: 'Set', exact: true }).click();
  await row.getByText('the server’s settings').waitFor();
});

test('what somebody else has set meanwhile is not overwritten', async (t) => {
  const { server } = await startConsoleShop(t);
  const [one, other] = [
    await openConsole(t, server, { path: 'policy' }),
    await openConsole(t, server, { path: 'policy' }),
  ];
  for (const [page, seconds] of [
    [one, '60'],
    [other, '90'],
  ] as const) {
    await page.getByRole('button', { name: 'Change ttl_seconds' }).click();
    await page.getByRole('spinbutton').fill(seconds);
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByRole('dialog', { name: 'Set ttl_seconds?' }).waitFor();
    await page.getByRole('button', { name: 'Set', exact: true }).click();
  }
  await other.getByRole('alert').getByText('INPUT_INVALID').waitFor();
  await one
    .getByRole('row', { name: /^ttl_seconds/ })
    .getByText('1 min')
    .waitFor();
});
