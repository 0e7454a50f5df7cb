// The unit of deploy/systemd: whole, with few rights, and with the time and the settings of the server.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import { SETTINGS } from '../../../src/settings.ts';
import { ROOT } from '../../support/askonce.ts';

/** In the words of systemd: below 2 is "OK", of 10. */
const MOST_EXPOSED = 1.5;

const read = (name: string): string => readFileSync(join(ROOT, name), 'utf8');
const unit = read('deploy/systemd/askonce.service');
const valueOf = (name: string): string => new RegExp(`^${name}=(.*)$`, 'm').exec(unit)?.[1] ?? '';

const hasAnalyze = spawnSync('systemd-analyze', ['--version']).status === 0;
const options = hasAnalyze ? {} : { skip: 'there is no systemd-analyze' };

function analyze(t: TestContext, ...args: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'askonce-unit-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'askonce.service');
  // It looks for the program: on this machine it may stand elsewhere.
  writeFileSync(file, unit.replace('ExecStart=/usr/bin/node', `ExecStart=${process.execPath}`));
  const { status, stdout, stderr } = spawnSync('systemd-analyze', [...args, file], {
    encoding: 'utf8',
  });
  return { status, said: `${stdout}${stderr}` };
}

test('systemd finds no fault in the unit', options, (t) => {
  const { status, said } = analyze(t, 'verify', '--man=no');
  assert.equal(status, 0, said);
  assert.doesNotMatch(said, /askonce\.service/, 'nothing is warned of');
});

test('the unit leaves the server few rights', options, (t) => {
  const { said } = analyze(t, 'security', '--offline=yes', '--no-pager');
  const [, exposure = 'none'] = /Overall exposure level for \S+: ([\d.]+)/.exec(said) ?? [];
  assert.ok(Number(exposure) <= MOST_EXPOSED, said);
});

test('the server has the time to drain, its data where it may write, and settings that exist', () => {
  const [, force = ''] = /const FORCE_MS = ([\d_]+)/.exec(read('src/main.ts')) ?? [];
  assert.ok(Number(valueOf('TimeoutStopSec')) * 1000 > Number(force.replaceAll('_', '')));
  assert.ok(
    valueOf('Environment').includes(`ASKONCE_DATA_DIR=/var/lib/${valueOf('StateDirectory')}`),
  );
  const { bin } = JSON.parse(read('package.json')) as {
    readonly bin: { readonly askonce: string };
  };
  assert.ok(valueOf('ExecStart').endsWith(`/node_modules/askonce/${bin.askonce} serve`));
  const example = read('deploy/systemd/askonce.env.example');
  const named = [...example.matchAll(/^# ([A-Z_]+)=/gm)].map(([, name = '']) => name);
  assert.ok(named.length >= 4);
  for (const name of named) assert.ok(name in SETTINGS, name);
  const docs = read('docs/deployment.md');
  for (const path of [valueOf('EnvironmentFile'), '/opt/askonce']) assert.ok(docs.includes(path));
});
