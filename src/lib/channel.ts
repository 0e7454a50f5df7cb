// Owns handing items from one producer to one consumer with a bound between them: a full channel makes
// the producer wait, an empty one the consumer. Either side may leave; nobody is left waiting.

export class Channel<T> implements AsyncIterable<T> {
  readonly #capacity: number;
  readonly #items: T[] = [];
  #ended = false;
  #left = false;
  #error: unknown;
  #wakeProducer: (() => void) | null = null;
  #wakeConsumer: (() => void) | null = null;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Whether the consumer has gone; what is pushed from then on is dropped. */
  get abandoned(): boolean {
    return this.#left;
  }

  /**
   * Resolves when there was room for the item, or at once when the consumer has left or all is over.
   * @returns false where there was no room in time, and the item is not in the channel.
   */
  async push(item: T, patienceMs = Infinity): Promise<boolean> {
    const isFull = (): boolean =>
      this.#items.length >= this.#capacity && !this.#left && !this.#ended;
    let giveUp = (): void => undefined;
    const isHurried = isFull() && Number.isFinite(patienceMs);
    const timer = isHurried ? setTimeout(() => giveUp(), patienceMs) : undefined;
    while (isFull()) {
      const isWoken = await new Promise<boolean>((resolve) => {
        this.#wakeProducer = () => resolve(true);
        giveUp = () => resolve(false);
      });
      if (!isWoken) break;
    }
    clearTimeout(timer);
    if (isFull()) return false;
    if (this.#left || this.#ended) return true;
    this.#items.push(item);
    this.#wakeConsumer?.();
    return true;
  }

  /** No more items; the consumer drains what is there, then ends or gets the error. */
  end(error?: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    this.#wakeProducer?.();
    this.#wakeConsumer?.();
  }

  /** The consumer leaves: the producer is let go and never waits again. */
  leave(): void {
    this.#left = true;
    this.#items.length = 0;
    this.#wakeProducer?.();
    this.#wakeConsumer?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    try {
      while (!this.#left) {
        const item = this.#items.shift();
        if (item !== undefined) {
          this.#wakeProducer?.();
          yield item;
        } else if (this.#ended) {
          if (this.#error !== undefined) throw this.#error;
          return;
        } else {
          await new Promise<void>((resolve) => (this.#wakeConsumer = resolve));
        }
      }
    } finally {
      this.leave();
    }
  }
}
