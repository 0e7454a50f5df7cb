// Owns `askonce cache forget`: first what would go, then, for whoever has said yes to that, it goes.
import type { ForgetDocument } from '../../admin/forget.ts';
import { AppError } from '../../errors.ts';
import { bytes, some } from '../figures.ts';
import { isYes } from '../keys.ts';
import type { Look } from '../look.ts';
import { sections } from '../look.ts';
import { show } from '../show.ts';
import { SCOPE_OPTION, argumentsOf } from '../subcommand.ts';
import type { Face, Subcommand } from '../subcommand.ts';
import { table } from '../table.ts';

const NOT_DONE = 1;

export const forget: Subcommand = {
  definition: {
    name: 'forget',
    summary: 'forget an entry, a question, a table, a scope or all; shows first what would go',
    about:
      'Forgets what is known. Shows what would go and asks, in a terminal; elsewhere it goes with --yes alone. Without it nothing goes, and the exit code is 1.',
    options: [
      { flags: '--id <id>', about: 'of an entry, or of one of its wordings' },
      { flags: '--question <words>', about: 'the statement that answers it' },
      { flags: '--table <name>', about: 'all that reads this table' },
      { ...SCOPE_OPTION, about: 'all of this scope; with the others: in this scope alone' },
      { flags: '--all', about: 'all that is known' },
      { flags: '--yes', about: 'without asking' },
    ],
    examples: [
      ['forget --table customers', 'see what would go, and decide'],
      ['forget --question "how many customers are there" --yes', 'at once'],
    ],
  },
  async run(invocation) {
    const { options, call, face } = invocation;
    const names = { id: 'id', question: 'question', table: 'table', scope: 'scope', all: 'all' };
    const args = argumentsOf(options, names);
    const preview = await call('cache_forget', args);
    const { plans, questions, confirm } = preview;
    const isNothing = plans === 0 && questions === 0;
    const isSure = options['yes'] === true;
    if (isNothing || !isSure) await show(invocation, preview, renderForget);
    if (isNothing) return 0;
    if (!isSure && !(await isAgreed(face))) return NOT_DONE;
    await show(invocation, await call('cache_forget', { ...args, confirm }), renderForget);
    return 0;
  },
};

async function isAgreed({ isInteractive, stdin, print }: Face): Promise<boolean> {
  if (!isInteractive) {
    throw new AppError('INPUT_INVALID', 'Nothing has gone.', {
      hint: 'Add --yes to forget this.',
    });
  }
  await print('Forget this? [y/N] ');
  const isSaid = await isYes(stdin);
  await print(isSaid ? 'yes\n' : 'no\nNothing has gone.\n');
  return isSaid;
}

export function renderForget(document: ForgetDocument, look: Look): string {
  const extent = `${some(document.plans, 'statement')}, ${some(document.questions, 'question')}, ${some(document.results, 'result')} (${bytes(document.bytes)})`;
  if (document.status === 'forgotten') return `Forgotten: ${extent}.\n`;
  if (document.plans === 0 && document.questions === 0) return 'Nothing of that is known.\n';
  const examples = table(
    [{ title: 'question', isCut: true }, { title: 'statement', isCut: true }, { title: 'scope' }],
    document.examples.map(({ question, sql, scope }) => [question, sql, scope.label]),
    look,
  );
  const isAll = document.examples.length >= document.plans;
  return sections(`Would go: ${extent}${isAll ? '' : ', among them'}`, examples);
}
