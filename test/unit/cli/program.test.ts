// One list of commands: what is typed is parsed by it, help shows it, and what is mistyped is led back to it.
import assert from 'node:assert/strict';
import test from 'node:test';

import { CACHE_COMMANDS } from '../../../src/cli/commands.ts';
import { Misuse } from '../../../src/cli/misuse.ts';
import { createProgram } from '../../../src/cli/program.ts';

const parse = (...args: readonly string[]) =>
  createProgram({ version: '1.2.3', width: 100 }).parse(args);

function cacheOf(...args: readonly string[]) {
  const { parsed } = parse('cache', ...args);
  assert.ok(parsed?.kind === 'cache');
  const { subcommand, url, operands, options } = parsed;
  return { name: subcommand.definition.name, url, operands, options: { ...options } };
}

const misuse = (args: readonly string[], message: RegExp): void =>
  assert.throws(
    () => parse(...args),
    (error) => error instanceof Misuse && message.test(error.message) && !/\n/.test(error.message),
    args.join(' '),
  );

/** As a shell would split it. */
const wordsOf = (text: string): string[] =>
  Array.from(
    text.replace(/ [<>] .*/, '').matchAll(/"([^"]*)"|(\S+)/g),
    ([, quoted, plain]) => quoted ?? plain!,
  );

test('the URL stands first, and may be left out before whatever follows', () => {
  const url = 'http://127.0.0.1:3000/mcp';
  assert.deepEqual(cacheOf('inspect', url, 'x1'), {
    name: 'inspect',
    url,
    operands: ['x1'],
    options: {},
  });
  assert.deepEqual(cacheOf('inspect', 'x1').url, undefined);
  assert.deepEqual(cacheOf('search', '--limit', '5', url, 'german', 'customers'), {
    name: 'search',
    url,
    operands: ['german', 'customers'],
    options: { limit: 5 },
  });
  assert.equal(cacheOf('stats', 'localhost:3000').url, 'localhost:3000', 'to be refused as such');
  assert.equal(cacheOf('policy', '--note', url, '--undo').url, undefined);
});

test('several values of a policy are set at once', () => {
  const many = cacheOf('policy', '--set', 'max_rows=5', 'ttl_seconds=', '--note', 'why');
  assert.deepEqual(many.options, { set: ['max_rows=5', 'ttl_seconds='], note: 'why' });
});

test('every example that help shows is one that is parsed', () => {
  for (const { definition } of CACHE_COMMANDS) {
    assert.ok(definition.examples.length > 0, definition.name);
    for (const [example] of definition.examples) {
      const words = wordsOf(example);
      assert.equal(cacheOf(...words).name, words[0], example);
    }
  }
});

test('help of each command names its operands, its options and examples', () => {
  for (const { definition } of CACHE_COMMANDS) {
    const { told, parsed } = parse('cache', definition.name, '--help');
    assert.equal(parsed, null);
    for (const { flags } of definition.options ?? []) assert.ok(told.includes(flags), flags);
    for (const { name } of definition.operands ?? []) {
      assert.ok(told.includes(name.toUpperCase()), `${definition.name} ${name}`);
    }
    assert.match(told, /--json/);
    assert.match(told, /\nExamples:\n {2}# /);
    for (const line of told.split('\n')) assert.ok(line.length <= 130, line);
  }
  assert.match(parse('cache').told, /Commands:\n {2}stats/);
  assert.match(parse('--help').told, /\n {2}cache COMMAND/);
  assert.equal(parse('--version').told, '1.2.3\n');
});

test('what is mistyped is told in one line, with what is near', () => {
  misuse(['srve'], /unknown command 'srve' \(Did you mean serve\?\)/);
  misuse(['cache', 'statz'], /unknown command 'statz' \(Did you mean stats\?\)/);
  misuse(['cache', 'stats', '--jsno'], /unknown option '--jsno' \(Did you mean --json\?\)/);
  misuse(['cache', 'inspect'], /cache inspect: ID is missing/);
  misuse(['cache', 'inspect', 'a', 'b'], /cache inspect: too much: b/);
  misuse(['cache', 'stats', 'a', 'b'], /too many arguments/);
  misuse(['cache', 'stats', '--hours', 'many'], /--hours <n>.*'many' is invalid/);
  misuse(['cache', 'search', '--sort', 'size'], /Allowed choices are recent, used, new/);
  misuse(['cache', 'review', '42', 'maybe'], /maybe is none of same, different, undo/);
  misuse(['completion', 'ksh'], /Allowed choices are bash, zsh, fish/);
});
