// Owns the shape of a resource that was read: one JSON text, private to whoever read it.
import { visibleJson } from '../../lib/shown-text.ts';

export type JsonResource = ReturnType<typeof jsonResource>;

export interface JsonResourceParts {
  readonly uri: string;
  readonly json: string;
  /** How long a client may keep it. */
  readonly ttlMs: number;
  readonly meta?: Readonly<Record<string, unknown>> | undefined;
}

export function jsonResource({ uri, json, ttlMs, meta }: JsonResourceParts) {
  const text = visibleJson(json);
  const content = { uri, mimeType: 'application/json', text, ...(meta && { _meta: meta }) };
  return { contents: [content] as [typeof content], ttlMs, cacheScope: 'private' as const };
}
