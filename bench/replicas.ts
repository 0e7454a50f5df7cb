// `npm run bench -- replicas`: answers per second of one replica and of three, through the proxy as deploy/haproxy sets
// it up, and of one without it. Servers, proxy, database and callers share this machine: the ratios are its own.
import { join } from 'node:path';

import { startHaproxy } from '../dev/haproxy.ts';
import { freePort } from '../dev/postgres/cluster.ts';
import { localSurroundings } from '../dev/postgres/surroundings.ts';
import { knownQuestions } from '../src/demo/questions.ts';
import { AppError } from '../src/errors.ts';
import { createRandom } from '../src/lib/random.ts';
import { ReleaseStack } from '../src/lib/release-stack.ts';
import { openBurstDatabases } from './burst-databases.ts';
import { outcomeOf } from './burst-outcome.ts';
import { QUESTIONS_SEED } from './burst-seed.ts';
import type { BenchContext } from './context.ts';
import { countOption, parseOptions, requireOption } from './decisions-options.ts';
import { addressOf, openConnection } from './http-connection.ts';
import { callText, openSession } from './mcp-wire.ts';
import type { McpTarget, ToolCall } from './mcp-wire.ts';
import { median } from './protocol-figures.ts';
import { startServer } from './server-process.ts';
import { round } from './statistics.ts';

export const REPLICAS_USAGE = `replicas --database-url URL --cache-url URL [--rounds N]
    Three servers over one cache, and HAProxy with deploy/haproxy/haproxy.cfg before them: 16 conversations ask
    what is known, in the same words and each time in other ones, of one server, of one behind the proxy and of all
    three; --rounds (3) times 2 s each, in turn. The demo shop is built at --database-url unless it is there.`;

const WAYS = ['direct', 'one', 'three'] as const;
type Way = (typeof WAYS)[number];

export interface ReplicasFigures extends Record<string, unknown> {
  /** Answers per second, the median of the rounds. */
  readonly exact: Readonly<Record<Way, number>>;
  readonly reworded: Readonly<Record<Way, number>>;
  /** What was not answered: offered to the agent, shed, failed. */
  readonly others: number;
  readonly exact_three_over_one: number;
  readonly reworded_three_over_one: number;
  readonly proxy_over_direct: number;
}

const REPLICAS = 3;
const CALLERS = 16;
const ROUND_MS = 2000;
const WARM_UP_MS = 4000;
const DEFAULT_ROUNDS = 3;

interface Asked {
  answered: number;
  others: number;
}

export async function runReplicas(
  { progress, root }: BenchContext,
  args: readonly string[],
): Promise<ReplicasFigures> {
  const given = parseOptions(args, {
    json: { type: 'boolean' },
    'database-url': { type: 'string' },
    'cache-url': { type: 'string' },
    rounds: { type: 'string' },
  });
  const rounds = countOption(given.rounds, 'rounds', { otherwise: DEFAULT_ROUNDS, least: 1 });
  const named = {
    databaseUrl: requireOption(given['database-url'], 'database-url'),
    cacheUrl: requireOption(given['cache-url'], 'cache-url'),
  };
  const releases = new ReleaseStack();
  try {
    const { settings } = await openBurstDatabases(named, progress, releases);
    const urls: string[] = [];
    while (urls.length < REPLICAS) {
      const server = await startServer(root, settings);
      releases.push('askonce', () => server.stop());
      urls.push(server.url);
    }
    const targets = {
      direct: urls[0]!,
      one: await proxyOf(root, urls.slice(0, 1), releases),
      three: await proxyOf(root, urls, releases),
    };
    const known = knownQuestions(createRandom(QUESTIONS_SEED));
    progress(`learning ${known.length} questions`);
    const queries = known.map(({ question, sql }) => ({
      name: 'query',
      arguments: { question, sql },
    }));
    await ask(targets.direct, queries.values(), Infinity);
    const same = known.map(({ question }) => asking(question));
    // Each replica has them in its memory, and its code compiled, before anything is counted.
    for (const url of urls) await ask(url, endless(same), performance.now() + WARM_UP_MS);
    // Each once: asked again it would be known by then.
    const reworded = known.flatMap(({ rephrasings }) => rephrasings.map(asking)).values();
    return await measure({ targets, same, reworded, rounds, progress });
  } finally {
    await releases.unwind(0);
  }
}

const asking = (question: string): ToolCall => ({ name: 'ask', arguments: { question } });

/** The other addresses lead nowhere, and are found to be down. */
async function proxyOf(
  root: string,
  urls: readonly string[],
  releases: ReleaseStack,
): Promise<string> {
  const nowhere = `127.0.0.1:${await freePort()}`;
  const at = (index: number): string => {
    const url = urls[index];
    return url === undefined ? nowhere : new URL(url).host;
  };
  const proxy = await startHaproxy({
    surroundings: localSurroundings(process.env, new AbortController().signal),
    settings: join(root, 'deploy/haproxy/haproxy.cfg'),
    env: { REPLICA_1: at(0), REPLICA_2: at(1), REPLICA_3: at(2) },
  });
  if (proxy === null) throw new AppError('NOT_FOUND', 'There is no HAProxy on this machine.');
  releases.push('proxy', () => proxy.stop());
  return `${proxy.origin}/mcp`;
}

interface Measuring {
  readonly targets: Readonly<Record<Way, string>>;
  readonly same: readonly ToolCall[];
  readonly reworded: IterableIterator<ToolCall>;
  readonly rounds: number;
  readonly progress: (line: string) => void;
}

async function measure(given: Measuring): Promise<ReplicasFigures> {
  const { targets, same, reworded, rounds, progress } = given;
  const exact: Record<Way, number[]> = { direct: [], one: [], three: [] };
  const judged: Record<Way, number[]> = { direct: [], one: [], three: [] };
  let others = 0;
  const take = async (rates: Record<Way, number[]>, way: Way, calls: Iterator<ToolCall>) => {
    const started = performance.now();
    const asked = await ask(targets[way], calls, started + ROUND_MS);
    others += asked.others;
    // Where all wordings are used up, nothing is measured.
    if (asked.answered > 0)
      rates[way].push((asked.answered * 1000) / (performance.now() - started));
  };
  for (const [what, rates, calls] of [
    ['the same words', exact, endless(same)],
    ['other words', judged, reworded],
  ] as const)
    for (let number = 1; number <= rounds; number += 1) {
      progress(`${what}, round ${number} of ${rounds}`);
      for (const way of WAYS) await take(rates, way, calls);
    }
  const of = (all: Record<Way, number[]>): Record<Way, number> => ({
    direct: round(median(all.direct)),
    one: round(median(all.one)),
    three: round(median(all.three)),
  });
  const [exactly, inOtherWords] = [of(exact), of(judged)];
  return {
    exact: exactly,
    reworded: inOtherWords,
    others,
    exact_three_over_one: round(exactly.three / exactly.one),
    reworded_three_over_one: round(inOtherWords.three / inOtherWords.one),
    proxy_over_direct: round(exactly.one / exactly.direct),
  };
}

function* endless(calls: readonly ToolCall[]): Generator<ToolCall, never> {
  for (let number = 0; ; number += 1) yield calls[number % calls.length]!;
}

/** So many conversations at once, each asking the next when it is answered. */
async function ask(url: string, calls: Iterator<ToolCall>, until: number): Promise<Asked> {
  const target: McpTarget = { url, era: '2025-11-25' };
  const asked: Asked = { answered: 0, others: 0 };
  const converse = async (): Promise<void> => {
    const connection = await openConnection(addressOf(url));
    const session = await openSession(target, connection);
    while (performance.now() < until) {
      const next = calls.next();
      if (next.done === true) break;
      const response = await connection.ask(callText(target, session, next.value));
      if (outcomeOf(response).kind === 'answered') asked.answered += 1;
      else asked.others += 1;
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: CALLERS }, converse));
  return asked;
}
