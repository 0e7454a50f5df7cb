import assert from 'node:assert/strict';
import test from 'node:test';

import { betweenLevels, kneeOf } from '../../../src/validate/load/knee.ts';
import type { CurvePoint } from '../../../src/validate/load/knee.ts';

const LEVELS = [1, 10, 50, 100, 200, 400];

function curve(of: (conversations: number) => Partial<CurvePoint>): CurvePoint[] {
  return LEVELS.map((conversations) => ({
    conversations,
    answered_per_second: conversations * 10,
    p95_ms: 20,
    lost_ratio: 0,
    ...of(conversations),
  }));
}

test('a curve without a knee is flat, and says up to where', () => {
  const { conversations, shape, why } = kneeOf(curve(() => ({})));
  assert.deepEqual([shape, conversations], ['flat', null]);
  assert.match(why, /400 conversations 95 % of the answers come within 20 ms/);
});

test('what is slower many times over, and still quick, is no knee', () => {
  const { shape } = kneeOf(curve((count) => ({ p95_ms: count === 1 ? 1 : 40 })));
  assert.equal(shape, 'flat');
});

test('a wait that grows evenly is linear, and the knee is the level before it', () => {
  const points = curve((count) => ({
    p95_ms: count <= 50 ? 20 : 10 * count,
    answered_per_second: Math.min(count * 10, 500),
  }));
  const { answered_per_second, conversations, shape } = kneeOf(points);
  assert.deepEqual([shape, conversations, answered_per_second], ['linear', 50, 500]);
});

test('a wait that multiplies is exponential', () => {
  const points = curve((count) => ({
    p95_ms: count <= 10 ? 20 : 20 * 2 ** (count / 40),
    answered_per_second: Math.min(count * 10, 500),
  }));
  assert.equal(kneeOf(points).shape, 'exponential');
});

test('calls that are lost from one level to the next are a cliff', () => {
  const points = curve((count) => ({
    p95_ms: count <= 100 ? 20 : 200,
    lost_ratio: count <= 100 ? 0 : 0.4,
    answered_per_second: Math.min(count * 10, 1000),
  }));
  const { conversations, shape, why } = kneeOf(points);
  assert.deepEqual([shape, conversations], ['cliff', 100]);
  assert.match(why, /From 100 to 200 conversations 40 % of the calls are lost/);
});

test('fewer answers with more agents are a cliff, too', () => {
  const points = curve((count) => ({
    p95_ms: count <= 100 ? 20 : 900,
    answered_per_second: count <= 100 ? count * 10 : 300,
  }));
  const { shape, why } = kneeOf(points);
  assert.equal(shape, 'cliff');
  assert.match(why, /answers fall from 1000 to 300 a second/);
});

test('where already the first level is lost there is no level before the knee', () => {
  const { conversations } = kneeOf(curve(() => ({ lost_ratio: 0.5 })));
  assert.equal(conversations, null);
});

test('between two levels that are far apart one more says where the knee is', () => {
  const points = curve((count) => ({ p95_ms: count <= 50 ? 20 : 10 * count }));
  assert.equal(betweenLevels(points), 71);
  const nearer = [...points.slice(0, 3), { ...points[2]!, conversations: 71 }, ...points.slice(3)];
  assert.equal(betweenLevels(nearer), null);
});

test('without a knee, and with none behind it, no level is missing', () => {
  assert.equal(betweenLevels(curve(() => ({}))), null);
  assert.equal(betweenLevels(curve(() => ({ lost_ratio: 0.5 }))), null);
});
