// Completion in the shells themselves: what they offer is what the commands take.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import test from 'node:test';
import type { TestContext } from 'node:test';

import { CACHE_COMMANDS, SHELLS } from '../../../src/cli/commands.ts';
import { completionOf } from '../../../src/cli/completion.ts';
import { createProgram } from '../../../src/cli/program.ts';

type Shell = (typeof SHELLS)[number];

const { command } = createProgram({ version: '1', width: 80 });
const scriptOf = (shell: Shell): string => completionOf(command, shell);
const NAMES = CACHE_COMMANDS.map(({ definition }) => definition.name).sort();

/** What is typed so far, its last word unfinished, and what may come of it. */
const CASES = [
  [['ca'], ['cache']],
  [
    ['cache', 's'],
    ['search', 'stats', 'status'],
  ],
  [
    ['cache', 'search', '--s'],
    ['--scope', '--sort'],
  ],
  [['cache', 'search', '--sort', 'u'], ['used']],
  [['cache', 'review', '42', 'd'], ['different']],
  [['cache', 'warm', '--from', 'pg'], ['pg_stat_statements']],
  [['cache', 'export', 'http://127.0.0.1:3000/mcp', '--sc'], ['--scope']],
  [['token', 'ann', '--a'], ['--admin']],
  [['completion', 'b'], ['bash']],
] as const;

/** Null where the shell is not there. */
function linesOf(t: TestContext, shell: Shell, option: string, script: string): string[] | null {
  const { error, stdout, stderr } = spawnSync(shell, [option, '-c', script], {
    encoding: 'utf8',
  });
  if (error) {
    t.skip(`${shell} is not there`);
    return null;
  }
  assert.equal(stderr, '', shell);
  return stdout.split('\n').filter(Boolean);
}

const quoted = (words: readonly string[]): string => words.map((word) => `'${word}'`).join(' ');

test('bash completes commands, options and their values', (t) => {
  const asked = [...CASES.map(([words]) => words), ['cache', '']].map(
    (words) =>
      `COMP_WORDS=(askonce ${quoted(words)}); COMP_CWORD=${words.length}; _askonce; echo "\${COMPREPLY[*]}"`,
  );
  const lines = linesOf(t, 'bash', '--norc', `${scriptOf('bash')}\n${asked.join('\n')}\n`);
  if (lines === null) return;
  const offered = lines.map((line) => line.split(' ').sort());
  assert.deepEqual(
    offered.slice(0, CASES.length),
    CASES.map(([, known]) => [...known].sort()),
  );
  assert.deepEqual(
    offered.at(-1)!.filter((word) => !word.startsWith('-')),
    NAMES,
  );
});

test('zsh is offered the same', (t) => {
  // What completes is there while somebody types alone: here it says what it was given.
  const stubs = `compdef() { }; _files() { }; compadd() { print -r -- \${(M)@:#[a-z]*} }
    _describe() { print -r -- \${words_here%%:*} }`;
  const asked = CASES.map(
    ([words]) => `words=(askonce ${quoted(words)}); CURRENT=${words.length + 1}; _askonce`,
  );
  const input = `${stubs}\n${scriptOf('zsh')}\n${asked.join('\n')}\n`;
  const lines = linesOf(t, 'zsh', '-f', input);
  if (lines === null) return;
  assert.equal(lines.length, CASES.length);
  for (const [at, [words, known]] of CASES.entries()) {
    const offered: string[] = lines[at]!.split(' ').filter((word) =>
      word.startsWith(words.at(-1)!),
    );
    assert.deepEqual(offered.sort(), [...known].sort(), words.join(' '));
  }
});

test('fish is offered the same, with what each is for', (t) => {
  const asked = CASES.map(
    ([words]) =>
      `complete -C "askonce ${words.join(' ')}" | string split -f1 \\t | string join ' '`,
  );
  const input = `${scriptOf('fish')}\n${asked.join('\n')}\n`;
  const lines = linesOf(t, 'fish', '--no-config', input);
  if (lines === null) return;
  assert.deepEqual(
    lines.map((line) => line.split(' ').sort()),
    CASES.map(([, known]) => [...known].sort()),
  );
});

test('every script names every command and every option', () => {
  for (const shell of SHELLS) {
    const script = scriptOf(shell);
    for (const { definition } of CACHE_COMMANDS) {
      assert.ok(script.includes(`cache ${definition.name}`), `${shell} ${definition.name}`);
      for (const { flags } of definition.options ?? []) {
        const name = /--([\w-]+)/.exec(flags)![1]!;
        assert.match(
          script,
          shell === 'fish' ? new RegExp(`-l ${name} `) : new RegExp(`--${name}\\b`),
        );
      }
    }
  }
});
