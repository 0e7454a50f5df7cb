// askonce guard: a statement is judged without any database.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { runAskonce } from '../support/askonce.ts';

async function judged(args: readonly string[], input?: string): Promise<Record<string, unknown>> {
  const { code, stdout } = await runAskonce(['guard', ...args], {}, input);
  return { exit: code, ...(JSON.parse(stdout) as Record<string, unknown>) };
}

test('a statement is judged offline, with the rule and the place of what is refused', async () => {
  assert.deepEqual(await judged(['select total from shop.orders where id = $1']), {
    exit: 0,
    allowed: true,
    kind: 'select',
    tables: ['shop.orders'],
    volatility: 'stable',
    parameters: 1,
  });
  const refused = await judged([], 'select id,\n  pg_sleep(1) from orders');
  assert.equal(refused['exit'], 1);
  assert.equal(refused['allowed'], false);
  assert.match(String(refused['reason']), /"pg_sleep" is not permitted.*line 2:3/);
  const broken = await judged(['selekt 1']);
  assert.deepEqual([broken['exit'], broken['allowed']], [1, false]);
  assert.match(String(broken['reason']), /syntax error.*line 1:1/);
});

test('what is no statement is told as that', async () => {
  assert.equal((await judged([], ' -- nothing\n'))['exit'], 2);
  const { code, stderr } = await runAskonce(['guard', '--json']);
  assert.equal(code, 1);
  assert.match(stderr, /takes one statement/);
  assert.match((await runAskonce(['guard', '--help'])).stdout, /Judged offline/);
});
