import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { z } from 'zod';

import { readLines } from '../../../bench/decisions-lines.ts';
import { isAppError } from '../../../src/errors.ts';

const ROW = z.object({ name: z.string() });
let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'askonce-lines-'));
});
after(() => rm(folder, { recursive: true }));

async function read(text: string) {
  const path = join(folder, 'rows.jsonl');
  await writeFile(path, text);
  return await readLines(path, ROW);
}

function refusal(pattern: RegExp) {
  return (error: unknown) => isAppError(error, 'INPUT_INVALID') && pattern.test(error.message);
}

test('rows come in the order of their lines, empty lines left out', async () => {
  const rows = await read('\uFEFF{"name":"a"}\r\n\n  \n{"name":"b","more":1}');
  assert.deepEqual(rows, [{ name: 'a' }, { name: 'b' }]);
});

test('a line that is not JSON is refused by its number', async () => {
  await assert.rejects(read('{"name":"a"}\n\n{"name":'), refusal(/rows\.jsonl, line 3: not JSON/));
});

test('a line with a wrong field is refused by its number and the field', async () => {
  await assert.rejects(read('{"name":"a"}\n{"name":7}'), refusal(/line 2: name: .*number/));
  await assert.rejects(read('[]'), refusal(/line 1: .*array/));
});

test('what a refusal quotes of a line is short', async () => {
  await assert.rejects(read(`{"${'x'.repeat(100_000)}`), (error: Error) => {
    assert.ok(error.message.length < 500 + folder.length);
    return true;
  });
});

test('a file without lines, a missing file and a folder are refused', async () => {
  await assert.rejects(read('\n\n'), refusal(/holds no lines/));
  await assert.rejects(readLines(join(folder, 'none'), ROW), refusal(/ENOENT/));
  await assert.rejects(readLines(folder, ROW), refusal(/EISDIR/));
});

test('more lines than fit in memory are refused', async () => {
  await assert.rejects(read('{"name":"a"}\n'.repeat(200_001)), refusal(/larger than 200000 lines/));
});
