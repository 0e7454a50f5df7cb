// Owns results as resources: result://{answer_id}, private to the principal that got the answer, and
// cut between rows at a size that a client can hold.
import { text as jsonText } from 'node:stream/consumers';

import { ResourceNotFoundError } from '@modelcontextprotocol/server';

import { isAppError } from '../../errors.ts';
import type { RequestContext } from '../../query/context.ts';
import { Page } from '../../query/page.ts';
import type { WholeResults } from '../../query/whole-result.ts';
import { jsonResource } from './json-resource.ts';
import type { JsonResource } from './json-resource.ts';
import { RESULT_URI_TEMPLATE, answerIdOf } from './result-uri.ts';

export const RESULT_TEMPLATE = {
  uriTemplate: RESULT_URI_TEMPLATE,
  name: 'result',
  title: 'Rows of an answer',
  description:
    'The rows behind an answer_id, as a JSON array of objects; of a long result the first 4 MB, with _meta.truncated.',
  mimeType: 'application/json',
};

/** A resource is read as one string: beyond this, fetch_rows and GET /results are the way. */
const MAX_RESOURCE_BYTES = 4 * 1024 * 1024;

export async function readResultResource(
  results: WholeResults,
  uri: string,
  context: RequestContext,
): Promise<JsonResource> {
  const answerId = answerIdOf(uri);
  if (answerId === null) throw new ResourceNotFoundError(uri);
  const { source, expiresAt } = await open(results, uri, answerId, context);
  const limits = { maxRows: Number.MAX_SAFE_INTEGER, maxBytes: MAX_RESOURCE_BYTES };
  const page = new Page(source, 0, limits, 'objects');
  const text = await jsonText(page.pieces());
  if (page.failure) throw page.failure;
  const { truncated, rowCount } = page.totals;
  return jsonResource({
    uri,
    json: text,
    ttlMs: Math.max(0, Math.floor(expiresAt - Date.now())),
    meta: truncated ? { truncated, rows: rowCount } : undefined,
  });
}

async function open(
  results: WholeResults,
  uri: string,
  answerId: string,
  { principal }: RequestContext,
) {
  try {
    return await results.open(answerId, principal);
  } catch (error) {
    if (isAppError(error, 'NOT_FOUND')) throw new ResourceNotFoundError(uri);
    throw error;
  }
}
