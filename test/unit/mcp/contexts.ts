// Owns who asks, for the unit tests of mcp/.
import { AS_LOGIN } from '../../../src/db/identity.ts';
import { createLogger } from '../../../src/logger.ts';
import { NO_TRACE } from '../../../src/tracing.ts';
import type { RequestContext } from '../../../src/query/context.ts';

export function contextOf(role: 'user' | 'admin' = 'user'): RequestContext {
  return {
    requestId: 'test',
    takesLinks: true,
    trace: NO_TRACE,
    atStage: () => undefined,
    principal: { name: 'alice', role, identity: AS_LOGIN },
    signal: new AbortController().signal,
    logger: createLogger('silent'),
  };
}
