// Owns one direction of one connection of a link: what was read waits for the line, then for its arrival, and is
// written in order. What is under way is bounded: a reader that takes nothing stops the one that sends.
import type { Socket } from 'node:net';

import { Losses } from './loss.ts';
import type { Line, Sender } from './line.ts';

export interface LaneOptions {
  readonly from: Socket;
  readonly to: Socket;
  readonly line: Line;
  readonly random: () => number;
  readonly now: () => number;
  /** Nothing is sent before the connection is open, in ms. */
  readonly openAt: number;
}

/** How the bytes of one direction end: with a half-close, or with a connection that breaks. */
type Ending = 'end' | 'reset';

interface Arrival {
  readonly at: number;
  readonly what: Buffer | Ending;
}

/** Of one direction of one connection. As a window of TCP it bounds what is on its way: 30 MB/s over 35 ms. */
export const MAX_HELD_BYTES = 1024 * 1024;
/**
 * Node's timers know whole milliseconds. Below this latency the rest is waited for in turns of the event loop, which
 * keep a processor busy as long as bytes are on their way.
 */
const EXACT_BELOW_MS = 1;

export class Lane implements Sender {
  readonly #options: LaneOptions;
  readonly #losses: Losses;
  readonly #unsent: Buffer[] = [];
  readonly #arrivals: Arrival[] = [];
  #unsentBytes = 0;
  #arrivingBytes = 0;
  #lastAt = 0;
  #ending: Ending | undefined;
  #isClosed = false;
  #isSilent = false;
  #cancelWake: (() => void) | undefined;

  constructor(options: LaneOptions) {
    const { from, to, random } = options;
    this.#options = options;
    this.#losses = new Losses(random);
    from.on('data', (chunk: Buffer) => this.#read(chunk));
    from.on('end', () => this.#finish('end'));
    from.on('error', () => this.#finish('reset'));
    to.on('drain', () => this.#throttle());
    to.on('close', () => this.close());
  }

  get lost(): number {
    return this.#losses.lost;
  }

  /** Read from one end and not yet taken by the other's operating system. */
  get heldBytes(): number {
    return this.#unsentBytes + this.#arrivingBytes + this.#options.to.writableLength;
  }

  take(maxBytes: number): Buffer | undefined {
    const first = this.#unsent[0];
    if (first === undefined) return undefined;
    const piece = first.length <= maxBytes ? first : first.subarray(0, maxBytes);
    if (piece === first) this.#unsent.shift();
    else this.#unsent[0] = first.subarray(maxBytes);
    this.#unsentBytes -= piece.length;
    return piece;
  }

  sent(piece: Buffer, at: number): void {
    const { line, now, openAt } = this.#options;
    const way = { lossRatio: line.conditions.lossRatio, roundTripMs: line.roundTripMs };
    const leftAt = Math.max(at, openAt, this.#losses.roomAt(piece.length, now(), way));
    this.#arrivingBytes += piece.length;
    this.#put(piece, leftAt, this.#losses.delayMs(piece.length, this.#unsentBytes, way));
    if (this.#ending !== undefined && this.#unsent.length === 0) this.#put(this.#ending, leftAt, 0);
    // Behind others that a timer waits for.
    if (this.#cancelWake === undefined) this.#deliver();
  }

  /** Nothing is carried any more; the connection stays open. */
  silence(): void {
    this.#isSilent = true;
    this.#discard();
    this.#options.from.pause();
  }

  close(): void {
    this.#isClosed = true;
    this.#discard();
  }

  #discard(): void {
    this.#sleep();
    this.#options.line.leave(this);
    this.#unsent.length = 0;
    this.#arrivals.length = 0;
    this.#unsentBytes = 0;
    this.#arrivingBytes = 0;
  }

  #read(chunk: Buffer): void {
    if (this.#isClosed || this.#isSilent) return;
    this.#unsent.push(chunk);
    this.#unsentBytes += chunk.length;
    this.#options.line.enter(this);
    this.#throttle();
  }

  #finish(ending: Ending): void {
    if (this.#isClosed || this.#isSilent) return;
    this.#ending = ending;
    if (this.#unsent.length > 0) return;
    const { now, openAt } = this.#options;
    this.#put(ending, Math.max(now(), openAt), 0);
    this.#deliver();
  }

  #put(what: Arrival['what'], leftAt: number, laterMs: number): void {
    const { latencyMs, jitterMs } = this.#options.line.conditions;
    const jitter = jitterMs > 0 ? this.#options.random() * jitterMs : 0;
    this.#lastAt = Math.max(this.#lastAt, leftAt + latencyMs + jitter + laterMs);
    this.#arrivals.push({ at: this.#lastAt, what });
  }

  #deliver(): void {
    const { to, now } = this.#options;
    this.#sleep();
    to.cork();
    let next = this.#arrivals[0];
    while (next !== undefined && next.at <= now()) {
      this.#arrivals.shift();
      this.#hand(next.what);
      next = this.#arrivals[0];
    }
    to.uncork();
    if (next !== undefined) this.#wakeAt(next.at);
    this.#throttle();
  }

  #hand(what: Arrival['what']): void {
    const { to, line } = this.#options;
    if (what === 'end') to.end();
    else if (what === 'reset') breakOff(to);
    else {
      this.#arrivingBytes -= what.length;
      line.carried += what.length;
      if (to.writable) to.write(what);
    }
  }

  #wakeAt(at: number): void {
    const { line, now } = this.#options;
    const waitMs = at - now();
    if (waitMs < 1 && line.conditions.latencyMs < EXACT_BELOW_MS) {
      const immediate = setImmediate(() => this.#deliver());
      this.#cancelWake = () => clearImmediate(immediate);
      return;
    }
    const timer = setTimeout(() => this.#deliver(), Math.max(1, Math.floor(waitMs)));
    this.#cancelWake = () => clearTimeout(timer);
  }

  #sleep(): void {
    this.#cancelWake?.();
    this.#cancelWake = undefined;
  }

  #throttle(): void {
    if (this.#isSilent) return;
    const { from } = this.#options;
    const isFull = this.heldBytes >= MAX_HELD_BYTES;
    if (isFull && !from.isPaused()) from.pause();
    else if (!isFull && from.isPaused()) from.resume();
  }
}

/** As a peer that is gone does: whoever writes or reads there hears of it at once. */
export function breakOff(socket: Socket): void {
  // A Unix socket knows no reset: its address has no port.
  const isTcp = socket.remotePort !== undefined;
  // Node 20 never closes one that is reset while its half-close is under way (uv_tcp_close_reset answers EINVAL), and
  // then does not exit.
  const isEnding = socket.writableEnded && !socket.writableFinished;
  if (isTcp && !socket.connecting && !socket.destroyed && !isEnding) socket.resetAndDestroy();
  else socket.destroy();
}
