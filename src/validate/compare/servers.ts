// Owns `askonce validate compare --url NEW --against-url OLD`: two servers that run, measured in turns.
import { Misuse } from '../../cli/misuse.ts';
import { readTarget } from '../../connect/target.ts';
import { ReleaseStack } from '../../lib/release-stack.ts';
import { createEndpoint } from '../endpoint.ts';
import { readWords } from '../input/read-words.ts';
import { questionsFrom } from '../questions/from.ts';
import { ASKONCE } from '../load/manner.ts';
import { teach } from '../teach.ts';
import type { Tell } from '../tell.ts';
import { compareInterleaved } from './compare.ts';
import type { Comparison } from './compare.ts';
import { interleave } from './interleave.ts';
import type { Subject } from './interleave.ts';

export interface CompareServers {
  readonly url: string;
  readonly againstUrl: string;
  /** Null for the demo shop. */
  readonly questions: string | null;
  readonly rounds: number;
}

const DEFAULT_ROUNDS = 400;
const MAX_ROUNDS = 10_000;
const MAX_CONNECTIONS = 20;
const TIMEOUT_MS = 60_000;

/** @returns null where reports are to be compared. @throws Misuse */
export function readCompareServers(args: readonly string[]): CompareServers | null {
  if (!args.some((word) => word.startsWith('--against-url'))) return null;
  const { positionals, values } = readWords(args, OPTIONS);
  const { 'against-url': againstUrl, questions, rounds, url } = values;
  if (url === undefined || againstUrl === undefined || positionals.length > 0)
    throw new Misuse(
      'askonce validate compare --url NEW --against-url OLD [--questions FILE] [--rounds N]',
    );
  const count = rounds === undefined ? DEFAULT_ROUNDS : Number(rounds);
  if (!Number.isInteger(count) || count < 2 || count > MAX_ROUNDS)
    throw new Misuse(`--rounds takes whole numbers from 2 to ${MAX_ROUNDS}.`);
  return { url, againstUrl, questions: questions ?? null, rounds: count };
}

const OPTIONS = {
  url: { type: 'string' },
  'against-url': { type: 'string' },
  questions: { type: 'string' },
  rounds: { type: 'string' },
  json: { type: 'boolean' },
} as const;

/** @throws AppError where one of them cannot be asked. */
export async function compareServers(
  { againstUrl, questions, rounds, url }: CompareServers,
  run: {
    readonly env: Readonly<Record<string, string | undefined>>;
    readonly version: string;
    readonly signal: AbortSignal;
    readonly tell: Tell;
  },
): Promise<Comparison> {
  const releases = new ReleaseStack();
  // New to one must be new to the other: both are asked the same, each from a source of its own.
  const firstNew = Date.now();
  const open = async (at: string): Promise<Subject> => {
    const { endpoint: target, token } = readTarget({ url: at, env: run.env });
    const endpoint = createEndpoint({
      url: target,
      token,
      version: run.version,
      maxConnections: MAX_CONNECTIONS,
      timeoutMs: TIMEOUT_MS,
    });
    releases.push('endpoint', () => endpoint.close());
    const brought = await questionsFrom(questions, firstNew);
    const known = await teach(endpoint, brought, { ...run, manner: ASKONCE });
    return { endpoint, source: { ...brought, questions: known } };
  };
  try {
    const [old, now] = [await open(againstUrl), await open(url)];
    return compareInterleaved(await interleave(old, now, { rounds, ...run }));
  } finally {
    await releases.unwind(0);
  }
}
