// Owns `askonce cache decide`: what would be done with a question, or with two, and why. Nothing runs.
import type { CandidateDocument, DecideDocument } from '../../admin/decide.ts';
import { figure, percent } from '../figures.ts';
import type { Look } from '../look.ts';
import { sections } from '../look.ts';
import { show } from '../show.ts';
import { SCOPE_OPTION, argumentsOf } from '../subcommand.ts';
import type { Subcommand } from '../subcommand.ts';
import { facts } from '../table.ts';
import { coloredOutcome, exchanged } from './decision.ts';

export const decide: Subcommand = {
  definition: {
    name: 'decide',
    summary: 'try a decision: would a question be served for an earlier one, and why',
    about:
      'Tries a decision: whether a question would be served for an earlier one or, without that, for the nearest that are known. Nothing runs, and nothing is learned.',
    operands: [
      { name: 'question', about: 'in quotes', isRequired: true },
      { name: 'earlier', about: 'another question, in quotes' },
    ],
    options: [
      { flags: '--sql <statement>', about: 'of the earlier question, where it is not known' },
      SCOPE_OPTION,
    ],
    examples: [
      ['decide "number of German customers"', 'against what is known'],
      ['decide "revenue in 2024" "revenue in 2023"', 'one question against another'],
    ],
  },
  async run(invocation) {
    const [question, earlier] = invocation.operands;
    const args = argumentsOf(invocation.options, { sql: 'sql', scope: 'scope' });
    const given = { question, ...(earlier !== undefined && { earlier }), ...args };
    await show(invocation, await invocation.call('cache_decide', given), renderDecide);
    return 0;
  },
};

export function renderDecide(document: DecideDocument, look: Look): string {
  const { candidates, rebound, target_error_rate: target } = document;
  const head: (readonly [string, string])[] = [
    ['asked', look.colors.bold(document.question)],
    ['outcome', coloredOutcome(document.outcome, look)],
    ['target', `${percent(target)} wrong of what is served by similarity`],
  ];
  if (rebound) {
    head.push(['with', exchanged(rebound)]);
  }
  const asTheyStand = rebound && 'As the questions stand, without other values in their places:';
  const none = candidates.length === 0 && 'Nothing like it is known: the agent writes the SQL.';
  return sections(
    facts(head, look),
    asTheyStand,
    none,
    ...candidates.map((one) => candidateOf(one, look)),
  );
}

function candidateOf(candidate: CandidateDocument, look: Look): string {
  const { similarity, probability, margin, cut, differences, frames, risk } = candidate;
  const of = (side: 'earlier' | 'later'): string =>
    [...frames[side].facts, frames[side].words.join(' ')].filter(Boolean).join('; ') || 'nothing';
  const weighed =
    margin === null
      ? 'not weighed'
      : `margin ${figure(margin)} where ${figure(cut)} is needed for a ${risk ?? 'figure'}`;
  return facts(
    [
      ['earlier', look.colors.bold(candidate.question)],
      ['outcome', `${coloredOutcome(candidate.outcome, look)} (${candidate.rule})`],
      ['why', candidate.why],
      [
        'measured',
        `similarity ${figure(similarity)}, probability ${percent(probability)}, ${weighed}`,
      ],
      ['differences', differences.join('; ') || 'none'],
      ['read earlier', of('earlier')],
      ['read now', of('later')],
      ['statement', candidate.sql ?? 'not known'],
      ['id', candidate.id ?? 'none: it is not known'],
    ],
    look,
  );
}
