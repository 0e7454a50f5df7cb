// Owns one direction of a link, which all of its connections share: one byte leaves after another, and who has
// more to send waits for the others' turns, as in a router with fair queues, so that a small question is not
// behind all of a large answer.
import { NOTHING } from './conditions.ts';
import type { OneWay } from './conditions.ts';
import { SEGMENT_BYTES } from './loss.ts';

/** One that sends over it. */
export interface Sender {
  /** @returns at most so many bytes of what waits; undefined where nothing does. */
  take(maxBytes: number): Buffer | undefined;
  /** @param at When its last byte has left, in ms. */
  sent(piece: Buffer, at: number): void;
}

/** How far ahead the line is given away: more than a timer is late. */
const AHEAD_MS = 8;
/** Of a turn: small against what a person or a timeout would notice. */
const TURN_MS = 2;

export class Line {
  /** Bytes that were handed on to the other end. */
  carried = 0;
  #conditions = NOTHING;
  #roundTripMs = 0;
  readonly #now: () => number;
  readonly #waiting = new Set<Sender>();
  #freeAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #isRunning = false;

  constructor(now: () => number) {
    this.#now = now;
  }

  get conditions(): Required<OneWay> {
    return this.#conditions;
  }

  get roundTripMs(): number {
    return this.#roundTripMs;
  }

  /** For what is sent from now on. */
  set(conditions: Required<OneWay>, roundTripMs: number): void {
    this.#conditions = conditions;
    this.#roundTripMs = roundTripMs;
    this.#run();
  }

  /** The sender has something to send, and is asked for it in its turn. */
  enter(sender: Sender): void {
    this.#waiting.add(sender);
    this.#run();
  }

  leave(sender: Sender): void {
    this.#waiting.delete(sender);
    if (this.#waiting.size === 0) this.#stopTimer();
  }

  #run(): void {
    if (this.#isRunning || this.conditions.lossRatio >= 1) return;
    this.#isRunning = true;
    this.#stopTimer();
    const bytesPerMs = this.conditions.bandwidthBytesPerSecond / 1000;
    while (this.#waiting.size > 0) {
      const now = this.#now();
      const aheadMs = this.#freeAt - now;
      if (aheadMs > AHEAD_MS) {
        this.#timer = setTimeout(() => this.#run(), Math.ceil(aheadMs - AHEAD_MS / 2));
        break;
      }
      this.#giveTurn(now, bytesPerMs);
    }
    this.#isRunning = false;
  }

  #giveTurn(now: number, bytesPerMs: number): void {
    const sender = this.#waiting.values().next().value!;
    this.#waiting.delete(sender);
    const piece = sender.take(Math.max(SEGMENT_BYTES, Math.floor(bytesPerMs * TURN_MS)));
    if (piece === undefined) return;
    this.#freeAt = Math.max(this.#freeAt, now) + piece.length / bytesPerMs;
    // Behind those who wait.
    this.#waiting.add(sender);
    sender.sent(piece, this.#freeAt);
  }

  #stopTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
