// Owns how a session comes to offer the fixtures of the conformance suite beside what askonce offers.
import { RESOURCE_TEMPLATES } from '../../../src/mcp/resources/resources.ts';
import type { ExtendSession } from '../../../src/mcp/server.ts';
import { ASKING_TOOLS } from './asking-tools.ts';
import { INPUT_TOOLS } from './input-tools.ts';
import { PLAIN_TOOLS } from './plain-tools.ts';
import { PROMPTS } from './prompts.ts';
import { RESOURCES, TEMPLATE, resourceAt } from './resources.ts';

const TOOLS = [...PLAIN_TOOLS, ...ASKING_TOOLS, ...INPUT_TOOLS];
const SUGGESTED = ['paris', 'park', 'party'];

export const offerFixtures: ExtendSession = ({ server }, own) => {
  server.registerCapabilities({ resources: { subscribe: true } });
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
  server.setRequestHandler('resources/list', async (request, context) => {
    const { resources, ...rest } = await own.listResources(request, context);
    return { resources: [...resources, ...RESOURCES], ...rest };
  });
  server.setRequestHandler('resources/templates/list', () => ({
    resourceTemplates: [...RESOURCE_TEMPLATES.resourceTemplates, TEMPLATE],
  }));
  server.setRequestHandler(
    'resources/read',
    async (request, context) =>
      resourceAt(request.params.uri) ?? (await own.readResource(request, context)),
  );
  // Nothing ever changes, so who watches is told of nothing.
  server.setRequestHandler('resources/subscribe', () => ({}));
  server.setRequestHandler('resources/unsubscribe', () => ({}));
  server.setRequestHandler('prompts/list', (_, context) => {
    const { prompts } = own.listPrompts(context);
    return { prompts: [...prompts, ...PROMPTS.map(({ definition }) => definition)] };
  });
  server.setRequestHandler('prompts/get', async (request, context) => {
    const { params } = request;
    const fixture = PROMPTS.find(({ definition }) => definition.name === params.name);
    if (!fixture) return await own.getPrompt(request, context);
    return await fixture.get(params.arguments ?? {}, context);
  });
  server.setRequestHandler('completion/complete', async (request, context) => {
    const { params } = request;
    const { ref } = params;
    const isFixture =
      ref.type === 'ref/prompt' && PROMPTS.some(({ definition }) => definition.name === ref.name);
    if (!isFixture) return await own.complete(request, context);
    const values = SUGGESTED.filter((value) => value.startsWith(params.argument.value));
    return { completion: { values, total: values.length, hasMore: false } };
  });
};
