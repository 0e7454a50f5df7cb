// The dashboard of deploy/grafana: whole, and every one of its questions can be asked of Prometheus.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { DEPLOY, findPromtool } from '../../support/promtool.ts';

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: Readonly<Record<'x' | 'y' | 'w' | 'h', number>>;
  readonly datasource?: { readonly uid: string };
  readonly targets?: ReadonlyArray<{ readonly expr: string; readonly datasource: { uid: string } }>;
}

const GRID_COLUMNS = 24;

const promtool = await findPromtool();
const options = typeof promtool === 'function' ? {} : promtool;

const read = (name: string): Promise<string> => readFile(join(DEPLOY, 'grafana', name), 'utf8');
const { panels, uid } = JSON.parse(await read('dashboards/askonce.json')) as {
  readonly uid: string;
  readonly panels: readonly Panel[];
};
const shown = panels.filter(({ type }) => type !== 'row');

test('each panel says what it shows, of a source that is provided, in a place of its own', async () => {
  assert.equal(uid, 'askonce');
  assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
  const sources = await read('provisioning/datasources/askonce.yml');
  const taken = new Map<string, string>();
  for (const { title, description, gridPos, targets = [] } of shown) {
    assert.ok(title && description && targets.length > 0, title);
    for (const { datasource } of targets)
      assert.match(sources, new RegExp(`^ +uid: ${datasource.uid}$`, 'm'), title);
    const { x, y, w, h } = gridPos;
    assert.ok(x + w <= GRID_COLUMNS, title);
    for (let column = x; column < x + w; column += 1)
      for (let line = y; line < y + h; line += 1) {
        const place = `${column} ${line}`;
        assert.equal(taken.get(place), undefined, `${title} is on top of another`);
        taken.set(place, title);
      }
  }
});

test("every question of the dashboard is one in Prometheus' language", options, async (t) => {
  assert.ok(typeof promtool === 'function');
  const asked = shown.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
  assert.ok(asked.length >= 30);
  const rules = asked.map((expr, at) => ({
    record: `panel:${at}`,
    // As Grafana fills them in.
    expr: expr.replaceAll('$__rate_interval', '1m').replaceAll('$instance', '.+'),
  }));
  const folder = await mkdtemp(join(tmpdir(), 'askonce-dashboard-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'rules.yml');
  // JSON is YAML.
  await writeFile(file, JSON.stringify({ groups: [{ name: 'dashboard', rules }] }));
  const { code, said } = await promtool(['check', 'rules', file]);
  assert.equal(code, 0, said);
  assert.match(said, new RegExp(`SUCCESS: ${asked.length} rules found`));
});
