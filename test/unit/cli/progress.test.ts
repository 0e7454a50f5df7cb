// Long work tells how far it is: in a terminal in one line, elsewhere now and then.
import assert from 'node:assert/strict';
import test from 'node:test';

import { createProgress } from '../../../src/cli/progress.ts';

function written(isTTY: boolean) {
  let ms = 0;
  let text = '';
  const output = { isTTY, columns: 40, write: (part: string) => void (text += part) };
  const progress = createProgress({ output, clock: () => ms });
  return { progress, pass: (more: number) => void (ms += more), text: () => text };
}

test('a terminal has one line of it, written anew, cut to its width and gone at the end', () => {
  const { progress, text } = written(true);
  progress.tell('12 of 200', 0.5);
  progress.tell('a stage that is told at length '.repeat(9));
  progress.note('refused: number 3');
  progress.clear();
  const lines = text().split('\r\u001b[2K');
  assert.equal(lines[1], '████████████             12 of 200');
  assert.equal(lines[2]!.length, 39);
  assert.equal(lines[3], 'refused: number 3\n');
  assert.equal(lines.length, 4, 'what is clear is not cleared again');
});

test('elsewhere a line is told every few seconds, and no control character', () => {
  const { progress, pass, text } = written(false);
  progress.tell('1 question');
  pass(3000);
  progress.tell('2 questions');
  pass(3000);
  progress.tell('3 questions', 0.3);
  progress.tell('4 questions');
  progress.note('done');
  progress.clear();
  assert.equal(text(), '3 questions\ndone\n');
});
