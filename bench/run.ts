// `npm run bench -- NAME [--json]`: runs one benchmark. Progress goes to stderr, figures to stdout.
import { isAppError } from '../src/errors.ts';
import { burstText } from './burst-text.ts';
import { BURST_USAGE, runBurst } from './burst.ts';
import { CONSOLE_USAGE, runConsole } from './console.ts';
import type { BenchContext } from './context.ts';
import { decisionsText } from './decisions-text.ts';
import { DECISIONS_USAGE, runDecisions } from './decisions.ts';
import { freshnessText } from './freshness-text.ts';
import { FRESHNESS_USAGE, runFreshness } from './freshness.ts';
import { runMain } from './main.ts';
import { PEERS_USAGE, runPeers } from './peers.ts';
import { peersText } from './peers/tables.ts';
import { PLAN_USAGE, runPlan } from './plan.ts';
import { REGRESSIONS_USAGE, runRegressions } from './regressions.ts';
import { protocolText } from './protocol-text.ts';
import { PROTOCOL_USAGE, runProtocol } from './protocol.ts';
import { replicasText } from './replicas-text.ts';
import { REPLICAS_USAGE, runReplicas } from './replicas.ts';
import { scaleText } from './scale-text.ts';
import { SCALE_USAGE, runScale } from './scale.ts';
import { sessionsText } from './sessions-text.ts';
import { SESSIONS_USAGE, runSessions } from './sessions.ts';
import { streamText } from './stream-text.ts';
import { STREAM_USAGE, runStream } from './stream.ts';
import { workloadText } from './workload-text.ts';
import { WORKLOAD_USAGE, runWorkload } from './workload.ts';

interface Outcome {
  readonly figures: Record<string, unknown>;
  /** For a reader, where there is more to it than the figures as JSON. */
  readonly text?: string;
}

interface Bench {
  readonly about: string;
  readonly usage?: string;
  /** @param args What follows the name. */
  run(context: BenchContext, args: readonly string[]): Promise<Outcome>;
}

const BENCHES: Readonly<Record<string, Bench>> = {
  main: {
    about: 'exact and semantic hits, start-up, memory; each against its floor in the same run',
    run: async (context) => ({ figures: await runMain(context) }),
  },
  protocol: withText({
    about: 'exact hits per second and processor time, against servers that do nothing',
    usage: PROTOCOL_USAGE,
    measure: runProtocol,
    text: protocolText,
  }),
  burst: withText({
    about: 'more and more agents that ask in bursts, against a connection for each of them',
    usage: BURST_USAGE,
    measure: runBurst,
    text: burstText,
  }),
  peers: withText({
    about: 'the same load against other MCP servers for databases, and what the field quotes',
    usage: PEERS_USAGE,
    measure: runPeers,
    text: peersText,
  }),
  sessions: withText({
    about: 'a leased session and a record, against a server for each request or conversation',
    usage: SESSIONS_USAGE,
    measure: runSessions,
    text: sessionsText,
  }),
  stream: withText({
    about: 'a large result, against psql and against holding it; memory under eight of them',
    usage: STREAM_USAGE,
    measure: runStream,
    text: streamText,
  }),
  freshness: withText({
    about: 'three replicas while the data are written to: how late an answer is, by each source',
    usage: FRESHNESS_USAGE,
    measure: runFreshness,
    text: freshnessText,
  }),
  replicas: withText({
    about: 'answers per second of one replica and of three behind the proxy, and of one without it',
    usage: REPLICAS_USAGE,
    measure: runReplicas,
    text: replicasText,
  }),
  scale: withText({
    about: 'the store with 10,000 to 1,000,000 plans: look-ups, recall, inserts, bytes',
    usage: SCALE_USAGE,
    measure: runScale,
    text: scaleText,
  }),
  decisions: withText({
    about: 'labelled pairs of questions: served, offered, refused, against cuts of the cosine',
    usage: DECISIONS_USAGE,
    measure: runDecisions,
    text: decisionsText,
  }),
  console: {
    about: 'the console over 100,000 entries in a browser, against a bare file of the same server',
    usage: CONSOLE_USAGE,
    run: async (context, args) => ({ figures: await runConsole(context, args) }),
  },
  plan: {
    about:
      'what twice the agents come to, as the plan of capacity foretells it and as it is measured',
    usage: PLAN_USAGE,
    run: async (context, args) => ({ figures: await runPlan(context, args) }),
  },
  regressions: {
    about:
      'a stage slowed by 20 %: whether askonce validate finds and names it, and is silent otherwise',
    usage: REGRESSIONS_USAGE,
    run: async (context, args) => ({ figures: await runRegressions(context, args) }),
  },
  workload: withText({
    about: 'a stream of questions played from empty, against caches with equal text or one cut',
    usage: WORKLOAD_USAGE,
    measure: runWorkload,
    text: workloadText,
  }),
};

function withText<Figures extends Record<string, unknown>>({
  about,
  usage,
  measure,
  text,
}: {
  readonly about: string;
  readonly usage: string;
  readonly measure: (context: BenchContext, args: readonly string[]) => Promise<Figures>;
  readonly text: (figures: Figures) => string;
}): Bench {
  return {
    about,
    usage,
    async run(context, args) {
      const figures = await measure(context, args);
      return { figures, text: text(figures) };
    },
  };
}

const HELP = `npm run bench -- NAME [OPTIONS] [--json]

${Object.entries(BENCHES)
  .map(([name, { about }]) => `  ${name.padEnd(11)}${about}`)
  .join('\n')}

${Object.values(BENCHES)
  .flatMap(({ usage }) => (usage === undefined ? [] : [usage]))
  .join('\n\n')}
`;

async function main(args: readonly string[]): Promise<number> {
  const name = args.find((arg) => arg !== '--json') ?? '--help';
  if (name === '--help' || args.includes('--help')) {
    process.stdout.write(HELP);
    return 0;
  }
  const bench = Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined;
  if (!bench) {
    process.stderr.write(`There is no benchmark ${name}.\n\n${HELP}`);
    return 2;
  }
  const { figures, text } = await bench.run(
    {
      progress: (line) => process.stderr.write(`${line}\n`),
      root: new URL('../..', import.meta.url).pathname,
    },
    args.filter((_, index) => index !== args.indexOf(name)),
  );
  const result = { bench: name, at: new Date().toISOString(), node: process.version, ...figures };
  process.stdout.write(
    args.includes('--json')
      ? `${JSON.stringify(result)}\n`
      : `${text ?? JSON.stringify(result, null, 2)}\n`,
  );
  return 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!isAppError(error)) throw error;
  process.stderr.write(`${error.code}: ${error.message} ${error.hint ?? ''}\n`);
  process.exitCode = 1;
}
