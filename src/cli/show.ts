// Owns how a tool's document gets to stdout: as it is, for machines, or as people read it.
import { visibleJson } from '../lib/shown-text.ts';
import type { Document } from './calls.ts';
import { visibleDocument } from './look.ts';
import type { Look } from './look.ts';
import type { Invocation } from './subcommand.ts';

export type Render<T> = (document: T, look: Look) => string;

/** The value is what it was; what a terminal would obey, or not show, is escaped. */
export const jsonOf = (document: unknown): string =>
  `${visibleJson(JSON.stringify(document, null, 2))}\n`;

/** @param render Is given visible texts alone. */
export async function show<T>(
  { face, isJson }: Pick<Invocation, 'face' | 'isJson'>,
  document: Document,
  render: Render<T>,
): Promise<void> {
  face.progress.clear();
  const text = isJson ? jsonOf(document) : render(visibleDocument(document) as T, face.look);
  await face.print(text);
}
