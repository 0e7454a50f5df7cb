// What people are shown of a document: the figures and texts that it has, aligned, and nothing that steers a terminal.
import assert from 'node:assert/strict';
import test from 'node:test';

import { createColors } from 'colorette';
import stringWidth from 'string-width';

import type { Look } from '../../../src/cli/look.ts';
import { lookAt } from '../../../src/cli/look.ts';
import type { Progress } from '../../../src/cli/progress.ts';
import { show } from '../../../src/cli/show.ts';
import type { Render } from '../../../src/cli/show.ts';
import { renderAnswers } from '../../../src/cli/subcommands/answers.ts';
import { renderDecide } from '../../../src/cli/subcommands/decide.ts';
import { renderForget } from '../../../src/cli/subcommands/forget.ts';
import { renderInspect } from '../../../src/cli/subcommands/inspect.ts';
import { renderPolicy } from '../../../src/cli/subcommands/policy.ts';
import { renderQueue } from '../../../src/cli/subcommands/review.ts';
import { renderSearch } from '../../../src/cli/subcommands/search.ts';
import { renderStats } from '../../../src/cli/subcommands/stats.ts';
import { renderTune } from '../../../src/cli/subcommands/tune.ts';
import { NOW, documentsWith } from '../../support/cli-documents.ts';
import type { Documents } from '../../support/cli-documents.ts';

const QUESTION = 'how many customers are in Germany?';
const PLAIN: Look = { width: 80, colors: createColors({ useColor: false }), now: NOW };
const RENDERS: { readonly [Name in keyof Documents]: Render<Documents[Name]> } = {
  stats: renderStats,
  search: renderSearch,
  inspect: renderInspect,
  answers: renderAnswers,
  decide: renderDecide,
  policy: (document, look) => renderPolicy(document, look, true),
  tune: renderTune,
  queue: renderQueue,
  forget: renderForget,
};
const NO_PROGRESS: Progress = {
  tell: () => undefined,
  note: () => undefined,
  clear: () => undefined,
};

async function shown(
  name: keyof Documents,
  { text, look = PLAIN, isJson = false }: { text: string; look?: Look; isJson?: boolean },
): Promise<string> {
  let printed = '';
  const face = {
    look,
    progress: NO_PROGRESS,
    stdin: process.stdin,
    isInteractive: false,
    print: async (part: string) => void (printed += part),
  };
  const document = documentsWith(text)[name];
  const render = RENDERS[name] as Render<unknown>;
  await show({ face, isJson }, document as unknown as Record<string, unknown>, render);
  return printed;
}

/** ESC, BEL, CSI as one character, and what turns, hides or breaks lines. */
const HOSTILE =
  'evil\u001b[2J\u001b]0;title\u0007\u009b31m\u202e\u2066\u200b\r\n\u2028\u0000\u007f';
// oxlint-disable-next-line no-control-regex -- they are what must not be there
const STEERS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069]/;

test('nothing that agents wrote steers the terminal, in either form', async () => {
  for (const name of Object.keys(RENDERS) as (keyof Documents)[]) {
    for (const look of [PLAIN, { ...PLAIN, width: Infinity }]) {
      const text = await shown(name, { text: HOSTILE, look });
      assert.doesNotMatch(text, STEERS, name);
      assert.match(text, /evil/, name);
    }
    const json = await shown(name, { text: HOSTILE, isJson: true });
    assert.doesNotMatch(json, STEERS, name);
    assert.deepEqual(
      JSON.parse(json),
      documentsWith(HOSTILE)[name],
      'and its value is what it was',
    );
  }
});

test('nothing is wider than the terminal', async () => {
  for (const name of Object.keys(RENDERS) as (keyof Documents)[]) {
    for (const width of [80, 100, 140]) {
      const text = await shown(name, { text: `${QUESTION} `.repeat(9), look: { ...PLAIN, width } });
      for (const line of text.split('\n'))
        assert.ok(stringWidth(line) <= width, `${name}: ${line}`);
    }
  }
});

test('figures of the cache are told with bars', async () => {
  const text = await shown('stats', { text: 'shop as analyst' });
  assert.match(text, /^since {6}2026-02-28T12:00:00.000Z \(24 h ago\)\nanswers {4}1\.3 k\n/);
  assert.match(text, /\nhit rate {3}80 % ████████████████\n/);
  assert.match(text, /\nmemory +700 +56 % +█{11}▎ +memory of the server\n/);
  assert.match(text, /\n1f1f1f1f +shop as analyst +1\.3 k +80 % +█{16} +2 min ago\n/);
  assert.match(text, /\nanswers {3}▅█ {2}at most 8\nhit rate {2}▃█\n/);
});

test('a known question is listed with its statement and its id', async () => {
  assert.equal(
    await shown('search', { text: QUESTION }),
    [
      '1, of these 1 by meaning',
      '',
      QUESTION,
      `  found as: ${QUESTION}`,
      `  ${QUESTION}`,
      `  0198c0de-0000-7000-8000-000000000000 · ${QUESTION} ·`,
      `  ${QUESTION} · 1.2 k uses · used 2 min ago · 2 other`,
      '  wordings · similarity 0.910',
      '  outdated: the schema has changed since',
      '',
      'more: --cursor 20',
      '',
    ].join('\n'),
  );
});

test('the replay is a curve: a line for each target, with what of it was wrong', async () => {
  const text = await shown('tune', { text: 'It holds.' });
  assert.match(text, /\n +1 % +█{6} +50 % +4 +1 of 40 +0\.1 % to 11 % +≤ 0\.98 % +← now\n/);
  assert.match(text, /\n +2 % +█{9} +75 % +4 +1 of 40 +← advised\n/);
  assert.match(text, /Recommended: 2 %\. It holds\./);
  assert.match(text, /would serve 12 instead of 20/);
  assert.match(text, /askonce cache policy --set target_error_rate=0\.02\n$/);
});

test('a policy says where each value is from, and its history who set it', async () => {
  const text = await shown('policy', { text: 'ann' });
  assert.match(text, /^Proposed, not set: .*\(for ann, version\s3\)/);
  assert.match(
    text,
    /\ntarget_error_rate {2}0\.005 \(0\.5 %\) {2}all \(setting 0\.01\) {2}What is tolerated\.\n/,
  );
  assert.match(text, /\n +3 +ann +2 min ago +target_error_rate=0\.005 +ann\n/);
});

test('colours are for terminals alone, and for those who want them', () => {
  const colored = ({ isTTY, env = {} }: { isTTY: boolean; env?: Record<string, string> }) =>
    lookAt({ output: { isTTY, columns: 90 }, env, now: NOW }).colors.bold('x') !== 'x';
  assert.equal(colored({ isTTY: true }), true);
  assert.equal(colored({ isTTY: false }), false);
  assert.equal(colored({ isTTY: true, env: { NO_COLOR: '1' } }), false);
  assert.equal(colored({ isTTY: true, env: { TERM: 'dumb' } }), false);
  assert.equal(lookAt({ output: {}, env: {}, now: NOW }).width, Infinity);
  assert.equal(lookAt({ output: {}, env: { COLUMNS: '72' }, now: NOW }).width, 72);
});
