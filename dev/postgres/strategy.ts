// Owns the words that the ways of getting a PostgreSQL share. A strategy only starts servers; what runs
// is described by a plain record, so that any later process can look after it (handle.ts).
import type { Handle } from './handle.ts';

export interface RunningPostgres {
  /** Name of the strategy that started it. */
  readonly strategy: string;
  /** URL of its superuser. */
  readonly url: string;
  readonly handle: Handle;
}

export interface Strategy {
  readonly name: string;
  /** Null when it can be tried, else the reason why not. Quick, and changes nothing. */
  readonly available: () => Promise<string | null>;
  readonly start: () => Promise<RunningPostgres>;
}

/** What every strategy is given. */
export interface Surroundings {
  /** Folder of ours, outside the repository, kept between runs. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Ends whatever is under way. */
  readonly signal: AbortSignal;
  /** Tells a person what takes so long. */
  readonly progress: (line: string) => void;
}
