// Owns the URI under which a result can be read as a resource.

const PREFIX = 'result://';
export const RESULT_URI_TEMPLATE = `${PREFIX}{answer_id}`;

export function resultUri(answerId: string): string {
  return PREFIX + answerId;
}

/** The answer_id in a URI; null when it is not a result's. */
export function answerIdOf(uri: string): string | null {
  return uri.startsWith(PREFIX) ? uri.slice(PREFIX.length) : null;
}
