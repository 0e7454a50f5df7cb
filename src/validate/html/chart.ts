// Owns charts as SVG: lines over an axis, readable without a script, in light and dark, and without colours alone.
import { scaleLinear, scaleLog } from 'd3-scale';
import { line } from 'd3-shape';

import { html } from './markup.ts';
import type { Markup } from './markup.ts';

export type Point = readonly [x: number, y: number];

export interface Series {
  readonly name: string;
  readonly points: readonly Point[];
  readonly isDashed?: boolean;
  /** Drawn over an axis of its own at the right, from 0 to 1. */
  readonly isShare?: boolean;
}

export interface Axis {
  readonly label: string;
  readonly isLog?: boolean;
  readonly shown: (value: number) => string;
}

export interface ChartOptions {
  /** What it shows, for who cannot see it. */
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
  /** Lines across, with what they mean. */
  readonly marks?: ReadonlyArray<{ readonly x: number; readonly label: string }>;
}

const WIDTH = 760;
const HEIGHT = 300;
const [LEFT, RIGHT, TOP, BOTTOM] = [70, 700, 16, 250];
const TICKS = 6;
const LEGEND_STEP = 150;

/** Points that are no numbers, or none that a logarithm has, are left out; of nothing there is no chart. */
export function lineChart({ title, x, y, series, marks = [] }: ChartOptions): Markup | null {
  const drawn = series
    .map((one) => ({
      ...one,
      points: one.points.filter((point) => fits(point, x, one.isShare ? null : y)),
    }))
    .filter(({ points }) => points.length > 0);
  const own = drawn.filter(({ isShare }) => !isShare);
  if (own.length === 0) return null;
  const toX = scaleOf(
    x,
    drawn.flatMap(({ points }) => points.map(([at]) => at)),
    [LEFT, RIGHT],
  );
  const toY = scaleOf(
    y,
    own.flatMap(({ points }) => points.map(([, value]) => value)),
    [BOTTOM, TOP],
  );
  const toShare = scaleLinear([0, 1], [BOTTOM, TOP]);
  const hasShares = own.length < drawn.length;
  return html`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}">
    <title>${title}</title>
    ${ticksOf(toY, y).map(
      (value) =>
        html`<line
            class="grid"
            x1="${LEFT}"
            x2="${RIGHT}"
            y1="${px(toY(value))}"
            y2="${px(toY(value))}"
          />
          <text class="tick" x="${LEFT - 8}" y="${px(toY(value) + 4)}" text-anchor="end"
            >${y.shown(value)}</text
          >`,
    )}
    ${ticksOf(toX, x).map(
      (value) =>
        html`<text class="tick" x="${px(toX(value))}" y="${BOTTOM + 18}" text-anchor="middle"
          >${x.shown(value)}</text
        >`,
    )}
    ${
      hasShares
        ? [0, 0.5, 1].map(
            (value) =>
              html`<text class="tick" x="${RIGHT + 8}" y="${px(toShare(value) + 4)}"
                >${100 * value} %</text
              >`,
          )
        : null
    }
    <text class="label" x="${LEFT}" y="${TOP - 4}">${y.label}</text>
    <text class="label" x="${RIGHT}" y="${BOTTOM + 34}" text-anchor="end">${x.label}</text>
    ${marks
      .filter((mark) => Number.isFinite(toX(mark.x)))
      .map(
        (mark) =>
          html`<line
              class="mark"
              x1="${px(toX(mark.x))}"
              x2="${px(toX(mark.x))}"
              y1="${TOP}"
              y2="${BOTTOM}"
            />
            <text class="label" x="${px(toX(mark.x) + 5)}" y="${TOP + 12}">${mark.label}</text>`,
      )}
    ${drawn.map((one, index) => drawnSeries(one, { index, toX, toY: one.isShare ? toShare : toY, x, y }))}
    ${drawn.map(
      ({ name, isDashed }, index) =>
        html`<g transform="translate(${LEFT + index * LEGEND_STEP} ${HEIGHT - 8})">
          <line
            class="line c${index % COLOURS}"
            x2="22"
            y1="-4"
            y2="-4"
            stroke-dasharray="${isDashed ? '5 4' : ''}"
          />
          <text class="tick" x="28">${name}</text>
        </g>`,
    )}
  </svg>`;
}

/** Of the style sheet. */
const COLOURS = 6;

type ToPixels = (value: number) => number;

function drawnSeries(
  { name, points, isDashed, isShare }: Series,
  parts: {
    readonly index: number;
    readonly toX: ToPixels;
    readonly toY: ToPixels;
    readonly x: Axis;
    readonly y: Axis;
  },
): Markup {
  const { index, toX, toY, x, y } = parts;
  const path = line<Point>()
    .x(([value]) => toX(value))
    .y(([, value]) => toY(value))
    .digits(1);
  const shown = (value: number): string =>
    isShare ? `${Math.round(100 * value)} %` : y.shown(value);
  return html`<g class="c${index % COLOURS}">
    <path class="line" d="${path([...points]) ?? ''}" stroke-dasharray="${isDashed ? '5 4' : ''}" />
    ${points.map(
      ([from, value]) =>
        html`<circle cx="${px(toX(from))}" cy="${px(toY(value))}" r="3">
          <title>${name}: ${shown(value)} (${x.shown(from)})</title>
        </circle>`,
    )}
  </g>`;
}

function fits([from, value]: Point, x: Axis, y: Axis | null): boolean {
  const isOn = (one: number, isLog: boolean | undefined): boolean =>
    Number.isFinite(one) && (!isLog || one > 0);
  return isOn(from, x.isLog) && isOn(value, y?.isLog);
}

function scaleOf({ isLog }: Axis, values: readonly number[], range: [number, number]) {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  if (isLog) return scaleLog(low === high ? [low / 2, high * 2] : [low, high], range).nice();
  return scaleLinear([Math.min(0, low), high === 0 ? 1 : high], range).nice();
}

type AnyScale = ReturnType<typeof scaleOf>;

/** A logarithm's would be too many: its powers, or what there are fewer of. */
function ticksOf(scale: AnyScale, { isLog }: Axis): number[] {
  const all = scale.ticks(TICKS);
  if (!isLog || all.length <= TICKS + 2) return all;
  const powers = all.filter((value) => Number.isInteger(Math.log10(value)));
  return powers.length >= 2 ? powers : all.filter((_, index) => index % 3 === 0);
}

function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}
