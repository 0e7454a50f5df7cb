// Owns the fixture tools that ask the client while it waits for them, as the session-based revisions do it.
import type { ElicitRequestFormParams, ServerContext } from '@modelcontextprotocol/server';

import { saying, text, tool } from './fixture.ts';
import type { FixtureTool } from './fixture.ts';

type Form = ElicitRequestFormParams['requestedSchema'];

const CONTACT: Form = {
  type: 'object',
  properties: {
    username: { type: 'string', description: "User's response" },
    email: { type: 'string', description: "User's email address" },
  },
  required: ['username', 'email'],
};

const DEFAULTS: Form = {
  type: 'object',
  properties: {
    name: { type: 'string', default: 'John Doe' },
    age: { type: 'integer', default: 30 },
    score: { type: 'number', default: 95.5 },
    status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
    verified: { type: 'boolean', default: true },
  },
};

const OPTIONS = ['option1', 'option2', 'option3'];
const titled = (kind: string) => [
  { const: 'value1', title: `First ${kind}` },
  { const: 'value2', title: `Second ${kind}` },
  { const: 'value3', title: `Third ${kind}` },
];

const ENUMS: Form = {
  type: 'object',
  properties: {
    untitledSingle: { type: 'string', enum: OPTIONS },
    titledSingle: { type: 'string', oneOf: titled('Option') },
    legacyEnum: {
      type: 'string',
      enum: ['opt1', 'opt2', 'opt3'],
      enumNames: ['Option One', 'Option Two', 'Option Three'],
    },
    untitledMulti: { type: 'array', items: { type: 'string', enum: OPTIONS } },
    titledMulti: { type: 'array', items: { anyOf: titled('Choice') } },
  },
};

async function askFor(requestedSchema: Form, message: string, { mcpReq }: ServerContext) {
  const { action, content } = await mcpReq.elicitInput({ message, requestedSchema });
  return saying(`Elicitation completed: action=${action}, content=${JSON.stringify(content)}`);
}

const argument = (name: string) => ({
  type: 'object' as const,
  properties: { [name]: { type: 'string' } },
  required: [name],
});

export const ASKING_TOOLS: readonly FixtureTool[] = [
  tool(
    'test_sampling',
    async ({ prompt }, { mcpReq }) => {
      const messages = [{ role: 'user' as const, content: text(String(prompt)) }];
      const { content } = await mcpReq.requestSampling({ messages, maxTokens: 100 });
      return saying(`LLM response: ${JSON.stringify(content)}`);
    },
    argument('prompt'),
  ),
  tool(
    'test_elicitation',
    async ({ message }, context) => await askFor(CONTACT, String(message), context),
    argument('message'),
  ),
  tool(
    'test_elicitation_sep1034_defaults',
    async (_, context) => await askFor(DEFAULTS, 'Please check what is filled in', context),
  ),
  tool(
    'test_elicitation_sep1330_enums',
    async (_, context) => await askFor(ENUMS, 'Please choose', context),
  ),
];
