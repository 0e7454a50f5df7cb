// Owns `askonce cache review` and `wrong`: decisions that nobody has judged, one at a time with a key each, and a verdict
// on one that is named.
import type {
  QueueDocument,
  ReviewItem,
  ReviewVerdict,
  ReviewedDocument,
} from '../../admin/review.ts';
import { ago, count, some } from '../figures.ts';
import { keysOf } from '../keys.ts';
import type { Look } from '../look.ts';
import { sections, visibleDocument, wrapped } from '../look.ts';
import { Misuse } from '../misuse.ts';
import { show } from '../show.ts';
import { SCOPE_OPTION, argumentsOf } from '../subcommand.ts';
import type { Invocation, Subcommand } from '../subcommand.ts';
import { facts, table } from '../table.ts';
import { coloredOutcome, decisionFacts, renderDecision } from './decision.ts';

const VERDICTS = ['same', 'different', 'undo'] as const;
const BY_KEY: Readonly<Record<string, ReviewVerdict>> = { s: 'same', d: 'different' };
const KEYS = '[s]ame  [d]ifferent  [u]ndo the last  [n]ext  [q]uit';
const ANSWER_ID = {
  name: 'answer_id',
  about: 'as the agent was given it',
  isRequired: true,
};
/** Of what is open, that is asked for at once. */
const AHEAD = 20;

export const review: Subcommand = {
  definition: {
    name: 'review',
    summary: 'judge decisions: one at a time, or the one that is named',
    about:
      'Judges decisions. In a terminal those that are open come one at a time, with a key each (s, d, u, n, q); elsewhere they are listed. same binds the wording, different keeps the question from that answer, undo takes back what was said.',
    operands: [
      { name: 'id', about: 'number of a decision, or an answer_id' },
      { name: 'verdict', about: 'on it', choices: VERDICTS },
    ],
    options: [
      SCOPE_OPTION,
      { flags: '--limit <n>', about: 'list at most n (20)', isNumber: true },
      { flags: '--cursor <text>', about: 'where the list before said that the next begins' },
    ],
    examples: [
      ['review', 'what agents reported, checks, offers'],
      ['review 42 same', 'a decision of the list'],
      ['review 42 undo', 'what was said of it'],
    ],
  },
  async run(invocation) {
    const { operands, options, call, face } = invocation;
    const [id, verdict] = operands as [string?, ReviewVerdict?];
    if (id !== undefined) {
      if (verdict) return await judgeOne(invocation, id, verdict);
      throw new Misuse(`A verdict on ${id} is missing: ${VERDICTS.join(', ')}.`);
    }
    if (face.isInteractive) return await judgeAll(invocation);
    const args = argumentsOf(options, { scope: 'scope', limit: 'limit', cursor: 'cursor' });
    await show(invocation, await call('cache_review', args), renderQueue);
    return 0;
  },
};

export const wrong: Subcommand = {
  definition: {
    name: 'wrong',
    summary: 'this answer was wrong: never again (short for review … different)',
    operands: [ANSWER_ID],
    examples: [
      ['wrong a_q3Jt0cW2', 'the question is not answered by that statement again'],
      ['review a_q3Jt0cW2 undo', 'it was right after all'],
    ],
  },
  run: (invocation) => judgeOne(invocation, invocation.operands[0]!, 'different'),
};

/** Decisions have numbers, answers have not. */
async function judgeOne(
  invocation: Invocation,
  id: string,
  verdict: ReviewVerdict,
): Promise<number> {
  const subject = /^\d+$/.test(id) ? { decision: id } : { answer_id: id };
  const document = await invocation.call('cache_review', { ...subject, verdict });
  await show(invocation, document, renderReviewed);
  return 0;
}

async function judgeAll(invocation: Invocation): Promise<number> {
  const { face, call } = invocation;
  const scope = argumentsOf(invocation.options, { scope: 'scope' });
  const { look, print } = face;
  const judged: ReviewItem[] = [];
  let skipped = 0;
  let open = 0;

  async function ahead(): Promise<ReviewItem[]> {
    const args = { ...scope, limit: AHEAD, cursor: String(skipped) };
    const queue = (await call('cache_review', args)) as unknown as QueueDocument;
    open = queue.open;
    return [...visibleDocument(queue).items];
  }

  async function tell(item: ReviewItem, verdict: ReviewVerdict): Promise<void> {
    const reviewed = await call('cache_review', { decision: item.id, verdict });
    face.progress.clear();
    open += verdict === 'undo' ? 1 : -1;
    const { effect } = visibleDocument(reviewed as unknown as ReviewedDocument);
    await print(`${look.colors.bold(verdict)}: ${effect}\n\n`);
  }

  let items = await ahead();
  const present = async (): Promise<boolean> => {
    if (items.length === 0) items = await ahead();
    face.progress.clear();
    const [item] = items;
    if (item)
      await print(`${itemOf(item, look)}\n${look.colors.dim(`${count(open)} open  ${KEYS}`)}\n`);
    return item !== undefined;
  };

  if (await present()) {
    for await (const key of keysOf(face.stdin)) {
      const verdict = BY_KEY[key];
      if (key === 'q') break;
      else if (key === 'n') {
        items.shift();
        skipped += 1;
      } else if (key === 'u' && judged.length > 0) {
        const last = judged.pop()!;
        await tell(last, 'undo');
        items.unshift(last);
      } else if (verdict) {
        const item = items.shift()!;
        await tell(item, verdict);
        judged.push(item);
      } else continue;
      if (!(await present())) break;
    }
  }
  const left = open === 0 ? 'nothing is open' : `${count(open)} open`;
  await print(`${some(judged.length, 'verdict')} given; ${left}.\n`);
  return 0;
}

function itemOf(item: ReviewItem, look: Look): string {
  const note: readonly (readonly [string, string])[] =
    item.note === null ? [] : [['note', item.note]];
  const kind = [['kind', kindOf(item)] as const];
  return facts([...kind, ...note, ...decisionFacts(item, look)], look);
}

function kindOf({ kind }: ReviewItem): string {
  if (kind === 'report') return 'an agent reported it';
  return kind === 'check' ? 'served, and asked about' : 'offered, and nobody said';
}

export function renderQueue(
  { open, items, next_cursor: cursor }: QueueDocument,
  look: Look,
): string {
  if (items.length === 0) return 'Nothing is open.\n';
  const rows = items.map((item) => [
    item.id,
    item.kind,
    item.question,
    item.earlier_question,
    coloredOutcome(item.outcome, look),
    item.note ?? '',
    ago(item.decided_at, look.now),
  ]);
  const list = table(
    [
      { title: 'number', align: 'right' },
      { title: 'kind' },
      { title: 'asked', isCut: true },
      { title: 'earlier', isCut: true },
      { title: 'outcome' },
      { title: 'note', isCut: true },
      { title: 'when' },
    ],
    rows,
    look,
  );
  return sections(
    `${count(open)} open`,
    list,
    look.colors.dim('askonce cache review NUMBER same|different'),
    cursor !== null && look.colors.dim(`more: --cursor ${cursor}`),
  );
}

export function renderReviewed(
  { verdict, effect, decision }: ReviewedDocument,
  look: Look,
): string {
  return sections(
    wrapped(`${look.colors.bold(verdict)}: ${effect}`, look),
    decision && renderDecision(decision, look),
  );
}
