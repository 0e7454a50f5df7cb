// Owns what every step of a request is told about it: who asks, and when to stop. Passed explicitly.
import type { DatabaseIdentity } from '../db/identity.ts';
import type { Logger } from '../logger.ts';
import type { Trace } from '../tracing.ts';

export interface Principal {
  readonly name: string;
  /** In askonce. */
  readonly role: 'user' | 'admin';
  /** In the data database. */
  readonly identity: DatabaseIdentity;
}

export interface RequestContext {
  readonly requestId: string;
  readonly principal: Principal;
  /** Aborted when the caller goes away or cancels, and once it has its answer. */
  readonly signal: AbortSignal;
  /** Whether the client knows links to resources in a result. */
  readonly takesLinks: boolean;
  /** Told what happens from now on, for people to read. */
  readonly atStage: (stage: string) => void;
  readonly trace: Trace;
  readonly logger: Logger;
}
