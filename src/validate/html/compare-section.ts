// Owns what the report shows of a comparison: what got slower, by how much and how sure that is.
import type { Compared, Comparison } from '../compare/compare.ts';
import { html } from './markup.ts';
import type { Markup } from './markup.ts';
import { shownNumber } from './shown.ts';
import { table } from './table.ts';

export function compareSection({ compared, manner, slower, tolerance }: Comparison): Markup {
  const words =
    slower.length === 0
      ? 'Nothing is slower than before, beyond what two runs of the same program differ by.'
      : `Slower than before: ${slower.map(partText).join(', ')}.`;
  return html`<h2 id="comparison">
      Against ${manner === 'interleaved' ? 'the other server' : 'the earlier run'}
    </h2>
    <p>${words}</p>
    <p class="quiet">
      New over old, with the interval that holds it with 99 % confidence; a change counts where the
      whole interval is beyond ${Math.round(100 * tolerance)} %.
      ${manner === 'interleaved' ? 'Both servers were measured in turns.' : 'Each time is over what the machine took for a fixed piece of work just then.'}
    </p>
    ${table<Compared>(
      [
        { title: 'what', of: partText, isText: true },
        { title: 'ratio', of: ({ ratio }) => shownNumber(ratio) },
        { title: 'from', of: ({ low }) => shownNumber(low) },
        { title: 'to', of: ({ high }) => shownNumber(high) },
        { title: 'verdict', of: ({ verdict }) => verdict, isText: true },
      ],
      compared,
    )}`;
}

export function partText({ part, scenario }: Compared): string {
  if (scenario === 'all') return part;
  return part === 'processor' ? `processor time of “${scenario}”` : `“${scenario}”`;
}
