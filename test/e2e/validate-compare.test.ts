// `askonce validate compare` and `plan`: two runs, two servers, and what a report says of larger ones.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';

import type { Comparison } from '../../src/validate/compare/compare.ts';
import { PROFILES } from '../../src/validate/load/agent-model.ts';
import { runAskonce } from '../support/askonce.ts';
import { startSmallShop } from '../support/small-shop.ts';
import { questionsFile } from '../support/validate.ts';

test('reports and servers are compared, and planned from', async (t) => {
  const [one, other] = [await startSmallShop(t), await startSmallShop(t)];
  const { folder, file } = await questionsFile(t);
  const out = (name: string): string => join(folder, name);
  const hasty = join(folder, 'hasty.json');
  await writeFile(hasty, JSON.stringify({ ...PROFILES.analyst, think_ms: { min: 50, max: 100 } }));
  const load = ['--conversations', '2', '--seconds', '1', '--turns', '20', '--burst', '2'];
  const asked = ['--questions', file, '--agents', hasty, ...load];
  for (const name of ['before', 'after']) {
    const args = [
      'validate',
      'baseline',
      'load',
      '--url',
      one.server.url,
      '--quick',
      ...asked,
      '--out',
      out(name),
    ];
    assert.equal((await runAskonce(args)).code, 0);
  }
  const reports = [out('before/report.json'), out('after/report.json')];
  const stored = await runAskonce(['validate', 'compare', ...reports, '--json']);
  const { compared, manner } = JSON.parse(stored.stdout) as Comparison;
  assert.equal(manner, 'stored');
  const parts = new Set(compared.map(({ part }) => part));
  for (const part of ['statement', 'data database', 'call', 'processor'])
    assert.ok(parts.has(part), part);
  assert.equal(stored.code, compared.some(({ verdict }) => verdict === 'slower') ? 3 : 0);

  const urls = ['--url', one.server.url, '--against-url', other.server.url, '--questions', file];
  const inTurns = await runAskonce(['validate', 'compare', ...urls, '--rounds', '8', '--json']);
  assert.equal((JSON.parse(inTurns.stdout) as Comparison).manner, 'interleaved', inTurns.stderr);

  const plan = ['validate', 'plan', reports[0]!, '--conversations', '500'];
  const planned = await runAskonce(plan);
  assert.match(planned.stdout, /replicas +\d/, planned.stderr);
  assert.match((await runAskonce([...plan, '--kubernetes'])).stdout, /kind: Component/);
  const wrong = await runAskonce(['validate', 'plan', file]);
  assert.equal(wrong.code, 1);
  assert.match(wrong.stderr, /is no JSON/);
});
