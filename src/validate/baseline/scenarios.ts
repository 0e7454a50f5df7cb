// Owns what one conversation is profiled with: each tool of askonce, and `ask` in each way that it can go.
import type { Conversation, ToolCall } from '../endpoint.ts';
import type { Outcome } from '../outcome.ts';
import type { Question, QuestionSource } from '../questions/question.ts';

export interface Scenario {
  readonly name: string;
  /** The next call; null when there is no more of the kind. */
  next(): ToolCall | null;
  /** Whether it went the way that is to be measured. */
  isMeant(outcome: Outcome): boolean;
  /** How often a block calls, at most: what costs more is called less often. */
  readonly calls: number;
}

const from =
  (...sources: readonly string[]) =>
  (outcome: Outcome): boolean =>
    outcome.kind === 'answered' && outcome.source !== null && sources.includes(outcome.source);
const isAnswered = (outcome: Outcome): boolean => outcome.kind === 'answered';
const isDocument = (outcome: Outcome): boolean => outcome.kind === 'document';

/** Few rows come at first, so that there is more to fetch. */
const FIRST_ROWS = 5;
const QUICK_CALLS = 100;
const USUAL_CALLS = 25;
const HEAVY_CALLS = 3;

/** What the source and the server have nothing for is left out. */
export async function scenariosFor(
  source: QuestionSource,
  conversation: Conversation,
): Promise<Scenario[]> {
  const tools = await emptyTools(conversation);
  return [
    ...(await askingScenarios(source, conversation)),
    ...tools.map((tool) =>
      repeated(tool, USUAL_CALLS, isAnswered, () => ({ tool, arguments: {} })),
    ),
  ];
}

/** Those of them that have stages. */
export async function askingScenarios(
  source: QuestionSource,
  conversation: Conversation,
): Promise<Scenario[]> {
  const light = source.questions.filter(({ heavy, sql }) => !heavy && sql !== undefined);
  const heavy = source.questions.find((one) => one.heavy && one.sql !== undefined);
  const first = light[0] ?? source.questions[0]!;
  return [
    repeated('ask, known words', QUICK_CALLS, from('memory'), () => ask(first.question)),
    ...rephrased(light),
    ...unasked(source),
    ...(first.sql === undefined ? [] : ofStatement(first as Known)),
    ...(heavy ? await ofHeavy(heavy as Known, conversation) : []),
    repeated('search_schema', USUAL_CALLS, isAnswered, () => ({
      tool: 'search_schema',
      arguments: { query: first.question },
    })),
  ];
}

type Known = Question & { readonly sql: string };

function repeated(
  name: string,
  calls: number,
  isMeant: Scenario['isMeant'],
  next: () => ToolCall,
): Scenario {
  return { name, calls, isMeant, next };
}

const ask = (question: string): ToolCall => ({ tool: 'ask', arguments: { question } });

/** Each wording once: by the second time its words are known. */
function rephrased(light: readonly Question[]): Scenario[] {
  const most = Math.max(0, ...light.map(({ rephrasings }) => rephrasings.length));
  const wordings = Array.from({ length: most }, (_, at) =>
    light.map(({ rephrasings }) => rephrasings[at]).filter((one) => one !== undefined),
  ).flat();
  if (wordings.length === 0) return [];
  const left = wordings.values();
  return [
    {
      name: 'ask, other words',
      calls: USUAL_CALLS,
      isMeant: from('semantic'),
      next() {
        const { value, done } = left.next();
        return done ? null : ask(value);
      },
    },
  ];
}

function unasked(source: QuestionSource): Scenario[] {
  if (source.unasked() === null) return [];
  return [
    repeated('ask, unknown', USUAL_CALLS, isDocument, () => ask(source.unasked()!.question)),
    repeated('query, new', USUAL_CALLS, from('database'), () => {
      const { question, sql } = source.unasked()!;
      return { tool: 'query', arguments: { question, sql } };
    }),
  ];
}

function ofStatement({ question, sql }: Known): Scenario[] {
  return [
    repeated('query, run anew', USUAL_CALLS, from('database'), () => ({
      tool: 'query',
      arguments: { question, sql, max_age_seconds: 0 },
    })),
    repeated('explain', USUAL_CALLS, isAnswered, () => ({ tool: 'explain', arguments: { sql } })),
  ];
}

/** A large answer whole, and what is left of one that was cut. */
async function ofHeavy({ question, sql }: Known, conversation: Conversation): Promise<Scenario[]> {
  const outcomeOf = async (more: object) =>
    (await conversation.call({ tool: 'query', arguments: { question, sql, ...more } })).outcome;
  const few = await outcomeOf({ max_rows: FIRST_ROWS });
  const cursor = few.kind === 'answered' ? few.nextCursor : null;
  // A server may let less through; what is larger than its usual answer is written row by row.
  const large = { max_rows: 10_000, max_bytes: 2_000_000, max_age_seconds: 0 };
  const isLetThrough = (await outcomeOf(large)).kind === 'answered';
  const most = isLetThrough ? large : { max_age_seconds: 0 };
  return [
    repeated('query, heavy, run anew', HEAVY_CALLS, isAnswered, () => ({
      tool: 'query',
      arguments: { question, sql, ...most },
    })),
    ...(cursor === null
      ? []
      : [
          repeated('fetch_rows', USUAL_CALLS, isAnswered, () => ({
            tool: 'fetch_rows',
            arguments: { cursor },
          })),
        ]),
  ];
}

interface ListedTool {
  readonly name: string;
  readonly annotations?: { readonly readOnlyHint?: boolean };
  readonly inputSchema?: { readonly required?: readonly string[] };
}

const COVERED = new Set(['ask', 'query', 'explain', 'search_schema', 'fetch_rows']);

/** Tools that change nothing and want no arguments, as those of admins. */
async function emptyTools(conversation: Conversation): Promise<string[]> {
  const { body } = await conversation.request('tools/list', {});
  const tools = (body as { readonly result?: { readonly tools?: readonly ListedTool[] } } | null)
    ?.result?.tools;
  return (tools ?? [])
    .filter(({ annotations, inputSchema }) => {
      const wantsNone = (inputSchema?.required ?? []).length === 0;
      return annotations?.readOnlyHint === true && wantsNone;
    })
    .map(({ name }) => name)
    .filter((name) => !COVERED.has(name));
}
