// Keys are read one at a time, as they come, and none of them leaves the terminal in a state of its own.
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import test from 'node:test';

import { isYes, keysOf } from '../../../src/cli/keys.ts';

function terminal(typed: string) {
  const raw: boolean[] = [];
  const input = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: (isRaw: boolean) => raw.push(isRaw),
  });
  input.write(typed);
  return { input, raw };
}

async function keysIn(typed: string) {
  const { input, raw } = terminal(typed);
  const keys: string[] = [];
  for await (const key of keysOf(input)) keys.push(key);
  return { keys, raw };
}

test('keys that were typed ahead come one by one', async () => {
  const { keys, raw } = await keysIn('sdq\u0003x');
  assert.deepEqual(keys, ['s', 'd', 'q']);
  assert.deepEqual(raw, [true, false]);
});

test('Ctrl-D and the end of the input end them', async () => {
  assert.deepEqual((await keysIn('n\u0004s')).keys, ['n']);
  const { input } = terminal('s');
  input.end();
  const keys: string[] = [];
  for await (const key of keysOf(input)) keys.push(key);
  assert.deepEqual(keys, ['s']);
});

test('y is yes, and anything else is no', async () => {
  for (const [typed, expected] of [
    ['y', true],
    ['n', false],
    ['\r', false],
    ['\u0003', false],
  ] as const) {
    const { input, raw } = terminal(typed);
    assert.equal(await isYes(input), expected, JSON.stringify(typed));
    assert.deepEqual(raw, [true, false]);
  }
});
