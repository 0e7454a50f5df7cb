// The README's table of settings is made from the schema; this keeps it so.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';

import { SETTINGS } from '../../src/settings.ts';

const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');

function tableRows(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) => line.replace(/\s+/g, ' ').trim());
}

test('README lists every setting with its default and its meaning, as the schema has them', () => {
  const rows = new Set(tableRows(readme));
  for (const [name, setting] of Object.entries(SETTINGS)) {
    const fallback = setting.schema.safeParse(undefined).data;
    const shown = Array.isArray(fallback) ? '' : String(fallback ?? '');
    const row = `| \`${name}\` | ${shown} | ${setting.about} |`.replace(/\s+/g, ' ');
    assert.ok(rows.has(row), `README misses this row: ${row}`);
  }
});
