// Owns the fixture resources: some that are listed, and one for each id of a template.
import type { ReadResourceResult, Resource } from '@modelcontextprotocol/server';

import { PNG } from './fixture.ts';

type Content = ReadResourceResult['contents'][number];

const CONTENTS: readonly Content[] = [
  {
    uri: 'test://static-text',
    mimeType: 'text/plain',
    text: 'This is the content of the static text resource.',
  },
  { uri: 'test://static-binary', mimeType: 'image/png', blob: PNG },
  { uri: 'test://watched-resource', mimeType: 'text/plain', text: 'It may be watched.' },
];

const OF_TEMPLATE = /^test:\/\/template\/([^/]+)\/data$/u;

export const RESOURCES: readonly Resource[] = CONTENTS.map(({ uri, mimeType }) => ({
  uri,
  name: uri.slice('test://'.length),
  description: `What stands at ${uri}`,
  ...(mimeType !== undefined && { mimeType }),
}));

export const TEMPLATE = {
  uriTemplate: 'test://template/{id}/data',
  name: 'template',
  description: 'What belongs to an id',
  mimeType: 'application/json',
};

/** Null where there is none of that name. */
export function resourceAt(uri: string): ReadResourceResult | null {
  const [, id] = OF_TEMPLATE.exec(uri) ?? [];
  if (id !== undefined) {
    const data = { id, templateTest: true, data: `Data for ID: ${id}` };
    return { contents: [{ uri, mimeType: 'application/json', text: JSON.stringify(data) }] };
  }
  const found = CONTENTS.find((content) => content.uri === uri);
  return found ? { contents: [found] } : null;
}
