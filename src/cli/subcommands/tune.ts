// Owns `askonce cache tune`: what other targets would have served, and how much of that was wrong.
import type { TargetPoint, TuneDocument } from '../../admin/tune.ts';
import { count, percent, some } from '../figures.ts';
import type { Look } from '../look.ts';
import { sections, wrapped } from '../look.ts';
import { show } from '../show.ts';
import { SCOPE_OPTION, argumentsOf } from '../subcommand.ts';
import type { Subcommand } from '../subcommand.ts';
import { bar, table } from '../table.ts';
import { renderEffect } from './effect.ts';

const WIDE = 100;
const LONG_BAR = 24;
const SHORT_BAR = 12;

export const tune: Subcommand = {
  definition: {
    name: 'tune',
    summary: 'replay decisions: what each target would serve, how much of it wrong',
    options: [
      { flags: '--target <share>', about: 'that you would tolerate: 0.01 is 1 %', isNumber: true },
      { flags: '--days <n>', about: 'decisions of the last n days (30)', isNumber: true },
      SCOPE_OPTION,
    ],
    examples: [
      ['tune', 'the curve, with the present target marked'],
      ['tune --target 0.02', 'what 2 % would change'],
    ],
  },
  async run(invocation) {
    const names = { target: 'target_error_rate', days: 'days', scope: 'scope' };
    const args = argumentsOf(invocation.options, names);
    await show(invocation, await invocation.call('cache_tune', args), renderTune);
    return 0;
  },
};

export function renderTune(document: TuneDocument, look: Look): string {
  const { bold } = look.colors;
  const { decisions, labelled, current, asked, recommendation, points } = document;
  const advised = recommendation.target_error_rate;
  const present = current.target_error_rate;
  const isAsked = asked.target_error_rate !== present;
  const next = isAsked ? asked.target_error_rate : advised;
  const set = `askonce cache policy --set target_error_rate=${next}`;
  return sections(
    wrapped(
      `${some(decisions, 'decision')}, ${count(labelled)} of them judged; the target is ${percent(current.target_error_rate)}.`,
      look,
    ),
    curveOf(points, document, look),
    wrapped(`${bold(`Recommended: ${percent(advised)}.`)} ${recommendation.why}`, look),
    renderEffect(document.effect, look),
    next !== present && look.colors.dim(set),
  );
}

/** One line for each target: the longer the bar, the more is served. */
function curveOf(
  points: readonly TargetPoint[],
  of: Pick<TuneDocument, 'current' | 'asked' | 'recommendation'>,
  look: Look,
): string {
  return table(
    [
      { title: 'target', align: 'right' },
      { title: 'served' },
      { title: '', align: 'right' },
      { title: 'offered', align: 'right' },
      { title: 'wrong', align: 'right' },
      { title: 'that is', align: 'right' },
      { title: 'promised', align: 'right' },
      { title: '' },
    ],
    points.map((point) => [
      percent(point.target_error_rate),
      bar(point.served_share, look.width < WIDE ? SHORT_BAR : LONG_BAR),
      percent(point.served_share),
      count(point.confirm),
      `${count(point.wrong)} of ${count(point.labelled)}`,
      boundsOf(point),
      point.calibrated_upper === null ? '' : `≤ ${percent(point.calibrated_upper)}`,
      markOf(point.target_error_rate, of),
    ]),
    look,
  );
}

/** Of those that were judged, at 95 % each. */
const boundsOf = ({ wrong_lower: lower, wrong_upper: upper }: TargetPoint): string =>
  lower === null ? '' : `${percent(lower)} to ${percent(upper)}`;

function markOf(
  target: number,
  { current, asked, recommendation }: Pick<TuneDocument, 'current' | 'asked' | 'recommendation'>,
): string {
  const isAdvised = target === recommendation.target_error_rate;
  if (target === current.target_error_rate) return isAdvised ? '← now, kept' : '← now';
  if (isAdvised) return '← advised';
  return target === asked.target_error_rate ? '← asked' : '';
}
