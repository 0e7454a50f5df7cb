// Owns `npm run session`: the main job played against a server of its own with the demo shop, by the SDK's client, and
// written down as Markdown. What was answered is shortened, never changed; docs/session.md is one such run.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

import { startServer } from '../bench/server-process.ts';

type Document = Readonly<Record<string, unknown>>;

interface Step {
  readonly says: string;
  readonly tool: string;
  /** @param before What the steps before were answered, by their names. */
  readonly args: (before: ReadonlyMap<string, Document>) => Document;
  /** What of the answer is written down; a dot leads into it. */
  readonly shows: readonly string[];
  /** For the steps behind it. */
  readonly name?: string;
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const QUESTION = 'How many orders were placed in 2024?';
const SQL =
  "SELECT count(*) AS orders FROM orders WHERE ordered_at >= '2024-01-01' AND ordered_at < '2025-01-01'";
const PURCHASES = 'How many purchases were made in 2024?';
const IN_OTHER_WORDS = 'how many orders did we get in 2024?';
const ANSWER = ['status', 'source', 'matched', 'sql', 'rows', 'answer_id'];

const STEPS: readonly Step[] = [
  {
    says: 'Nobody has asked anything yet. The agent asks first, and gets what it needs to write SQL.',
    tool: 'ask',
    args: () => ({ question: QUESTION }),
    shows: ['status', 'schema', 'examples', 'hint'],
  },
  {
    says: 'It writes one SELECT and sends it with the same question. The statement is checked, runs, and is remembered.',
    tool: 'query',
    args: () => ({ question: QUESTION, sql: SQL }),
    shows: ANSWER,
  },
  {
    says: 'From now on nobody writes that SQL again. The same words are answered from the memory of the process:',
    tool: 'ask',
    args: () => ({ question: QUESTION }),
    shows: ANSWER,
  },
  {
    says: 'Other words for the same are recognised; `matched` is the proof.',
    tool: 'ask',
    args: () => ({ question: 'number of orders placed in 2024' }),
    shows: ANSWER,
  },
  {
    says: 'Another year is another question. The known statement runs with the new values, and says so in `rebound`.',
    tool: 'ask',
    args: () => ({ question: 'How many orders were placed in 2023?' }),
    shows: ANSWER,
  },
  {
    says: 'What sounds alike and asks for something else is not served. The differences are named; the agent writes SQL.',
    tool: 'ask',
    args: () => ({ question: 'How many orders were cancelled in 2024?' }),
    shows: ['status', 'candidates', 'hint'],
  },
  {
    says: 'Here askonce is not sure enough, and asks.',
    tool: 'ask',
    args: () => ({ question: IN_OTHER_WORDS }),
    shows: ['status', 'candidates', 'hint'],
    name: 'offer',
  },
  {
    says: 'The agent reads both questions, finds that they ask the same, and accepts. These words are known from now on.',
    tool: 'ask',
    args: (before) => ({ question: IN_OTHER_WORDS, accept: firstCandidate(before.get('offer')) }),
    shows: ANSWER,
  },
  {
    says: 'This is served, too; but in this shop a cancelled order is no purchase.',
    tool: 'ask',
    args: () => ({ question: PURCHASES }),
    shows: ANSWER,
    name: 'purchases',
  },
  {
    says: 'So the agent reports it.',
    tool: 'report',
    args: (before) => ({
      answer_id: before.get('purchases')?.['answer_id'],
      verdict: 'wrong',
      note: 'a cancelled order is no purchase',
    }),
    shows: ['status', 'effect'],
  },
  {
    says: 'The question is not answered by that statement again,',
    tool: 'ask',
    args: () => ({ question: PURCHASES }),
    shows: ['status', 'hint'],
  },
  {
    says: 'and has a statement of its own as soon as somebody brings it.',
    tool: 'query',
    args: () => ({ question: PURCHASES, sql: `${SQL} AND status <> 'cancelled'` }),
    shows: ANSWER,
  },
  {
    says: 'An operator who is given the `answer_id` sees afterwards why the wrong one was served.',
    tool: 'cache_inspect',
    args: (before) => ({ id: before.get('purchases')?.['answer_id'] }),
    shows: [
      'answer.question',
      'answer.matched',
      'answer.why',
      'answer.verdict',
      'answer.note',
      'rejected',
    ],
  },
];

function firstCandidate(offer: Document = {}): unknown {
  const { candidates = [] } = offer as { readonly candidates?: readonly Document[] };
  return candidates[0]?.['id'];
}

const MAX_VALUE_CHARS = 420;

function valueAt(document: Document, path: string): unknown {
  const found = path
    .split('.')
    .reduce<unknown>((value, key) => (value as Document | undefined)?.[key], document);
  if (found === undefined) throw new Error(`there is no ${path} in ${JSON.stringify(document)}`);
  return found;
}

/** One line for each key that is shown. */
function shortened(document: Document, keys: readonly string[]): string[] {
  const lines = keys.map((key) => {
    const text = JSON.stringify(valueAt(document, key));
    const isLong = text.length > MAX_VALUE_CHARS;
    return `  "${key}": ${isLong ? `${text.slice(0, MAX_VALUE_CHARS)}…` : text},`;
  });
  return ['{', ...lines, '  …', '}'];
}

async function play(client: Client): Promise<string[]> {
  const before = new Map<string, Document>();
  const lines: string[] = [];
  for (const { says, tool, args, shows, name } of STEPS) {
    const given = args(before);
    const begun = performance.now();
    const result = await client.callTool({ name: tool, arguments: { ...given } });
    const ms = performance.now() - begun;
    const document = result.structuredContent as Document | undefined;
    if (result.isError || !document) throw new Error(`${tool}: ${JSON.stringify(result.content)}`);
    if (name !== undefined) before.set(name, document);
    const call = `> ${tool} ${JSON.stringify(given)}`;
    const took = `< after ${ms.toFixed(ms < 10 ? 1 : 0)} ms`;
    lines.push(says, '', '```text', call, took, ...shortened(document, shows), '```', '');
  }
  return lines;
}

const INTRODUCTION = `# A session

One run of the main job, as it was: a server started a moment before over the demo shop, and a client that plays an
agent. Made by \`npm run --silent session > docs/session.md\` (\`dev/session.ts\`); only long values and keys that tell
nothing new are left out (\`…\`). The times are those of two cores that had other work to do, and of a server whose code
was cold: the README has measured ones. How to write such an agent: [agents.md](agents.md).
`;

const dataDir = await mkdtemp(join(tmpdir(), 'askonce-session-'));
process.stderr.write('starting a server over the demo shop\n');
try {
  // What the environment or a .env file says of databases and tokens is none of this one's.
  const settings = { ASKONCE_DATA_DIR: dataDir, HOST: '127.0.0.1' };
  const none = { DATABASE_URL: '', CACHE_DATABASE_URL: '', REPLICATION_URL: '', AUTH_TOKENS: '' };
  const server = await startServer(ROOT, { ...settings, ...none, OAUTH_ISSUER: '' });
  const client = new Client({ name: 'session', version: '1' });
  try {
    await client.connect(new StreamableHTTPClientTransport(new URL(server.url)));
    const lines = [INTRODUCTION, ...(await play(client))];
    process.stdout.write(`${lines.join('\n').trimEnd()}\n`);
  } finally {
    await client.close();
    await server.stop();
  }
} finally {
  await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
}
