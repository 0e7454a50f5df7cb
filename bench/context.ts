// What every benchmark is given.

export interface BenchContext {
  readonly progress: (line: string) => void;
  /** Root of the package. */
  readonly root: string;
}
