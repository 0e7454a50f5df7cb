// Owns the picture of a curve with its bounds: what is gained along one axis, what it costs along the other. The
// page that shows it gives the same figures as a table.
import { useId } from 'preact/hooks';

import { share, short } from '../format.ts';
import { niceTop } from './scale.ts';
import { useWidth } from './width.ts';

export interface CurvePlace {
  readonly x: number;
  /** Null where nothing is known of it. */
  readonly y: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
  /** What was measured beforehand; null for nothing. */
  readonly promised: number | null;
}

export interface CurveMark {
  readonly place: CurvePlace;
  readonly kind: 'now' | 'then';
}

interface CurveProps {
  readonly title: string;
  readonly description: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly places: readonly CurvePlace[];
  readonly marks: readonly CurveMark[];
  /** How a place along the x axis is written: as a share of one, or as it is. */
  readonly isXShare?: boolean;
}

const HEIGHT = 240;
const MARGIN = { top: 10, right: 14, bottom: 40, left: 56 };
const LINES = 4;

export function Curve(props: CurveProps) {
  const { places, marks, isXShare = true } = props;
  const [frame, width] = useWidth(560);
  const [title, description] = [useId(), useId()];
  const xs = places.map(({ x }) => x);
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const highest = Math.max(
    ...places.map(({ y, upper, promised }) => Math.max(upper ?? y ?? 0, promised ?? 0)),
    1e-6,
  );
  const top = niceTop(highest);
  const x = (value: number): number =>
    MARGIN.left +
    (width - MARGIN.left - MARGIN.right) * (right > left ? (value - left) / (right - left) : 0.5);
  const y = (value: number): number =>
    MARGIN.top + (HEIGHT - MARGIN.top - MARGIN.bottom) * (1 - value / top);
  const written = isXShare ? share : short;
  const at = (value: number, of: number): string => `${x(of).toFixed(1)},${y(value).toFixed(1)}`;
  const known = places.filter((place) => place.y !== null);
  const promised = places.filter((place) => place.promised !== null);
  const bounded = places.filter(({ lower, upper }) => lower !== null && upper !== null);
  return (
    <figure class="chart">
      <div ref={frame}>
        <svg width={width} height={HEIGHT} role="img" aria-labelledby={`${title} ${description}`}>
          <title id={title}>{props.title}</title>
          <desc id={description}>{props.description}</desc>
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
                {share(value)}
              </text>
            </g>
          ))}
          {[left, (left + right) / 2, right].map((value, index) => (
            <text
              key={index}
              class="axis"
              x={x(value)}
              y={HEIGHT - MARGIN.bottom + 16}
              text-anchor={ANCHORS[index]}
            >
              {written(value)}
            </text>
          ))}
          <text class="axis name" x={MARGIN.left} y={HEIGHT - 6}>
            {props.xLabel} →
          </text>
          <polygon
            class="band"
            points={[
              ...bounded.map((place) => at(place.upper!, place.x)),
              ...bounded.map((place) => at(place.lower!, place.x)).reverse(),
            ].join(' ')}
          />
          <polyline
            class="promise"
            points={promised.map((place) => at(place.promised!, place.x)).join(' ')}
          />
          <polyline class="curve" points={known.map((place) => at(place.y!, place.x)).join(' ')} />
          {places.map((place, index) => (
            <circle
              key={index}
              class="point"
              cx={x(place.x)}
              cy={y(place.y ?? place.promised ?? 0)}
              r="2.5"
            />
          ))}
          {marks
            .filter(({ place }) => place.x >= left && place.x <= right)
            .map(({ place, kind }) => (
              <g key={kind} class={`mark ${kind}`}>
                <line x1={x(place.x)} x2={x(place.x)} y1={y(0)} y2={y(top)} />
                <circle cx={x(place.x)} cy={y(place.y ?? place.promised ?? 0)} r="5.5" />
              </g>
            ))}
        </svg>
      </div>
      <figcaption>
        {props.yLabel}. The band is where it may truly be, the dashed line the most that was
        measured beforehand; the ring is what holds now, the dot what is chosen.
      </figcaption>
    </figure>
  );
}

const ANCHORS = ['start', 'middle', 'end'] as const;
