// The rules of deploy/prometheus, by Prometheus' own tool: they are well formed, and each fires when it should.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { ERROR_KINDS } from '../../../src/errors.ts';
import { DEPLOY, findPromtool } from '../../support/promtool.ts';

const promtool = await findPromtool();
const options = typeof promtool === 'function' ? {} : promtool;

const read = (name: string): string => readFileSync(join(DEPLOY, 'prometheus', name), 'utf8');
const rules = read('alerts.yml');
const names = [...rules.matchAll(/^ +- alert: (\w+)$/gm)].map(([, name]) => name!);

for (const args of [
  ['check', 'rules', 'prometheus/alerts.yml'],
  ['check', 'config', 'prometheus/prometheus.yml'],
  ['test', 'rules', 'prometheus/alerts.test.yml'],
]) {
  test(`promtool ${args.join(' ')} finds no fault`, options, async () => {
    assert.ok(typeof promtool === 'function');
    const { code, said } = await promtool(args);
    assert.equal(code, 0, said);
    assert.match(said, /SUCCESS/);
    assert.doesNotMatch(said, /FAILED|duplicate/i);
  });
}

test('each alert fires in a test of its own, and has all that who is woken by it wants', () => {
  const tests = read('alerts.test.yml');
  const blocks = rules.split(/^ +- alert: /m).slice(1);
  assert.equal(new Set(names).size, blocks.length);
  for (const [at, block] of blocks.entries()) {
    const name = names[at]!;
    assert.match(tests, new RegExp(`alertname="${name}",alertstate="firing"`), name);
    assert.match(block, /^ +severity: (warning|critical)$/m, name);
    assert.match(block, /^ +summary: ./m, name);
    assert.match(block, /^ +description: ./m, name);
    const anchor = `docs/operations.md#${name.toLowerCase()}`;
    assert.match(block, new RegExp(`^ +runbook_url: ${anchor}$`, 'm'), name);
  }
});

test("the faults that count as the server's are those that no agent can mend", () => {
  const [, counted = ''] = /outcome=~"([^"]+)"/.exec(rules) ?? [];
  const ofServer = Object.entries(ERROR_KINDS)
    .filter(([code, { status }]) => status >= 500 && code !== 'CONFIG_INVALID')
    .map(([code]) => code);
  assert.deepEqual(counted.split('|').sort(), ofServer.sort());
});
