// Owns what a run tells while it goes on: the step it is at, how far, and what a person should know.

export interface Tell {
  /** A step begins. */
  step(text: string, extent?: Extent): void;
  /** Within the step: 0 to 1. */
  share(share: number): void;
  note(text: string): void;
}

export interface Extent {
  /** Of the steps of its phase. */
  readonly at: number;
  readonly of: number;
  /** How long it takes, where that is known. */
  readonly seconds?: number;
}
