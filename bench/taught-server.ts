// Owns a server of one's own for a benchmark of askonce validate: started, and taught the questions of the demo shop.
import type { ReleaseStack } from '../src/lib/release-stack.ts';
import { createEndpoint } from '../src/validate/endpoint.ts';
import type { Endpoint } from '../src/validate/endpoint.ts';
import { ASKONCE } from '../src/validate/load/manner.ts';
import { startOwnServer } from '../src/validate/own-server.ts';
import type { OwnServer } from '../src/validate/own-server.ts';
import { demoQuestions } from '../src/validate/questions/demo.ts';
import type { QuestionSource } from '../src/validate/questions/question.ts';
import { teach } from '../src/validate/teach.ts';
import type { Tell } from '../src/validate/tell.ts';

export interface TaughtServer {
  readonly server: OwnServer;
  readonly endpoint: Endpoint;
  readonly source: QuestionSource;
}

const MAX_CONNECTIONS = 2000;
const TIMEOUT_MS = 60_000;
export const SILENT: Tell = {
  step: () => undefined,
  share: () => undefined,
  note: () => undefined,
};

export interface TaughtStart {
  /** The folder of the package. */
  readonly root: string;
  /** Instead of `askonce serve`. */
  readonly program?: string;
  /** Of the 300 that are known; all by default. */
  readonly questions?: number;
}

export async function openTaught(
  { questions: count, ...start }: TaughtStart,
  releases: ReleaseStack,
): Promise<TaughtServer> {
  const server = await startOwnServer({ ...start, env: process.env, onLine: () => undefined });
  releases.push('server', () => server.stop());
  const endpoint = createEndpoint({
    url: server.url,
    maxConnections: MAX_CONNECTIONS,
    timeoutMs: TIMEOUT_MS,
    version: '0',
  });
  releases.push('endpoint', () => endpoint.close());
  const all = demoQuestions(1);
  const source = { ...all, questions: all.questions.slice(-(count ?? all.questions.length)) };
  const { signal } = new AbortController();
  const questions = await teach(endpoint, source, { manner: ASKONCE, signal, tell: SILENT });
  return { server, endpoint, source: { ...source, questions } };
}
