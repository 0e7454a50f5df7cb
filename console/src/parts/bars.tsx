// Owns the picture of answers over time, by where they came from: stacked bars, and the same as a table.
import { useId } from 'preact/hooks';

import type { BySource, Source } from '../contract.ts';
import { count, short, time } from '../format.ts';
import { SOURCES } from './badges.tsx';
import { niceTop } from './scale.ts';
import { useWidth } from './width.ts';

type Step = BySource & { readonly at: string };

interface BarsProps {
  /** Without those in which nothing was answered. */
  readonly of: readonly Step[];
  readonly since: string;
}

const HEIGHT = 180;
const MARGIN = { top: 8, right: 4, bottom: 22, left: 40 };
const LINES = 4;
/** Narrower bars cannot be told apart. */
const LABEL_PX = 110;

const CLOCK = new Intl.DateTimeFormat('en', { hour: '2-digit', minute: '2-digit', hour12: false });
const DAY = new Intl.DateTimeFormat('en', { month: 'short', day: 'numeric' });
const DAY_MS = 86_400_000;

export function Bars({ of: answered, since }: BarsProps) {
  const steps = withEmpty(answered, since);
  const [frame, width] = useWidth(640);
  const [title, description] = [useId(), useId()];
  const inner = {
    width: width - MARGIN.left - MARGIN.right,
    height: HEIGHT - MARGIN.top - MARGIN.bottom,
  };
  const top = niceTop(Math.max(...steps.map(totalOf), 1));
  const y = (value: number): number => MARGIN.top + inner.height * (1 - value / top);
  const step = inner.width / Math.max(steps.length, 1);
  const every = Math.max(1, Math.ceil(LABEL_PX / step));
  const span = steps.length > 1 ? Date.parse(steps.at(-1)!.at) - Date.parse(steps[0]!.at) : 0;
  const stamp = (at: string): string => (span > 2 * DAY_MS ? DAY : CLOCK).format(new Date(at));
  return (
    <figure class="chart">
      <Legend />
      <div ref={frame}>
        <svg width={width} height={HEIGHT} role="img" aria-labelledby={`${title} ${description}`}>
          <title id={title}>Answers over time</title>
          <desc id={description}>
            Stacked bars, from the bottom: {SOURCES.join(', ')}. The same figures are in the table
            below.
          </desc>
          {Array.from({ length: LINES + 1 }, (_, line) => (top * line) / LINES).map((value) => (
            <g key={value}>
              <line
                class="grid"
                x1={MARGIN.left}
                x2={width - MARGIN.right}
                y1={y(value)}
                y2={y(value)}
              />
              <text class="axis" x={MARGIN.left - 6} y={y(value)} dy="0.32em" text-anchor="end">
                {short(value)}
              </text>
            </g>
          ))}
          {steps.map((one, at) => (
            <g key={one.at}>
              <Bar of={one} x={MARGIN.left + at * step} width={step} y={y} />
              {at % every === 0 && (
                <text class="axis" x={MARGIN.left + (at + 0.1) * step} y={HEIGHT - 6}>
                  {stamp(one.at)}
                </text>
              )}
            </g>
          ))}
        </svg>
      </div>
      <details>
        <summary>As a table</summary>
        <BarsTable of={answered} />
      </details>
    </figure>
  );
}

interface BarProps {
  readonly of: BySource;
  readonly x: number;
  readonly width: number;
  readonly y: (value: number) => number;
}

function Bar({ of, x, width, y }: BarProps) {
  let below = 0;
  return (
    <>
      {SOURCES.map((source) => {
        const from = below;
        below += of[source];
        return (
          of[source] > 0 && (
            <rect
              key={source}
              class={`fill ${source}`}
              x={x + width * 0.1}
              width={Math.max(width * 0.8, 1)}
              y={y(below)}
              height={y(from) - y(below)}
            />
          )
        );
      })}
    </>
  );
}

function Legend() {
  return (
    <ul class="legend" aria-hidden="true">
      {SOURCES.map((source) => (
        <li key={source}>
          <span class={`swatch ${source}`} />
          {source}
        </li>
      ))}
    </ul>
  );
}

function BarsTable({ of }: Pick<BarsProps, 'of'>) {
  return (
    <div class="scrolls short" tabIndex={0} role="group" aria-label="Answers over time, as a table">
      <table>
        <thead>
          <tr>
            <th scope="col">From</th>
            {SOURCES.map((source: Source) => (
              <th key={source} scope="col" class="number">
                {source}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {of.map((one) => (
            <tr key={one.at}>
              <th scope="row">{time(one.at)}</th>
              {SOURCES.map((source) => (
                <td key={source} class="number">
                  {count(one[source])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const FEWEST = 12;
const divisor = (one: number, other: number): number =>
  other === 0 ? one : divisor(other, one % other);

/** Steps come in whole lengths, which is found from what lies between those there are. */
function withEmpty(answered: readonly Step[], since: string): Step[] {
  const times = answered.map(({ at }) => Date.parse(at));
  const [first, last] = [Date.parse(since), times.at(-1) ?? Date.parse(since)];
  const gaps = times.slice(1).map((at, index) => at - times[index]!);
  const step = gaps.reduce(divisor, 0) || Math.max(last - first, 1) / FEWEST;
  const start = last - Math.max(0, Math.floor((last - first) / step)) * step;
  const byTime = new Map(times.map((at, index) => [at, answered[index]!]));
  return Array.from({ length: Math.round((last - start) / step) + 1 }, (_, index) => {
    const at = start + index * step;
    const none = { at: new Date(at).toISOString(), memory: 0, store: 0, semantic: 0, database: 0 };
    return byTime.get(at) ?? none;
  });
}

const totalOf = (one: BySource): number =>
  SOURCES.reduce((total, source) => total + one[source], 0);
