// Owns the order of undoing: what was acquired last is released first, each release is tried even if
// another fails, and a failed start unwinds what it had built.

/** @param deadlineMs how long it may wait for work in flight. */
export type Release = (deadlineMs: number) => Promise<void> | void;

export class ReleaseStack {
  readonly #releases: Array<{ name: string; release: Release }> = [];

  push(name: string, release: Release): void {
    this.#releases.push({ name, release });
  }

  /** Releases everything, newest first. Errors are collected and thrown together at the end. */
  async unwind(deadlineMs: number): Promise<void> {
    const failures: unknown[] = [];
    for (let top = this.#releases.pop(); top !== undefined; top = this.#releases.pop()) {
      try {
        await top.release(deadlineMs);
      } catch (cause) {
        failures.push(new Error(`releasing ${top.name} failed`, { cause }));
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, 'some resources did not release');
  }
}
