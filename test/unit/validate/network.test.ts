import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createRandom } from '../../../src/lib/random.ts';
import { bothWays } from '../../../src/validate/conditions/conditions.ts';
import { whyNoLink } from '../../../src/validate/conditions/link-url.ts';
import { Line } from '../../../src/validate/conditions/line.ts';
import { handshakeDelayMs, Losses, SEGMENT_BYTES } from '../../../src/validate/conditions/loss.ts';

const WAY = { lossRatio: 0.01, roundTripMs: 50 };

/** Says each of the given numbers, then one by which nothing is lost. */
const saying =
  (...numbers: number[]) =>
  () =>
    numbers.shift() ?? 0.999;

test('without losses nothing is late, and nothing is drawn', () => {
  const losses = new Losses(() => assert.fail('drawn'));
  const way = { ...WAY, lossRatio: 0 };
  assert.equal(losses.delayMs(10_000_000, 0, way), 0);
  assert.equal(losses.roomAt(10_000_000, 7, way), 7);
  assert.equal(
    handshakeDelayMs(0, 0, () => assert.fail('drawn')),
    0,
  );
});

test('a lost segment costs what its sender needs to hear of it', () => {
  // The first draw loses the first segment.
  const behind = (segments: number): number =>
    new Losses(saying(0)).delayMs(SEGMENT_BYTES, segments * SEGMENT_BYTES, WAY);
  assert.equal(behind(3), 50);
  assert.equal(behind(1), 100);
  assert.equal(behind(0), 250);
});

test('what is lost again waits twice as long each time', () => {
  // Lost, lost again, and again, then not.
  const losses = new Losses(saying(0, 0, 0));
  assert.equal(losses.delayMs(SEGMENT_BYTES, 0, WAY), 250 + 500 + 1000);
  assert.equal(losses.lost, 3);
  assert.equal(handshakeDelayMs(0.01, 0, saying(0, 0)), 1000 + 2000);
});

test('as many are lost as was said, and the same ones from the same numbers', () => {
  const lostOf = (seed: number): number[] => {
    const losses = new Losses(createRandom(seed));
    const lost = Array.from({ length: 2000 }, () => {
      losses.delayMs(100 * SEGMENT_BYTES, 0, WAY);
      return losses.lost;
    });
    return lost;
  };
  const lost = lostOf(1);
  assert.ok(Math.abs(lost.at(-1)! / 200_000 - 0.01) < 0.001, String(lost.at(-1)));
  assert.deepEqual(lostOf(1), lost);
  assert.notDeepEqual(lostOf(2), lost);
});

test('a long stream gets what a window leaves that halves with each loss, a short one goes at once', () => {
  const losses = new Losses(createRandom(1));
  assert.equal(losses.roomAt(10 * SEGMENT_BYTES, 0, WAY), 0);
  const bytes = 10_000_000;
  const seconds = losses.roomAt(bytes, 0, WAY) / 1000;
  // 1.22 x 1,448 / (0.05 x 0.1) = 354,700 bytes a second.
  assert.ok(Math.abs(bytes / seconds - 354_700) < 1000, String(bytes / seconds));
});

test('a line gives each sender its turn, and each byte its time', () => {
  const line = new Line(() => 0);
  const { up } = bothWays({ bandwidthBytesPerSecond: 1_000_000 });
  line.set(up, 0);
  const sent: Array<[string, number, number]> = [];
  const senderOf = (name: string, bytes: number) => {
    let left = bytes;
    return {
      take(most: number) {
        const size = Math.min(left, most);
        left -= size;
        return size === 0 ? undefined : Buffer.alloc(size);
      },
      sent: (piece: Buffer, at: number) => void sent.push([name, piece.length, at]),
    };
  };
  const large = senderOf('large', 1_000_000);
  line.enter(large);
  // 2 ms of it at a time, and 8 ms ahead.
  assert.deepEqual(
    sent,
    [2, 4, 6, 8, 10].map((at) => ['large', 2000, at]),
  );
  line.leave(large);
});

test('what one direction says goes before what both say', () => {
  const { up, down, roundTripMs } = bothWays({
    latencyMs: 10,
    jitterMs: 1,
    down: { latencyMs: 30 },
  });
  assert.deepEqual([up.latencyMs, down.latencyMs, down.jitterMs, roundTripMs], [10, 30, 1, 40]);
  assert.deepEqual([up.lossRatio, up.bandwidthBytesPerSecond], [0, Infinity]);
});

test('a database that a link would cut off is left without one, and the reason says why', () => {
  const at = (url: string): string => whyNoLink(url) ?? '';
  assert.equal(at('postgres://me@db.example.org/shop'), '');
  assert.equal(at('postgres://me@db.example.org/shop?sslmode=no-verify'), '');
  for (const socket of ['postgres:///shop', 'postgres://me@x/shop?host=/var/run/postgresql'])
    assert.match(at(socket), /socket/);
  for (const mode of ['require', 'verify-ca', 'verify-full'])
    assert.match(at(`postgres://me@db.example.org/shop?sslmode=${mode}`), /certificate/);
});
