// `askonce validate` as an operator runs it: on the demo shop in one command, and on a server of their own.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';

import type { Report } from '../../src/validate/report.ts';
import { ROOT, runAskonce, startAskonce, temporaryDataDir } from '../support/askonce.ts';
import { violations } from '../support/axe.ts';
import { openPage } from '../support/browser.ts';
import { eventually } from '../support/eventually.ts';
import { startSmallShop } from '../support/small-shop.ts';
import { QUESTIONS, questionsFile, reportIn } from '../support/validate.ts';

const LITTLE = ['--quick', '--conversations', '1,5', '--seconds', '2', '--burst', '40'];
const SHORT = ['--turns', '40', '--blocks', '2', ...LITTLE];

test('the demo shop is tried in one command, and told of in a page and as JSON', async (t) => {
  const folder = await temporaryDataDir(t);
  const args = ['validate', '--demo', ...SHORT, '--out', folder];
  const { code, stderr } = await runAskonce(args);
  assert.equal(code, 0, stderr);
  const report = await reportIn(folder);
  assert.equal(report.format, 'askonce-validate/1');
  const names = new Set(report.baseline!.scenarios.map(({ name }) => name));
  for (const name of [
    'ask, known words',
    'ask, other words',
    'query, new',
    'fetch_rows',
    'explain',
  ]) {
    assert.ok(names.has(name), name);
  }
  const reworded = report.baseline!.scenarios.find(({ name }) => name === 'ask, other words')!;
  for (const stage of ['embed', 'nearest', 'judge']) {
    assert.ok(reworded.parts_ms_per_call[stage]! > 0, stage);
  }
  assert.ok(reworded.uses_per_call['cache database']! > 0);
  assert.deepEqual(
    report.load!.levels.map(({ conversations, failed }) => [conversations, failed]),
    [
      [1, 0],
      [5, 0],
    ],
  );
  assert.ok(report.load!.levels.every(({ server }) => server!.cpu_seconds! > 0));
  assert.equal(report.burst!.at_once, 40);
  assert.equal(report.burst!.failed, 0);
  assert.deepEqual(report.notes, []);
  assert.ok(stderr.includes(join(folder, 'report.html')));
  const { faults, networks } = report.conditions!;
  assert.deepEqual(
    networks.map(({ between, failed, name }) => [name, between, failed]),
    [
      ['cross-region', 'client and server', 0],
      ['lossy', 'client and server', 0],
    ],
  );
  // 35 ms there and 35 ms back.
  assert.ok(networks[0]!.hits_ms.p50! >= 70);
  const [data, cache, replica] = faults;
  for (const { after, during, name } of [data!, cache!]) {
    assert.ok(during.answered > 0, name);
    assert.equal(during.failed + after.failed, 0, name);
  }
  // Whoever asked the one that is gone was told nothing; conversations went on at the other.
  assert.ok(replica!.during.failed > 0);
  assert.ok(replica!.after.hits > 0);
  assert.equal(replica!.after.failed, 0);
  assert.deepEqual(
    report.baseline!.dependencies!.map(({ limit, name }) => [name, limit]),
    [
      ['data database', 1],
      ['cache database', 1],
      ['embedding', 1000],
    ],
  );
  assert.ok(report.plan!.replicas >= 2);
  assert.match(
    await readFile(join(folder, 'plan/kubernetes/kustomization.yaml'), 'utf8'),
    /kind: Component/,
  );

  const page = await openPage(t, `file://${join(folder, 'report.html')}`);
  assert.equal(await page.locator('h1').textContent(), 'How a server of its own holds up');
  for (const title of ['Latency over conversations', 'The course of the burst']) {
    assert.equal(
      (await page.locator(`svg[aria-label="${title}"] path.line`).count()) > 0,
      true,
      title,
    );
  }
  assert.match(
    (await page.locator('#dependencies ~ div.scroll').first().textContent())!,
    /Tried, /,
  );
  assert.deepEqual(await violations(page), []);
});

test('a server that runs is asked the questions that were brought, and nothing else', async (t) => {
  const { server } = await startSmallShop(t);
  const { folder, file } = await questionsFile(t);
  const target = ['--url', server.url, '--questions', file, '--agents', 'support-desk'];
  const args = ['validate', 'baseline', 'load', ...target, ...SHORT, '--out', folder, '--json'];
  const { code, stdout, stderr } = await runAskonce(args);
  assert.equal(code, 0, stderr);
  const report = JSON.parse(stdout) as Report;
  assert.deepEqual(report, await reportIn(folder));
  assert.deepEqual([report.target.own, report.target.question_count], [false, 3]);
  assert.equal(report.load!.agents.name, 'support-desk');
  const names = report.baseline!.scenarios.map(({ name }) => name);
  assert.ok(names.includes('ask, known words') && !names.includes('query, new'), names.join());
});

test('what cannot be tried is said before anything is sent, and what to do about it', async (t) => {
  const server = await startAskonce(t, { AUTH_TOKENS: 'ann:a-token-of-twenty-chars' });
  const wrong = await questionsFile(t, [QUESTIONS[0], { question: '', sql: 'SELECT 1' }]);
  const good = await questionsFile(t);
  const told = async (args: readonly string[], code: number, says: RegExp): Promise<void> => {
    const run = await runAskonce(['validate', ...args, '--out', good.folder]);
    assert.deepEqual([run.code, run.stdout], [code, ''], run.stderr);
    assert.match(run.stderr, says);
    assert.doesNotMatch(run.stderr, /at .*\.[jt]s:/);
  };
  await told(['stress'], 2, /knows no phase stress/);
  await told(['--conversations', '0'], 2, /--conversations takes whole numbers from 1/);
  await told(['--frobnicate'], 2, /frobnicate/);
  await told(['--url', 'http://db.example.org/mcp'], 1, /--yes/);
  await told(['--url', 'http://127.0.0.1:9/mcp'], 1, /does not answer/);
  await told(['--url', server.url], 1, /MCP_AUTH_TOKEN/);
  await told(
    ['--url', server.url, '--questions', 'nowhere.jsonl'],
    1,
    /nowhere\.jsonl cannot be read/,
  );
  await told(['--url', server.url, '--questions', wrong.file], 1, /line 2: question/);
  await told(['--agents', wrong.file], 1, /is no JSON/);
});

test('questions of another database are no load: the first fault is told', async (t) => {
  const { server } = await startSmallShop(t);
  const { code, stderr } = await runAskonce(['validate', '--url', server.url, ...SHORT]);
  assert.equal(code, 1);
  assert.match(stderr, /answers none of the questions of the demo shop/);
  assert.match(stderr, /--questions FILE/);
});

test('an interrupt ends the run and keeps what there is by then', async (t) => {
  const { server } = await startSmallShop(t);
  const { folder, file } = await questionsFile(t);
  const child = spawn(
    process.execPath,
    [
      join(ROOT, 'bin/askonce.mjs'),
      'validate',
      'load',
      '--url',
      server.url,
      '--questions',
      file,
      '--conversations',
      '3,4',
      '--seconds',
      '3000',
      '--out',
      folder,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  t.after(() => child.kill('SIGKILL'));
  const answered = async (): Promise<boolean> => {
    const metrics = await (await fetch(`${server.origin}/metrics`)).text();
    return /askonce_requests_total\{tool="ask",source="memory",outcome="ok"\} \d/.test(metrics);
  };
  await eventually('the load has begun', answered);
  child.kill('SIGINT');
  const [code] = (await once(child, 'exit')) as [number];
  assert.equal(code, 0);
  const report = await reportIn(folder);
  assert.equal(report.stopped, true);
  assert.equal(report.load!.levels.length, 1);
  assert.ok(report.load!.levels[0]!.answered > 0);
});
