import assert from 'node:assert/strict';
import { test } from 'node:test';

import { burstPicture } from '../../../bench/burst-picture.ts';
import type { PicturePoint } from '../../../bench/burst-picture.ts';

const point = (conversations: number, factor: number): PicturePoint => ({
  conversations,
  hits: { p50_ms: factor, p99_ms: 3 * factor },
  all: { p50_ms: 2 * factor, p99_ms: 20 * factor },
  answered_per_second: 100 * conversations,
  requests: 100,
  shed: conversations > 100 ? 20 : 0,
  failed: 0,
});
const LEVELS = [point(1, 1), point(10, 2), point(200, 9)];
const FIGURES = { think_ms: 5000, one_caller: { p50_ms: 0.4 }, levels: LEVELS };
const NO_HITS = { p50_ms: Number.NaN, p99_ms: Number.NaN };

test('the picture names its axes and every level', () => {
  const svg = burstPicture({ ...FIGURES, contrast: [] });
  for (const words of [
    'milliseconds (log)',
    'answers per second',
    'conversations (log)',
    '>200<',
  ]) {
    assert.ok(svg.includes(words), words);
  }
});

test('every number in it is one, with a contrast that has no hits too', () => {
  const svg = burstPicture({ ...FIGURES, contrast: [{ ...point(200, 400), hits: NO_HITS }] });
  assert.doesNotMatch(svg, /NaN|Infinity|undefined/);
  assert.match(svg, /one connection/);
});

test('each element is closed', () => {
  const svg = burstPicture({ ...FIGURES, contrast: [] });
  const opened = svg.match(/<[a-z]+(?:\s[^>]*[^/])?>/g)?.length;
  assert.equal(svg.match(/<\/[a-z]+>/g)?.length, opened);
});
