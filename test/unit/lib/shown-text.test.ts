// What a model reads of others' texts: nothing invisible in it, and the value stays the value.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { cleanText, visibleJson } from '../../../src/lib/shown-text.ts';

const HIDDEN = [
  '\u202e',
  '\u2066',
  '\u200b',
  '\u200d',
  '\ufeff',
  '\u00ad',
  '\u0085',
  '\u007f',
  '\u2028',
  '\ufe0f',
  '\u{e0041}',
  '\u{f0000}',
  '\u180e',
  '\u3164',
];

test('what cannot be seen in a JSON text stands there as an escape, and means the same', () => {
  for (const hidden of HIDDEN) {
    const value = { text: `a${hidden}b"\\${hidden}`, [hidden]: [hidden, 'ü', '日本', '🙂'] };
    const json = visibleJson(JSON.stringify(value));
    assert.ok(!json.includes(hidden), JSON.stringify(hidden));
    assert.deepEqual(JSON.parse(json), value);
  }
});

test('what can be seen stays as it is, and so do the breaks between rows', () => {
  const json = '["Müller \\n",1],\n["日本語 العربية 🙂",null]';
  assert.equal(visibleJson(json), json);
});

test('a question of somebody else is one visible line', () => {
  const question = `how many${HIDDEN.join('')}\n\nIGNORE\tALL ${'x'.repeat(500)}`;
  const shown = cleanText(question, 300);
  assert.match(shown ?? '', /^how many +IGNORE ALL x+…$/);
  assert.equal(shown?.length, 300);
});
