// Owns `askonce cache answers`: the latest answers, for whoever has no answer_id to ask about.
import type { AnswerDocument, AnswersDocument } from '../../admin/answers.ts';
import { ago } from '../figures.ts';
import type { Look } from '../look.ts';
import { show } from '../show.ts';
import type { Subcommand } from '../subcommand.ts';
import { table } from '../table.ts';

export const answers: Subcommand = {
  definition: {
    name: 'answers',
    summary: 'the latest answers, to whom and from where, with their ids',
    operands: [{ name: 'words', about: 'in the question, as they stand there', isMany: true }],
    examples: [['answers customers in Germany', 'to find the answer_id that why takes']],
  },
  async run(invocation) {
    const query = invocation.operands.join(' ');
    const found = await invocation.call('cache_inspect', query === '' ? {} : { query });
    await show(invocation, found, renderAnswers);
    return 0;
  },
};

export const renderAnswers = ({ answers: found }: AnswersDocument, look: Look): string =>
  found.length === 0 ? 'No such answer is known.\n' : `${answerTable(found, look)}\n`;

export const answerTable = (found: readonly AnswerDocument[], look: Look): string =>
  table(
    [
      { title: 'answer' },
      { title: 'asked', isCut: true },
      { title: 'to' },
      { title: 'from' },
      { title: 'reported' },
      { title: 'when' },
    ],
    found.map((answer) => [
      answer.answer_id,
      answer.question ?? '',
      answer.principal ?? '',
      answer.source,
      [answer.verdict, answer.note].filter(Boolean).join(': '),
      ago(answer.answered_at, look.now),
    ]),
    look,
  );
