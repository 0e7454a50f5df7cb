// The tool ask at its edge: what can be no candidate's id is refused there, as an unknown one is.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { isAppError } from '../../../src/errors.ts';
import { createLogger } from '../../../src/logger.ts';
import { askTool } from '../../../src/mcp/tools/ask.ts';
import { unknownCandidate } from '../../../src/query/candidate.ts';
import type { QueryPipeline } from '../../../src/query/pipeline.ts';
import { AS_LOGIN } from '../../../src/db/identity.ts';
import { NO_TRACE } from '../../../src/tracing.ts';

const ID = '0f8fad5b-d9cb-869f-a165-70867728950e';
const MALFORMED = [
  '',
  'x',
  '1',
  "'; DROP TABLE phrasings",
  ID.slice(1),
  ID.toUpperCase(),
  `${ID} `,
  `${ID}\n`,
  `{${ID}}`,
  ID.replaceAll('-', ''),
  `${ID.slice(0, -1)}g`,
  `${ID}\u0000`,
  '\ud800',
  'x'.repeat(100_000),
];

function toolOver(ask: QueryPipeline['ask']) {
  const tool = askTool({ ask } as QueryPipeline, { maxRows: 10, maxResponseBytes: 65_536 });
  const context = {
    requestId: 'test',
    takesLinks: true,
    atStage: () => undefined,
    trace: NO_TRACE,
    principal: { name: 'alice', role: 'user', identity: AS_LOGIN },
    signal: new AbortController().signal,
    logger: createLogger('silent'),
  } as const;
  return (accept: unknown) => tool.call({ question: 'how many orders?', accept }, context);
}

test('an accept that is no well-formed id is an unknown candidate and asks nobody', async () => {
  const call = toolOver(() => assert.fail('it went further'));
  const { message, hint } = unknownCandidate();
  for (const accept of MALFORMED) {
    await assert.rejects(call(accept), (error) => {
      assert.ok(isAppError(error, 'NOT_FOUND'), accept.slice(0, 50));
      assert.deepEqual([error.message, error.hint], [message, hint]);
      return true;
    });
  }
});

test('an accept that could be an id is passed on as it is', async () => {
  const passed: unknown[] = [];
  const call = toolOver(async ({ accept }) => {
    passed.push(accept);
    throw unknownCandidate();
  });
  await assert.rejects(call(ID));
  await assert.rejects(call(undefined));
  assert.deepEqual(passed, [ID, undefined]);
});
