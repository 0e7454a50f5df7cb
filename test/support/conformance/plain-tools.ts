// Owns the fixture tools that answer by themselves: contents of every kind, an error, what is told meanwhile.
import { setTimeout as pause } from 'node:timers/promises';

import { MissingRequiredClientCapabilityError } from '@modelcontextprotocol/server';
import type { ServerContext } from '@modelcontextprotocol/server';

import { WAV, capabilitiesOf, embedded, image, saying, text, tool } from './fixture.ts';
import type { FixtureTool } from './fixture.ts';

/** Between two things that are told, so that they are seen to come one by one. */
const STEP_MS = 50;

/** Every keyword that a converter of schemas might lose. */
const SCHEMA_2020_12 = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object' as const,
  $defs: {
    address: {
      $anchor: 'addressDef',
      type: 'object',
      properties: { street: { type: 'string' }, city: { type: 'string' } },
    },
  },
  properties: {
    name: { type: 'string' },
    address: { $ref: '#/$defs/address' },
    contactMethod: { type: 'string', enum: ['phone', 'email'] },
    phone: { type: 'string' },
    email: { type: 'string' },
  },
  allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
  if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
  // A keyword of JSON Schema; nobody awaits it.
  // oxlint-disable-next-line unicorn/no-thenable
  then: { required: ['phone'] },
  else: { required: ['email'] },
  additionalProperties: false,
};

async function tellProgress({ mcpReq }: ServerContext): Promise<void> {
  const progressToken = mcpReq._meta?.progressToken;
  for (const progress of [0, 50, 100]) {
    if (progress > 0) await pause(STEP_MS);
    if (progressToken === undefined) continue;
    const params = { progressToken, progress, total: 100 };
    await mcpReq.notify({ method: 'notifications/progress', params });
  }
}

async function tellSteps({ mcpReq }: ServerContext): Promise<void> {
  const steps = ['Tool execution started', 'Tool processing data', 'Tool execution completed'];
  for (const [at, step] of steps.entries()) {
    if (at > 0) await pause(STEP_MS);
    await mcpReq.log('info', step);
  }
}

export const PLAIN_TOOLS: readonly FixtureTool[] = [
  tool('test_simple_text', () => saying('This is a simple text response for testing.')),
  tool('test_image_content', () => ({ content: [image] })),
  tool('test_audio_content', () => ({
    content: [{ type: 'audio', data: WAV, mimeType: 'audio/wav' }],
  })),
  tool('test_embedded_resource', () => ({
    content: [
      embedded('test://embedded-resource', 'text/plain', 'This is an embedded resource content.'),
    ],
  })),
  tool('test_multiple_content_types', () => ({
    content: [
      text('Multiple content types test:'),
      image,
      embedded('test://mixed-content-resource', 'application/json', '{"test":"data","value":123}'),
    ],
  })),
  tool('test_error_handling', () => ({
    ...saying('This tool intentionally returns an error for testing'),
    isError: true,
  })),
  tool('test_tool_with_progress', async (_, context) => {
    await tellProgress(context);
    return saying('Told three times how far it was.');
  }),
  tool('test_tool_with_logging', async (_, context) => {
    await tellSteps(context);
    return saying('Said three things.');
  }),
  tool('test_logging_tool', async (_, context) => {
    await tellSteps(context);
    return saying('Said three things, if they were asked for.');
  }),
  tool('test_missing_capability', (_, context) => {
    if (capabilitiesOf(context).sampling) return saying('It can sample.');
    throw new MissingRequiredClientCapabilityError({ requiredCapabilities: { sampling: {} } });
  }),
  tool('json_schema_2020_12_tool', () => saying('It is there for its schema.'), SCHEMA_2020_12),
];
