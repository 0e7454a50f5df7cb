// Owns taking a question as one thing to be measured: where the server wants the SQL first, the agent brings it, and the
// answer has taken as long as both calls together.
import type { Conversation, Endpoint, Reply, ToolCall } from '../../src/validate/endpoint.ts';
import type { Asked } from '../../src/validate/load/draw.ts';
import type { Manner } from '../../src/validate/load/manner.ts';

export interface Whole {
  readonly endpoint: Pick<Endpoint, 'converse'>;
  readonly manner: Manner;
}

/** Of the two, each is to be used with the other. */
export function wholeQuestions(endpoint: Pick<Endpoint, 'converse'>, manner: Manner): Whole {
  const askedBy = new WeakMap<ToolCall, Asked>();

  function wrapped(inner: Conversation): Conversation {
    return {
      ...inner,
      async call(call, signal) {
        const first = await inner.call(call, signal);
        const asked = askedBy.get(call);
        const next = asked === undefined ? null : manner.next(asked, first.outcome);
        return next === null ? first : joined(first, await inner.call(next, signal));
      },
    };
  }

  return {
    endpoint: { converse: async () => wrapped(await endpoint.converse()) },
    manner: {
      ...manner,
      first(asked) {
        // One of its own for each question: some manners would give the same twice.
        const call = { ...manner.first(asked) };
        askedBy.set(call, asked);
        return call;
      },
      next: () => null,
    },
  };
}

function joined(first: Reply, last: Reply): Reply {
  return {
    ...last,
    ms: first.ms + last.ms,
    firstByteMs: last.firstByteMs === null ? null : first.ms + last.firstByteMs,
    bytes: first.bytes + last.bytes,
  };
}
