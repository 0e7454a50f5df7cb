// Owns asking other servers than askonce: a file says which tool takes a question or its SQL, and how its arguments are
// written.
import { z } from 'zod';

import type { ToolCall } from '../endpoint.ts';
import type { Manner, Said } from './manner.ts';

export const ADAPTER = z.strictObject({
  /** As the report calls the server. */
  name: z.string().min(1).max(60),
  /** Of the tool that runs a statement. */
  tool: z.string().min(1),
  /** `{{sql}}` and `{{question}}` in its strings stand for what is asked. */
  arguments: z.record(z.string(), z.json()),
});

export type Adapter = z.output<typeof ADAPTER>;

export function mannerOf({ name, tool, arguments: template }: Adapter): Manner {
  const call = (asked: Said): ToolCall => ({
    tool,
    arguments: filled(template, asked) as Readonly<Record<string, unknown>>,
  });
  return {
    name,
    first: call,
    teach: call,
    // What it says is its answer.
    next: () => null,
  };
}

function filled(value: unknown, asked: Said): unknown {
  if (typeof value === 'string') {
    return value.replaceAll(
      /\{\{(sql|question)\}\}/g,
      (_, name: 'sql' | 'question') => asked[name] ?? '',
    );
  }
  if (Array.isArray(value)) return value.map((one) => filled(one, asked));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, filled(one, asked)]));
}
