// What a call asks of its client while it runs goes out with the response that the client waits for, and comes back
// to that call alone, on whatever session it is; in the stateless revision nothing is asked but by results.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { MissingRequiredClientCapabilityError } from '@modelcontextprotocol/server';
import type { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';

import { startBareEndpoint } from '../../support/bare-endpoint.ts';
import { eventually } from '../../support/eventually.ts';
import { MODERN, wireTo } from '../../support/wire.ts';

const FORM = {
  type: 'object' as const,
  properties: { name: { type: 'string' as const } },
  required: ['name'],
};
const CAN_ASK = { elicitation: {} };

const said = (text: string) => ({ content: [{ type: 'text' as const, text }] });

/** A tool that asks who is there, and waits for so long. */
function asking(timeout = 20_000) {
  return (session: McpServer): void => {
    const inputSchema = z.object({ who: z.string() });
    session.registerTool('greet', { inputSchema }, async ({ who }, { mcpReq }) => {
      const asked = { message: who, requestedSchema: FORM };
      const { content } = await mcpReq.elicitInput(asked, { timeout });
      return said(`${who} is ${String(content?.['name'])}`);
    });
  };
}

const greet = (who: string) => ({ name: 'greet', arguments: { who } });

async function clientOf(t: TestContext, url: string, answer: (message: string) => Promise<string>) {
  const client = new Client({ name: 'asked', version: '1' }, { capabilities: CAN_ASK });
  client.setRequestHandler('elicitation/create', async ({ params }) => ({
    action: 'accept',
    content: { name: await answer(params.message) },
  }));
  await client.connect(new StreamableHTTPClientTransport(new URL(url)));
  t.after(() => client.close());
  return client;
}

interface Heard {
  readonly id?: string | number;
  readonly method?: string;
  readonly params?: { readonly requestId?: string };
  readonly result?: { readonly isError?: boolean; readonly content: readonly [{ text: string }] };
}

/** A conversation by bare HTTP, whose client can be asked. */
async function talk(url: string, accept = 'application/json, text/event-stream') {
  const post = (body: object, more: Record<string, string> = {}, signal?: AbortSignal) =>
    fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept, ...more },
      body: JSON.stringify({ jsonrpc: '2.0', ...body }),
      signal: signal ?? null,
    });
  const params = {
    protocolVersion: '2025-11-25',
    capabilities: CAN_ASK,
    clientInfo: { name: 'raw', version: '1' },
  };
  const opened = await post({ id: 0, method: 'initialize', params });
  await opened.text();
  const headers = { 'mcp-session-id': opened.headers.get('mcp-session-id')! };
  return {
    call: (wanted: object, signal?: AbortSignal) =>
      post({ id: 1, method: 'tools/call', params: wanted }, headers, signal),
    answer: (id: string | number, name: string) =>
      post({ id, result: { action: 'accept', content: { name } } }, headers),
  };
}

async function* eventsOf(response: Response): AsyncGenerator<Heard> {
  let text = '';
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const [, data = ''] = /^data: (.*)$/mu.exec(text.slice(0, end)) ?? [];
      text = text.slice(end + 2);
      yield JSON.parse(data) as Heard;
    }
  }
}

async function next(events: AsyncGenerator<Heard>): Promise<Heard> {
  const { value, done } = await events.next();
  assert.ok(!done, 'the stream ended');
  return value;
}

test('two calls of one conversation at once are each told what they have asked', async (t) => {
  const { url } = await startBareEndpoint(t, { offer: asking() });
  const asked = new Map<string, () => void>();
  const client = await clientOf(t, url, async (message) => {
    await new Promise<void>((resolve) => asked.set(message, resolve));
    return `${message} indeed`;
  });
  const calls = ['ana', 'bob'].map((who) => client.callTool(greet(who)));
  await eventually('both have asked', () => asked.size === 2);
  // The later one is answered first.
  asked.get('bob')!();
  asked.get('ana')!();
  const texts = (await Promise.all(calls)).map(({ content }) => content);
  assert.deepEqual(texts, [said('ana is ana indeed').content, said('bob is bob indeed').content]);
});

test('an answer is heard where no session is free and nobody may wait for one', async (t) => {
  const { url } = await startBareEndpoint(t, { offer: asking(), sessions: 1, maxQueue: 0 });
  const client = await clientOf(t, url, async () => 'Ana');
  assert.deepEqual((await client.callTool(greet('she'))).content, said('she is Ana').content);
});

test('what a client says is heard by its own conversation alone', async (t) => {
  const { url } = await startBareEndpoint(t, { offer: asking() });
  const [ana, eve] = [await talk(url), await talk(url)];
  const events = eventsOf(await ana.call(greet('she')));
  const { id, method } = await next(events);
  assert.equal(method, 'elicitation/create');
  assert.equal((await eve.answer(id!, 'Eve')).status, 202);
  assert.equal((await ana.answer(id!, 'Ana')).status, 202);
  assert.equal((await next(events)).result?.content[0].text, 'she is Ana');
});

test('what is no longer waited for is taken back, and its answer is dropped', async (t) => {
  const { url } = await startBareEndpoint(t, { offer: asking(50) });
  const ana = await talk(url);
  const events = eventsOf(await ana.call(greet('she')));
  const { id } = await next(events);
  const { method, params } = await next(events);
  assert.deepEqual([method, params?.requestId], ['notifications/cancelled', id]);
  assert.equal((await ana.answer(id!, 'Ana')).status, 202);
  assert.equal((await next(events)).result?.isError, true);
});

test('a client that takes no events is not asked: its call fails at once', async (t) => {
  const { url } = await startBareEndpoint(t, { offer: asking() });
  const ana = await talk(url, 'application/json');
  const { result } = (await (await ana.call(greet('she'))).json()) as Heard;
  assert.equal(result?.isError, true);
  assert.match(result.content[0].text, /takes no events/);
});

test('a client that goes away while it is asked gives its session back', async (t) => {
  const { url, sessions } = await startBareEndpoint(t, { offer: asking() });
  const ana = await talk(url);
  const left = new AbortController();
  const events = eventsOf(await ana.call(greet('she'), left.signal));
  await next(events);
  assert.equal(sessions.stats().leased, 1);
  left.abort();
  await assert.rejects(events.next());
  await eventually('its session is free', () => sessions.stats().leased === 0);
});

test('a call that wants more of a stateless client than it can do is refused as a bad request', async (t) => {
  const { url } = await startBareEndpoint(t, {
    offer(session) {
      session.server.registerCapabilities({ tools: {} });
      session.server.setRequestHandler('tools/call', () => {
        throw new MissingRequiredClientCapabilityError({ requiredCapabilities: { sampling: {} } });
      });
    },
  });
  const client = await wireTo(t, url, { era: MODERN });
  const { status, text } = await client.call('sample', {}).reply();
  const { error } = JSON.parse(text) as { error: { code: number; data: unknown } };
  assert.deepEqual([status, error.code], [400, -32021]);
  assert.deepEqual(error.data, { requiredCapabilities: { sampling: {} } });
});

test('prompts and completions of the stateless revision are served by leased sessions', async (t) => {
  const { url, built } = await startBareEndpoint(t, {
    offer(session) {
      session.registerPrompt('hello', {}, () => ({ messages: [] }));
      session.server.registerCapabilities({ completions: {} });
      session.server.setRequestHandler('completion/complete', () => ({
        completion: { values: ['ana'] },
      }));
    },
  });
  const pinned = { versionNegotiation: { mode: { pin: MODERN } } };
  const client = new Client({ name: 'modern', version: '1' }, pinned);
  await client.connect(new StreamableHTTPClientTransport(new URL(url)));
  t.after(() => client.close());
  const before = built();
  const [prompt] = (await client.listPrompts()).prompts;
  assert.equal(prompt?.name, 'hello');
  assert.deepEqual((await client.getPrompt({ name: 'hello' })).messages, []);
  const ref = { type: 'ref/prompt' as const, name: 'hello' };
  const { completion } = await client.complete({ ref, argument: { name: 'who', value: 'a' } });
  assert.deepEqual(completion.values, ['ana']);
  assert.equal(built(), before);
});
