// Owns what every step of a request is told about it: who asks, and when to stop. Passed explicitly.
import type { Logger } from '../logger.ts';

export interface Principal {
  readonly name: string;
  readonly role: 'user' | 'admin';
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
  readonly logger: Logger;
}
