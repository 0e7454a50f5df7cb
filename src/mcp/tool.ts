// Owns what a tool is: a definition as data, a schema for its arguments, a handler. One tool per file
// in tools/; nothing here knows which tools there are.
import { z } from 'zod';

import { AppError } from '../errors.ts';
import type { RequestContext } from '../query/context.ts';
import type { ToolResult } from './result.ts';

export interface ToolDefinition {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly annotations: {
    readonly readOnlyHint: boolean;
    readonly openWorldHint: false;
    readonly idempotentHint?: boolean;
    readonly destructiveHint?: boolean;
  };
  readonly outputSchema: { readonly type: 'object' } & Readonly<Record<string, unknown>>;
}

export interface Tool {
  readonly definition: ToolDefinition;
  readonly inputSchema: Readonly<Record<string, unknown>>;
  /** For whoever is not one it does not exist. */
  readonly isForAdmins: boolean;
  call(args: unknown, context: RequestContext): Promise<ToolOutcome>;
}

export interface ToolOutcome {
  readonly result: ToolResult;
  /** For metrics: which tier answered, or what was answered instead of rows. */
  readonly source: string;
}

export interface ToolParts<Schema extends z.ZodType> {
  readonly definition: ToolDefinition;
  readonly isForAdmins?: boolean;
  readonly input: Schema;
  readonly handle: (args: z.output<Schema>, context: RequestContext) => Promise<ToolOutcome>;
}

export function defineTool<Schema extends z.ZodType>(parts: ToolParts<Schema>): Tool {
  const { $schema: _dialect, ...inputSchema } = z.toJSONSchema(parts.input, { io: 'input' });
  return {
    definition: parts.definition,
    inputSchema,
    isForAdmins: parts.isForAdmins ?? false,
    async call(args, context) {
      const parsed = parts.input.safeParse(args ?? {});
      if (!parsed.success) throw invalidArguments(parts.definition.name, parsed.error);
      return await parts.handle(parsed.data, context);
    },
  };
}

const MAX_SHOWN_FAULTS = 5;

function invalidArguments(tool: string, error: z.ZodError): AppError {
  const faults = error.issues
    .slice(0, MAX_SHOWN_FAULTS)
    .map((issue) => [issue.path.join('.'), issue.message].filter(Boolean).join(': '));
  return new AppError('INPUT_INVALID', `${tool}: ${faults.join('; ')}`, {
    hint: `See the input schema of ${tool} in tools/list.`,
  });
}
