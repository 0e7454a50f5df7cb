import assert from 'node:assert/strict';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';

import type { RowSource } from '../../../src/cache/rows.ts';
import { answerResult } from '../../../src/mcp/result.ts';
import { askSeveral } from '../../../src/mcp/several.ts';
import { writeMessage } from '../../../src/mcp/streamed-rows.ts';
import { createAnswer } from '../../../src/query/answer.ts';
import type { Answer } from '../../../src/query/answer.ts';
import type { RequestContext } from '../../../src/query/context.ts';
import type { QueryPipeline } from '../../../src/query/pipeline.ts';
import { chunkOfLines } from '../../support/cache-samples.ts';

/** What no parser gives back as it was: digits, a number too large, the order of keys. */
const EXACT = '{"id": 9007199254740993, "big": 1e400, "price": 1.10, "b": 1, "10": 2}';
const LIMITS = { maxRows: 100_000, maxBytes: 10_000_000, format: 'table' } as const;

function answerOf(lines: readonly string[]): Answer {
  const rows: RowSource = {
    columns: [{ name: 'j', type: 'json' }],
    wasCut: () => false,
    async *chunks() {
      for (let at = 0; at < lines.length; at += 100)
        yield chunkOfLines(at, lines.slice(at, at + 100));
    },
  };
  return createAnswer({
    source: 'database',
    question: 'q',
    matched: null,
    sql: 'select',
    asOf: 0,
    rows,
    fromRow: 0,
    resultId: 'r',
    isKept: () => true,
    limits: LIMITS,
  });
}

interface Sent {
  readonly result: {
    readonly content: ReadonlyArray<{ readonly text: string }>;
    readonly structuredContent: Record<string, unknown>;
  };
}

async function sent(result: object): Promise<{ readonly json: string; readonly message: Sent }> {
  const json = await text(writeMessage({ jsonrpc: '2.0', id: 1, result }));
  return { json, message: JSON.parse(json) as Sent };
}

test('the preview of a large answer has its rows to the character', async () => {
  const lines = Array.from({ length: 5000 }, () => `[${EXACT}]`);
  const { json, message } = await sent(await answerResult(answerOf(lines), { takesLinks: true }));
  assert.equal(json.split(EXACT).length - 1, 5000);
  const [preview] = message.result.content;
  assert.equal(preview!.text.split(EXACT).length - 1, 20);
});

test('rows that are nested deeply are sent whole, with their preview', async () => {
  const deep = '['.repeat(5000) + ']'.repeat(5000);
  const pad = JSON.stringify('x'.repeat(1000));
  const lines = [`[${deep}]`, ...Array.from({ length: 1000 }, () => `[${pad}]`)];
  const json = await text(
    writeMessage({
      jsonrpc: '2.0',
      id: 1,
      result: await answerResult(answerOf(lines), { takesLinks: true }),
    }),
  );
  assert.ok(json.endsWith('}') && json.includes(deep));
  assert.match(json, /"row_count":1001/);
});

test('several answers in one have each its rows to the character', async () => {
  const answers: Record<string, Answer> = {
    exact: answerOf([`[${EXACT}]`]),
    deep: answerOf([`[${'['.repeat(5000)}${']'.repeat(5000)}]`]),
    // A text that looks like what stands in the place of rows must not be taken for it.
    none: answerOf(['["rows:00000000-0000-0000-0000-000000000000"]']),
  };
  const pipeline = {
    ask: async ({ question }: { question: string }) => ({
      kind: 'answer',
      answer: answers[question],
    }),
  } as unknown as QueryPipeline;
  const context = { requestId: 'test' } as RequestContext;
  const request = { questions: Object.keys(answers), maxAgeSeconds: undefined, limits: LIMITS };
  const { json, message } = await sent(await askSeveral(pipeline, request, context));
  assert.ok(json.includes(`"rows":[[${EXACT}]]`));
  assert.ok(message.result.content[0]!.text.includes(`"rows":[[${EXACT}]]`));
  const { answers: told } = message.result.structuredContent as { answers: object[] };
  assert.equal(told.length, 3);
  assert.deepEqual((told[2] as { rows: unknown }).rows, [
    ['rows:00000000-0000-0000-0000-000000000000'],
  ]);
});
