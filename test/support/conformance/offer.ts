// Owns how a session comes to offer the fixtures of the conformance suite beside what askonce offers.
import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';

import { RESULT_TEMPLATES } from '../../../src/mcp/resources.ts';
import type { ExtendSession } from '../../../src/mcp/server.ts';
import { ASKING_TOOLS } from './asking-tools.ts';
import { INPUT_TOOLS } from './input-tools.ts';
import { PLAIN_TOOLS } from './plain-tools.ts';
import { PROMPTS } from './prompts.ts';
import { RESOURCES, TEMPLATE, resourceAt } from './resources.ts';

const TOOLS = [...PLAIN_TOOLS, ...ASKING_TOOLS, ...INPUT_TOOLS];
const SUGGESTED = ['paris', 'park', 'party'];

export const offerFixtures: ExtendSession = ({ server }, own) => {
  server.registerCapabilities({ prompts: {}, completions: {}, resources: { subscribe: true } });
  server.setRequestHandler('tools/list', (_, context) => {
    const { tools } = own.listTools(context);
    return { tools: [...tools, ...TOOLS.map(({ definition }) => definition)] };
  });
  server.setRequestHandler('tools/call', async (request, context) => {
    const { name, arguments: args } = request.params;
    const fixture = TOOLS.find(({ definition }) => definition.name === name);
    if (!fixture) return await own.callTool(request, context);
    return await fixture.call(args ?? {}, context);
  });
  server.setRequestHandler('resources/list', () => ({ resources: [...RESOURCES] }));
  server.setRequestHandler('resources/templates/list', () => ({
    resourceTemplates: [...RESULT_TEMPLATES.resourceTemplates, TEMPLATE],
  }));
  server.setRequestHandler(
    'resources/read',
    async (request, context) =>
      resourceAt(request.params.uri) ?? (await own.readResource(request, context)),
  );
  // Nothing ever changes, so who watches is told of nothing.
  server.setRequestHandler('resources/subscribe', () => ({}));
  server.setRequestHandler('resources/unsubscribe', () => ({}));
  server.setRequestHandler('prompts/list', () => ({
    prompts: PROMPTS.map(({ definition }) => definition),
  }));
  server.setRequestHandler('prompts/get', async ({ params }, context) => {
    const fixture = PROMPTS.find(({ definition }) => definition.name === params.name);
    if (!fixture) throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'Unknown prompt.');
    return await fixture.get(params.arguments ?? {}, context);
  });
  server.setRequestHandler('completion/complete', ({ params }) => {
    const values = SUGGESTED.filter((value) => value.startsWith(params.argument.value));
    return { completion: { values, total: values.length, hasMore: false } };
  });
};
