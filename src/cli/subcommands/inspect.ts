// Owns `askonce cache inspect` and `why`: one entry seen from all sides, and why an answer was this one.
import type { InspectDocument } from '../../admin/inspect.ts';
import { ago, bytes, count, duration, percent, some } from '../figures.ts';
import type { Look } from '../look.ts';
import { sections } from '../look.ts';
import { show } from '../show.ts';
import type { Invocation, Subcommand } from '../subcommand.ts';
import { facts, table } from '../table.ts';
import { answerTable } from './answers.ts';
import { labelOf, coloredOutcome, renderDecision } from './decision.ts';

/** As src/admin/inspect.ts has them from the database. */
interface ResultDocument {
  readonly principal: string | null;
  readonly rows: number;
  readonly bytes: number;
  readonly as_of: string;
  readonly expires_at: string | null;
  readonly status: string;
  readonly is_current: boolean;
  readonly run_ms: number;
}

export const inspect: Subcommand = {
  definition: {
    name: 'inspect',
    summary: 'an entry or an answer: wordings, rows kept, decisions, answers',
    operands: [
      {
        name: 'id',
        about: 'of an entry or a wording, as search lists it, or an answer_id',
        isRequired: true,
      },
    ],
    examples: [['inspect 0198c0de-0000-7000-8000-000000000000', 'an entry that search listed']],
  },
  run: inspected,
};

export const why: Subcommand = {
  definition: {
    name: 'why',
    summary: 'why an answer was served (short for inspect)',
    operands: [
      {
        name: 'answer_id',
        about: 'as the agent was given it, or as answers lists it',
        isRequired: true,
      },
    ],
    examples: [['why a_q3Jt0cW2', 'the earlier question, how sure, by which rule']],
  },
  run: inspected,
};

async function inspected(invocation: Invocation): Promise<number> {
  const [id] = invocation.operands;
  await show(invocation, await invocation.call('cache_inspect', { id }), renderInspect);
  return 0;
}

export function renderInspect(document: InspectDocument, look: Look): string {
  const { bold } = look.colors;
  const titled = (title: string, amount: number, text: () => string): string | false =>
    amount > 0 && `${bold(title)}\n${text()}`;
  return sections(
    document.answer && `${bold('This answer')}\n${answerOf(document.answer, look)}`,
    `${bold('Entry')}\n${entryOf(document, look)}`,
    titled('Wordings', document.wordings.length, () => wordingsOf(document, look)),
    titled('Rejected', document.rejected.length, () => rejectedOf(document, look)),
    titled('Rows kept', document.results.length, () => resultsOf(document, look)),
    titled('Decisions', document.decisions.length, () => decisionsOf(document, look)),
    titled('Answers', document.answers.length, () => answerTable(document.answers, look)),
  );
}

function answerOf(answer: NonNullable<InspectDocument['answer']>, look: Look): string {
  const head = facts(
    [
      ['why', answer.why],
      ['asked', answer.question ?? ''],
      ['served for', answer.matched ?? 'these very words'],
      ['statement', answer.sql ?? 'too long to be kept'],
      ['to', `${answer.principal ?? 'nobody known'}, ${ago(answer.answered_at, look.now)}`],
      ['from', answer.source],
      ['reported', [answer.verdict ?? 'by nobody', answer.note].filter(Boolean).join(': ')],
    ],
    look,
  );
  const { decision } = answer;
  return decision
    ? `${head}\n\n${look.colors.bold('Decided so')}\n${renderDecision(decision, look)}`
    : head;
}

function entryOf({ entry }: InspectDocument, look: Look): string {
  const { now } = look;
  const params = JSON.stringify(entry.params);
  return facts(
    [
      ['question', look.colors.bold(entry.question)],
      ['statement', entry.sql],
      ...(params === '[]' ? [] : [['values', params] as const]),
      ['reads', entry.tables.join(', ') || 'no table'],
      ['id', entry.id],
      ['scope', `${entry.scope.label} (${entry.scope.id})`],
      ['made', `by ${entry.made_by}, ${ago(entry.made_at, now)}, ${entry.origin}`],
      ['used', `${some(entry.uses, 'time')}, ${ago(entry.last_used_at, now)}`],
      ['holds', entry.volatility],
      [
        'schema',
        entry.is_outdated ? look.colors.yellow('has changed since: nobody finds it') : 'as it was',
      ],
    ],
    look,
  );
}

const wordingsOf = ({ wordings }: InspectDocument, look: Look): string =>
  table(
    [
      { title: 'question', isCut: true },
      { title: 'origin' },
      { title: 'by' },
      { title: 'made' },
      { title: 'id' },
    ],
    wordings.map(({ question, origin, made_by: by, made_at: at, id }) => [
      question,
      origin,
      by,
      ago(at, look.now),
      id,
    ]),
    look,
  );

const rejectedOf = ({ rejected }: InspectDocument, look: Look): string =>
  table(
    [{ title: 'never served to', isCut: true }, { title: 'by' }, { title: 'when' }],
    rejected.map(({ question, rejected_by: by, at }) => [
      question ?? '(words unknown)',
      by,
      ago(at, look.now),
    ]),
    look,
  );

const resultsOf = ({ results }: InspectDocument, look: Look): string =>
  table(
    [
      { title: 'whose' },
      { title: 'rows', align: 'right' },
      { title: 'size', align: 'right' },
      { title: 'read' },
      { title: 'expires' },
      { title: 'state' },
      { title: 'took', align: 'right' },
    ],
    (results as unknown as readonly ResultDocument[]).map((result) => [
      result.principal ?? 'nobody known',
      count(result.rows),
      bytes(result.bytes),
      ago(result.as_of, look.now),
      result.expires_at === null ? 'never' : ago(result.expires_at, look.now),
      result.is_current ? result.status : `${result.status}, not current`,
      duration(result.run_ms),
    ]),
    look,
  );

const decisionsOf = ({ decisions }: InspectDocument, look: Look): string =>
  table(
    [
      { title: 'number', align: 'right' },
      { title: 'asked', isCut: true },
      { title: 'outcome' },
      { title: 'rule', isCut: true },
      { title: 'probability', align: 'right' },
      { title: 'judged' },
      { title: 'when' },
    ],
    decisions.map((decision) => [
      decision.id,
      decision.question,
      coloredOutcome(decision.outcome, look),
      decision.rule,
      percent(decision.probability),
      labelOf(decision),
      ago(decision.decided_at, look.now),
    ]),
    look,
  );
