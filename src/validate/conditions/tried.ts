// Owns a server that is started for one condition: taught a few questions, asked for a while, and ended.
import { createEndpoint } from '../endpoint.ts';
import type { Endpoint } from '../endpoint.ts';
import type { Manner } from '../load/manner.ts';
import type { OwnServer } from '../own-server.ts';
import type { QuestionSource } from '../questions/question.ts';
import { teach } from '../teach.ts';
import type { Tell } from '../tell.ts';
import type { Limits } from './limits.ts';
import type { SmallLoad } from './small-load.ts';

/** Starts one more server of one's own. */
export type StartOwn = (start: {
  /** Before those of the shell. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly within?: Limits['within'];
}) => Promise<OwnServer>;

export interface TriedParts {
  readonly source: QuestionSource;
  readonly manner: Manner;
  readonly signal: AbortSignal;
  readonly tell: Tell;
  readonly token: string | undefined;
  readonly version: string;
}

const MAX_CONNECTIONS = 200;
const TIMEOUT_MS = 30_000;
/** Enough to ask about, and learned in no time. */
const TAUGHT = 50;

/** Asks it for as long as fn runs. */
export async function withEndpoint<T>(
  url: URL,
  { token, version }: Pick<TriedParts, 'token' | 'version'>,
  fn: (endpoint: Endpoint) => Promise<T>,
): Promise<T> {
  const endpoint = createEndpoint({
    url,
    token,
    version,
    maxConnections: MAX_CONNECTIONS,
    timeoutMs: TIMEOUT_MS,
  });
  try {
    return await fn(endpoint);
  } finally {
    await endpoint.close();
  }
}

/** @param url Where it is asked, if that is not where it listens: a link before it. */
export async function withTried<T>(
  server: OwnServer,
  parts: TriedParts,
  fn: (load: SmallLoad) => Promise<T>,
  url = server.url,
): Promise<T> {
  try {
    return await withEndpoint(url, parts, async (endpoint) => {
      const { source } = parts;
      const questions = source.questions.slice(0, TAUGHT);
      const few = { name: source.name, questions, unasked: () => source.unasked() };
      const known = await teach(endpoint, few, parts);
      return await fn({ ...parts, endpoint, source: { ...few, questions: known } });
    });
  } finally {
    await server.stop();
  }
}
