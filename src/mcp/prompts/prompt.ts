// Owns what a prompt is: a definition as data, a schema for its arguments, the text that these become. One prompt per
// file here; nothing in this one knows which prompts there are.
import type { GetPromptResult, Prompt as PromptDefinition } from '@modelcontextprotocol/server';
import { z } from 'zod';

import { AppError } from '../../errors.ts';
import { visibleJson } from '../../lib/shown-text.ts';
import type { RequestContext } from '../../query/context.ts';
import { NO_COMPLETION } from '../completion.ts';
import type { Complete, Completion } from '../completion.ts';

export interface Prompt {
  readonly definition: PromptDefinition;
  /** For whoever is not one it does not exist. */
  readonly isForAdmins: boolean;
  /** @throws AppError INPUT_INVALID */
  get(args: unknown): GetPromptResult;
  /** @throws AppError INPUT_INVALID where there is no such argument. */
  complete(argument: string, begun: string, context: RequestContext): Promise<Completion>;
}

export interface PromptParts<Shape extends z.ZodRawShape> {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly isForAdmins?: boolean;
  readonly input: z.ZodObject<Shape>;
  /** Of arguments that can be guessed at. */
  readonly complete?: { readonly [Name in keyof Shape]?: Complete };
  readonly text: (args: z.output<z.ZodObject<Shape>>) => string;
}

export function definePrompt<Shape extends z.ZodRawShape>(parts: PromptParts<Shape>): Prompt {
  const { name, title, description, input } = parts;
  const args = Object.entries<z.ZodType>(input.shape as never).map(([argument, schema]) => ({
    name: argument,
    ...(schema.description !== undefined && { description: schema.description }),
    required: !schema.safeParse(undefined).success,
  }));
  const fault = (message: string): AppError =>
    new AppError('INPUT_INVALID', `${name}: ${message}`, {
      hint: `prompts/list says what ${name} takes.`,
    });
  return {
    definition: { name, title, description, arguments: args },
    isForAdmins: parts.isForAdmins ?? false,

    get(given) {
      const parsed = input.safeParse(given ?? {});
      if (!parsed.success) throw fault(faultsIn(parsed.error));
      const text = parts.text(parsed.data);
      return { description, messages: [{ role: 'user', content: { type: 'text', text } }] };
    },

    async complete(argument, begun, context) {
      if (!Object.hasOwn(input.shape, argument)) throw fault('there is no such argument.');
      return (await parts.complete?.[argument]?.(begun, context)) ?? NO_COMPLETION;
    },
  };
}

const MAX_SHOWN_FAULTS = 5;
const MAX_ARGUMENT_CHARS = 2000;

function faultsIn({ issues }: z.ZodError): string {
  return issues
    .slice(0, MAX_SHOWN_FAULTS)
    .map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(': '))
    .join('; ');
}

/** An argument in plain words. */
export const words = () => z.string().trim().min(1).max(MAX_ARGUMENT_CHARS);

/** What a person has typed, or taken from the schema, as a model reads it: one line, and visibly a quotation. */
export const quoted = (text: string): string => visibleJson(JSON.stringify(text));
