// Owns what the fixtures are made of: the shape of a tool and of a prompt, and the smallest contents of each kind.
import { CLIENT_CAPABILITIES_META_KEY } from '@modelcontextprotocol/server';
import type {
  CallToolResult,
  ClientCapabilities,
  GetPromptResult,
  InputRequiredResult,
  Prompt,
  ServerContext,
  Tool,
} from '@modelcontextprotocol/server';

export interface FixtureTool {
  readonly definition: Tool;
  readonly call: (
    args: Arguments,
    context: ServerContext,
  ) => Settled<CallToolResult | InputRequiredResult>;
}

export interface FixturePrompt {
  readonly definition: Prompt;
  readonly get: (
    args: Arguments,
    context: ServerContext,
  ) => Settled<GetPromptResult | InputRequiredResult>;
}

export type Arguments = Readonly<Record<string, unknown>>;
type Settled<T> = T | Promise<T>;

/** A red pixel. */
export const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';
/** A sample of silence. */
export const WAV = 'UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQIAAAAAAA==';

export const image = { type: 'image', data: PNG, mimeType: 'image/png' } as const;

export const text = (said: string) => ({ type: 'text', text: said }) as const;

export const embedded = (uri: string, mimeType: string, said: string) =>
  ({ type: 'resource', resource: { uri, mimeType, text: said } }) as const;

export const saying = (said: string): CallToolResult => ({ content: [text(said)] });

export function tool(
  name: string,
  call: FixtureTool['call'],
  inputSchema: Tool['inputSchema'] = { type: 'object' },
): FixtureTool {
  return { definition: { name, description: `Answers as ${name} has to.`, inputSchema }, call };
}

/** What the client of a stateless request says that it can do. */
export function capabilitiesOf({ mcpReq }: ServerContext): ClientCapabilities {
  const said = mcpReq.envelope as Readonly<Record<string, unknown>> | undefined;
  return said?.[CLIENT_CAPABILITIES_META_KEY] ?? {};
}
