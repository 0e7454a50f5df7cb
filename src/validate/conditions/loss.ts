// Owns what lost packets cost a TCP connection, as its reader feels it: nothing is missing, it comes later, and so
// does everything behind it. A model, since a relay above TCP has no packets that it could drop:
// - Of each 1,448 bytes one segment (Ethernet's 1,500 less the headers of IP and TCP with timestamps), each lost
//   by itself with the same chance.
// - With three or more segments behind it the loss is told by what arrives (fast retransmit, RFC 5681 3.2, and
//   RACK, RFC 8985 6.2): one more round trip. With one or two behind it, at the latest by the probe after two round
//   trips (RFC 8985 7.2). A segment alone waits for the retransmission timer: a round trip and 200 ms, Linux's least
//   (TCP_RTO_MIN; RFC 6298 asks for a second, which nobody keeps). If it is lost again, twice that, and so on
//   (RFC 6298 5.5).
// - A connection that is opened waits a second for what it lost (RFC 6298 2.1), then twice that.
// - Each loss halves what may be on its way, so that a stream that never ends gets no more than
//   1.22 segments / (round trip x sqrt(loss)) (Mathis and others 1997, "The Macroscopic Behavior of the TCP Congestion
//   Avoidance Algorithm"); the first 10 segments go at once (RFC 6928).
// Left out: slow start, the bursts in which real networks lose, and what a sender of another kind (BBR) does.

export const SEGMENT_BYTES = 1448;
const FAST_RETRANSMIT_SEGMENTS = 3;
const RTO_MIN_MS = 200;
const FIRST_RTO_MS = 1000;
/** Linux sends no more than 6 SYNs and gives up after some two minutes. */
const MAX_RETRIES = 6;
const INITIAL_WINDOW_BYTES = 10 * SEGMENT_BYTES;
const MATHIS = Math.sqrt(3 / 2);
/** Of a network within one machine; the formula divides by it. */
const LEAST_ROUND_TRIP_MS = 0.05;

export interface Way {
  readonly lossRatio: number;
  readonly roundTripMs: number;
}

/** Of one direction of one connection. */
export class Losses {
  readonly #random: () => number;
  #ratio = 0;
  /** How many segments arrive before the next that is lost. */
  #untilNext = Infinity;
  /** When a window that halves with each loss has room again, in ms. */
  #roomAt = 0;
  lost = 0;

  /** @param random As Math.random; the same numbers give the same losses. */
  constructor(random: () => number) {
    this.#random = random;
  }

  /**
   * @param bytes Sent together.
   * @param bytesBehind Sent right behind them.
   * @returns ms by which they come later.
   */
  delayMs(bytes: number, bytesBehind: number, way: Way): number {
    if (way.lossRatio !== this.#ratio) {
      this.#ratio = way.lossRatio;
      this.#untilNext = this.#drawGap();
    }
    const segments = Math.ceil(bytes / SEGMENT_BYTES);
    const behind = Math.ceil(bytesBehind / SEGMENT_BYTES);
    let delayMs = 0;
    while (this.#untilNext < segments) {
      const following = segments - 1 - this.#untilNext + behind;
      delayMs = Math.max(delayMs, this.#recoveryMs(following, way));
      this.#untilNext += 1 + this.#drawGap();
    }
    this.#untilNext -= segments;
    return delayMs;
  }

  /** @returns when bytes that are ready now may be sent, in ms of the same clock. */
  roomAt(bytes: number, now: number, way: Way): number {
    if (way.lossRatio === 0) return now;
    const roundTripMs = Math.max(way.roundTripMs, LEAST_ROUND_TRIP_MS);
    const bytesPerMs = (MATHIS * SEGMENT_BYTES) / (roundTripMs * Math.sqrt(way.lossRatio));
    const spared = INITIAL_WINDOW_BYTES / bytesPerMs;
    this.#roomAt = Math.max(this.#roomAt, now) + bytes / bytesPerMs;
    return Math.max(now, this.#roomAt - spared);
  }

  #recoveryMs(following: number, { roundTripMs, lossRatio }: Way): number {
    this.lost += 1;
    const rtoMs = roundTripMs + RTO_MIN_MS;
    const firstMs =
      following >= FAST_RETRANSMIT_SEGMENTS
        ? roundTripMs
        : following > 0
          ? Math.min(2 * roundTripMs, rtoMs)
          : rtoMs;
    const retries = repeated(following > 0 ? rtoMs : 2 * rtoMs, lossRatio, this.#random);
    this.lost += retries.count;
    return firstMs + retries.ms;
  }

  /** How many in a row arrive: one draw for each loss, not for each segment. */
  #drawGap(): number {
    if (this.#ratio <= 0) return Infinity;
    return Math.floor(Math.log(1 - this.#random()) / Math.log(1 - this.#ratio));
  }
}

/** @returns ms by which a connection is open later for what both ways lose of its handshake. */
export function handshakeDelayMs(up: number, down: number, random: () => number): number {
  return repeated(FIRST_RTO_MS, 1 - (1 - up) * (1 - down), random).ms;
}

/** What waits for a timer that doubles as long as it is lost. */
function repeated(firstMs: number, ratio: number, random: () => number) {
  let ms = 0;
  let count = 0;
  if (ratio === 0) return { ms, count };
  while (count < MAX_RETRIES && random() < ratio) {
    ms += firstMs * 2 ** count;
    count += 1;
  }
  return { ms, count };
}
