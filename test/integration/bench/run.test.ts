import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';

import { COUNT, ROOT, createScratch } from './pairs.ts';
import type { Scratch } from './pairs.ts';

let scratch: Scratch;
before(async () => {
  scratch = await createScratch();
});
after(() => scratch.remove());

const PAIR = {
  cached_question: 'How many Germans?',
  cached_sql: COUNT,
  new_question: 'how many germans',
  same: true,
};

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function bench(...args: string[]): Promise<Ended> {
  const command = [join(ROOT, 'dist/bench/run.js'), ...args];
  try {
    return { code: 0, ...(await promisify(execFile)(process.execPath, command)) };
  } catch (error) {
    return error as Ended;
  }
}

test('help names every benchmark with its options', async () => {
  for (const args of [['--help'], [], ['decisions', '--help']]) {
    const { code, stdout } = await bench(...args);
    assert.equal(code, 0);
    assert.match(stdout, /decisions --pairs FILE \[--out FILE\][^]*workload --file FILE/);
  }
});

test('with --json standard output is one JSON and progress goes to standard error', async () => {
  const pairs = await scratch.write('pairs.jsonl', [PAIR]);
  const { stdout, stderr } = await bench('decisions', '--pairs', pairs, '--json');
  const figures = JSON.parse(stdout) as { bench: string; outcomes: { hits: number } };
  assert.deepEqual([figures.bench, figures.outcomes.hits], ['decisions', 1]);
  assert.match(stderr, /1 pairs/);
});

test('without --json standard output is a table', async () => {
  const question = {
    tenant: 'a',
    domain: 'shop',
    question: 'How many Germans?',
    sql: COUNT,
    sql_id: '1',
  };
  const file = await scratch.write('workload.jsonl', [question]);
  const { stdout } = await bench('workload', '--file', file);
  assert.match(stdout, /^1 questions; 0\.0 % repeat an earlier one/);
});

test('a fault ends with its code, what to do, and no stack', async () => {
  const broken = await scratch.write('broken.jsonl', [PAIR, 7]);
  const { code, stdout, stderr } = await bench('decisions', '--pairs', broken, '--json');
  assert.deepEqual([code, stdout], [1, '']);
  assert.match(stderr, /^INPUT_INVALID: .*line 2: /);
  assert.doesNotMatch(stderr, /\n\s+at /);
});

test('an unknown benchmark is refused with the help', async () => {
  for (const name of ['nothing', 'constructor']) {
    const { code, stderr } = await bench(name);
    assert.equal(code, 2);
    assert.match(stderr, new RegExp(`There is no benchmark ${name}`));
  }
});
