// What the documents say is there: every link and anchor leads somewhere, every setting, error, metric, tool, command
// and alert that is named exists, and what is to be copied parses.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

import { ERROR_KINDS } from '../../src/errors.ts';
import { POLICY_VALUES } from '../../src/admin/policy-values.ts';
import { createMetrics } from '../../src/metrics.ts';
import { SETTINGS } from '../../src/settings.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const DOCUMENTS = [
  'README.md',
  'SECURITY.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** Of other programs, or of the tests: no settings of the server. */
const OTHERS_VARIABLES = /^(OTEL_[A-Z_]+|MCP_AUTH_TOKEN|TEST_DATABASE_URL|NODE_OPTIONS)$/;
const OF_THE_PROXY = new Set(
  [...read('deploy/haproxy/haproxy.cfg').matchAll(/[{(]([A-Z]+_[A-Z\d]+)[-})]/g)].map(
    ([, name]) => name,
  ),
);
/** To be replaced by a person, or slips that README warns of. */
const NO_NAMES = new Set(['ANSWER_ID', 'CACHE_TTL', 'DB_URL']);
/** Names in PostgreSQL, or of a tool as some clients call it, that look like metrics. */
const NO_METRICS = new Set(['askonce_reader', 'askonce_stream', 'askonce_ask', 'askonce_cache']);
/** In the place of a name. */
const PLACEHOLDER = /^[A-Z]|…/;

interface Fence {
  readonly language: string;
  readonly text: string;
}

const FENCE = /^```(\w*)\n([\s\S]*?)^```$/gm;

const fencesOf = (text: string): Fence[] =>
  [...text.matchAll(FENCE)].map(([, language = '', body = '']) => ({ language, text: body }));
const proseOf = (text: string): string => text.replaceAll(FENCE, '');
/** What stands in the text as code: spans, and blocks. */
const codeOf = (text: string): string[] => [
  ...[...proseOf(text).matchAll(/`([^`]+)`/g)].map(([, span = '']) => span.replaceAll('\n', ' ')),
  ...fencesOf(text).map((fence) => fence.text),
];

/** As GitHub makes them of headings. */
function anchorsOf(text: string): Set<string> {
  const headings = [...proseOf(text).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

/** Each of what a pattern finds in code, with the documents that say it. */
function namedInCode(pattern: RegExp): Map<string, string[]> {
  const named = new Map<string, string[]>();
  for (const path of DOCUMENTS) {
    for (const code of codeOf(read(path))) {
      for (const [whole, name = whole] of code.matchAll(pattern)) {
        named.set(name, [...(named.get(name) ?? []), path]);
      }
    }
  }
  return named;
}

function assertKnown(named: ReadonlyMap<string, string[]>, isKnown: (name: string) => boolean) {
  assert.ok(named.size > 0, 'the pattern finds something');
  const unknown = [...named].filter(([name]) => !isKnown(name));
  assert.deepEqual(unknown, []);
}

test('every relative link leads to a file, and every anchor to a heading', () => {
  for (const path of DOCUMENTS) {
    for (const [, target = ''] of proseOf(read(path)).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      const [file = '', anchor] = target.split('#');
      const found = file === '' ? path : relative(ROOT, join(ROOT, dirname(path), file));
      assert.ok(existsSync(join(ROOT, found)), `${path}: ${target} leads to no file`);
      if (anchor === undefined) continue;
      assert.ok(anchorsOf(read(found)).has(anchor), `${path}: ${target} leads to no heading`);
    }
  }
});

test('every document is led to from README', () => {
  const readme = read('README.md');
  for (const path of DOCUMENTS.slice(1)) assert.ok(readme.includes(`](${path}`), path);
});

test('blocks of JSON parse', () => {
  let count = 0;
  for (const path of DOCUMENTS) {
    for (const { language, text } of fencesOf(read(path))) {
      if (language !== 'json') continue;
      assert.doesNotThrow(() => JSON.parse(text) as unknown, `${path}: ${text}`);
      count += 1;
    }
  }
  assert.ok(count >= 8);
});

test('names in capitals are settings, errors, or known to belong to others', () => {
  assertKnown(
    namedInCode(/(?<![\w.…-])[A-Z][A-Z\d]*(?:_[A-Z\d]+)+(?![\w…*])/g),
    (name) =>
      name in SETTINGS ||
      name in ERROR_KINDS ||
      OTHERS_VARIABLES.test(name) ||
      OF_THE_PROXY.has(name) ||
      NO_NAMES.has(name),
  );
});

test('values of the policy that are named exist', () => {
  const table = /## What to set\n([\s\S]*?)\n## /.exec(read('docs/tuning.md'))?.[1] ?? '';
  const named = [...table.matchAll(/^\| ([^|]+) \|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`(\w+)`/g)].map(([, name = '']) => name),
  );
  assert.deepEqual(named.toSorted(), Object.keys(POLICY_VALUES).toSorted());
});

test('every metric that is named is exposed', async () => {
  const metrics = createMetrics();
  metrics.observe({
    sessionPool: () => ({ leased: 0, total: 1, waiting: 0 }),
    dbPool: () => ({ total: 0, idle: 0, waiting: 0 }),
    largeResults: () => ({ inside: 0, waiting: 0 }),
    conversations: () => 0,
    isStoreUp: () => true,
    memoryUse: () => 0,
  });
  metrics.observeFreshness(async () => {
    const none = { unlogged: 0, fault: null };
    return { source: 'statistics', boundMs: 1, lagMs: 1, ...none };
  });
  const { text } = await metrics.render();
  const exposed = new Set([...text.matchAll(/^# TYPE (\w+)/gm)].map(([, name = '']) => name));
  assertKnown(
    namedInCode(/\b(?:askonce|process)_[a-z_]+\b/g),
    (name) => exposed.has(name) || NO_METRICS.has(name),
  );
});

test('every tool that is named is one', () => {
  const sources = readdirSync(join(ROOT, 'src/mcp/tools')).map((file) =>
    read(`src/mcp/tools/${file}`),
  );
  const tools = new Set(
    sources
      .flatMap((source) => [...source.matchAll(/^ {6}name: '(\w+)'/gm)])
      .map(([, name]) => name),
  );
  assert.ok(tools.size >= 17);
  assertKnown(namedInCode(/\b(?:cache|server|search|fetch)_[a-z]+\b(?!_)/g), (name) =>
    tools.has(name),
  );
});

const help = (...args: string[]): string =>
  spawnSync(process.execPath, [join(ROOT, 'dist/src/main.js'), ...args, '--help'], {
    encoding: 'utf8',
  }).stdout;

const isIn = (helpText: string) => (name: string) =>
  PLACEHOLDER.test(name) || new RegExp(`(^ +|askonce |\\| )${name}(?![\\w-])`, 'm').test(helpText);

test('every command of askonce that is named is in its help', () => {
  assertKnown(namedInCode(/(?<=^|[\n;:] *|\$ |npx )askonce (-{0,2}[\w…][\w…-]*)/g), isIn(help()));
  assertKnown(
    namedInCode(/(?<=^|[\n;:] *|\$ |npx )askonce cache ([\w…][\w…-]*)/g),
    isIn(help('cache')),
  );
});

test('every script and every benchmark that is named can be run', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  assertKnown(namedInCode(/\bnpm run (?:--silent )?([\w:]+)/g), (name) => name in scripts);
  const benchmarks = read('bench/run.ts');
  assertKnown(namedInCode(/\bnpm run bench -- ([a-z]+)/g), (name) =>
    new RegExp(`^ {2}${name}: `, 'm').test(benchmarks),
  );
});

test('every alert, of Prometheus or of the server itself, is told of under its name', () => {
  const anchors = anchorsOf(read('docs/operations.md'));
  const rules = read('deploy/prometheus/alerts.yml');
  const links = [...rules.matchAll(/runbook_url: (.+)$/gm)].map(([, link]) => link);
  const names = [...rules.matchAll(/- alert: (\w+)$/gm)].map(([, name = '']) => name);
  assert.ok(names.length >= 10);
  assert.deepEqual(
    links,
    names.map((name) => `docs/operations.md#${name.toLowerCase()}`),
  );
  const own = [...read('src/alerts.ts').matchAll(/name: '(\w+)'/g)].map(([, name = '']) => name);
  assert.ok(own.length >= 9);
  for (const name of [...names, ...own]) assert.ok(anchors.has(name.toLowerCase()), name);
});
