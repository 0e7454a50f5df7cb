import assert from 'node:assert/strict';
import { test } from 'node:test';

import { wholeQuestions } from '../../../bench/peers/whole.ts';
import type { Conversation, Reply, ToolCall } from '../../../src/validate/endpoint.ts';
import type { Outcome } from '../../../src/validate/outcome.ts';
import { ASKONCE } from '../../../src/validate/load/manner.ts';

const replyOf = (outcome: Outcome): Reply => ({
  outcome,
  body: null,
  ms: 10,
  firstByteMs: 4,
  bytes: 100,
});
const ANSWERED: Outcome = {
  kind: 'answered',
  source: 'database',
  answerId: null,
  nextCursor: null,
};

/** Wants the SQL, unless it has it. */
function wantsSql(called: ToolCall[]): Conversation {
  const request = (): Promise<Reply> => Promise.reject(new Error('not asked for'));
  return {
    request,
    call(call) {
      called.push(call);
      const outcome: Outcome =
        call.tool === 'ask' ? { kind: 'document', status: 'needs_sql' } : ANSWERED;
      return Promise.resolve(replyOf(outcome));
    },
    end: () => Promise.resolve(),
  };
}

async function asked(sql: string | undefined) {
  const called: ToolCall[] = [];
  const endpoint = { converse: () => Promise.resolve(wantsSql(called)) };
  const whole = wholeQuestions(endpoint, ASKONCE);
  const question = { kind: 'new', question: 'how many?', sql } as const;
  const conversation = await whole.endpoint.converse();
  const reply = await conversation.call(whole.manner.first(question));
  return { called, reply, next: whole.manner.next(question, reply.outcome) };
}

test('a question that wants its SQL is one call of both, with the time of both', async () => {
  const { called, next, reply } = await asked('SELECT 1');
  assert.deepEqual(
    called.map(({ tool }) => tool),
    ['ask', 'query'],
  );
  assert.deepEqual(reply, { ...replyOf(ANSWERED), ms: 20, firstByteMs: 14, bytes: 200 });
  assert.equal(next, null);
});

test('without SQL the first answer is the answer', async () => {
  const { called, reply } = await asked(undefined);
  assert.equal(called.length, 1);
  assert.equal(reply.outcome.kind, 'document');
});
