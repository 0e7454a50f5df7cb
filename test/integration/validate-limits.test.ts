import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

import { isAppError } from '../../src/errors.ts';
import { openLimits } from '../../src/validate/conditions/limits.ts';
import type { Limits, LimitsOptions } from '../../src/validate/conditions/limits.ts';
import { eventually } from '../support/eventually.ts';

const MB = 1024 * 1024;
const refusal = await openLimits({}).then(
  (limits) => limits.close(),
  (error: unknown) => error,
);
const skip = isAppError(refusal) ? refusal.message : false;

function start(limits: Limits, code: string) {
  const { command, args } = limits.within(process.execPath, ['-e', code]);
  return spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
}

async function said(limits: Limits, code: string): Promise<string> {
  const child = start(limits, code);
  let text = '';
  child.stdout.on('data', (chunk) => (text += String(chunk)));
  await once(child, 'close');
  return text;
}

const opened = async (options: LimitsOptions, use: (limits: Limits) => Promise<void>) => {
  const limits = await openLimits(options);
  try {
    await use(limits);
  } finally {
    await limits.close();
  }
};

const groupOf = async (pid: number): Promise<string> =>
  (await readFile(`/proc/${pid}/cgroup`, 'utf8')).trim().replace('0::', '/sys/fs/cgroup');

test('who may not make a group is told what to do instead', { skip: !skip && 'it may' }, () => {
  assert.ok(isAppError(refusal, 'CONFIG_INVALID'));
  assert.match(refusal.hint!, /docker run --cpus 1 --memory 1g/);
  assert.match(refusal.hint!, /systemd-run --user --scope/);
});

test(
  'a program knows its memory from its first instruction, and sizes its heap by it',
  { skip },
  () =>
    opened({ memoryBytes: 256 * MB }, async (limits) => {
      const code = `const { heap_size_limit } = require('v8').getHeapStatistics();
      process.stdout.write(JSON.stringify([process.constrainedMemory(), heap_size_limit]))`;
      const [constrained, heap] = JSON.parse(await said(limits, code)) as [number, number];
      assert.equal(constrained, 256 * MB);
      // Of 256 MB V8 takes 259 for its heap; without a limit half of the machine, up to 4 GB.
      assert.ok(heap < 300 * MB, String(heap));
    }),
);

test('what takes more memory than it may have is ended, and that is counted', { skip }, () =>
  opened({ memoryBytes: 96 * MB }, async (limits) => {
    const child = start(limits, `const all = []; for (;;) all.push(Buffer.alloc(1 << 20, 1))`);
    const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
    assert.deepEqual([code, signal], [null, 'SIGKILL']);
    const { oomKills, memoryPeakBytes } = limits.readings();
    assert.ok(oomKills >= 1);
    assert.ok(memoryPeakBytes > 90 * MB && memoryPeakBytes <= 96 * MB, String(memoryPeakBytes));
  }),
);

test('what takes more time than it may have waits, and that is counted', { skip }, () =>
  opened({ cpus: 0.2 }, async (limits) => {
    await said(limits, `while (process.cpuUsage().user < 300_000);`);
    const { cpuMs, cpuThrottledMs } = limits.readings();
    assert.ok(cpuMs >= 300, String(cpuMs));
    assert.ok(cpuThrottledMs > 0, String(cpuThrottledMs));
  }),
);

test('one that runs is put in, and what it starts then is in it too', { skip }, () =>
  opened({ memoryBytes: 256 * MB }, async (limits) => {
    const code = `process.stdin.once('data', () =>
      process.stdout.write(String(require('child_process').spawn('sleep', ['60']).pid)));`;
    const child = spawn(process.execPath, ['-e', code], { stdio: ['pipe', 'pipe', 'inherit'] });
    const gone = once(child, 'exit');
    limits.add(child.pid!);
    child.stdin.write('now\n');
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const group = await groupOf(child.pid!);
    assert.match(group, /askonce-validate-/);
    assert.equal(await groupOf(Number(line)), group);
    await limits.close();
    await gone;
    assert.equal(existsSync(group), false);
    await eventually('its child is gone', () => !existsSync(`/proc/${Number(line)}`));
  }),
);
