// Owns the fixture prompts.
import { acceptedContent, inputRequired } from '@modelcontextprotocol/server';
import type { GetPromptResult } from '@modelcontextprotocol/server';

import { embedded, image, text } from './fixture.ts';
import type { FixturePrompt } from './fixture.ts';
import { form } from './input-tools.ts';

type Content = GetPromptResult['messages'][number]['content'];

const asUser = (...contents: readonly Content[]): GetPromptResult => ({
  messages: contents.map((content) => ({ role: 'user', content })),
});

const wants = (...names: readonly string[]) =>
  names.map((name) => ({ name, description: `The ${name} of the prompt`, required: true }));

function prompt(
  name: string,
  get: FixturePrompt['get'],
  args: ReturnType<typeof wants> = [],
): FixturePrompt {
  const description = `Says what ${name} has to.`;
  return { definition: { name, description, ...(args.length > 0 && { arguments: args }) }, get };
}

export const PROMPTS: readonly FixturePrompt[] = [
  prompt('test_simple_prompt', () => asUser(text('This is a simple prompt for testing.'))),
  prompt(
    'test_prompt_with_arguments',
    ({ arg1, arg2 }) =>
      asUser(text(`Prompt with arguments: arg1='${String(arg1)}', arg2='${String(arg2)}'`)),
    wants('arg1', 'arg2'),
  ),
  prompt(
    'test_prompt_with_embedded_resource',
    ({ resourceUri }) =>
      asUser(
        embedded(String(resourceUri), 'text/plain', 'Embedded resource content for testing.'),
        text('Please process the embedded resource above.'),
      ),
    wants('resourceUri'),
  ),
  prompt('test_prompt_with_image', () => asUser(image, text('Please analyze the image above.'))),
  prompt('test_input_required_result_prompt', (_, { mcpReq }) => {
    const given = acceptedContent(mcpReq.inputResponses, 'user_context');
    if (given) return asUser(text(`In this context: ${String(given['context'])}`));
    const asked = form('What context should the prompt use?', 'context');
    return inputRequired({ inputRequests: { user_context: asked } });
  }),
];
