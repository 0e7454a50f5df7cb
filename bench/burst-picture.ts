// Owns the degradation curve as a picture: times above, answers and what was shed below, both over the
// number of conversations. Figures in, SVG text out.
import type { Latencies } from './burst-tally.ts';

export interface PictureFigures {
  readonly think_ms: number;
  readonly one_caller: Pick<Latencies, 'p50_ms'>;
  readonly levels: readonly PicturePoint[];
  readonly contrast: readonly PicturePoint[];
}

export interface PicturePoint {
  readonly conversations: number;
  readonly hits: Pick<Latencies, 'p50_ms' | 'p99_ms'>;
  readonly all: Pick<Latencies, 'p50_ms' | 'p99_ms'>;
  readonly answered_per_second: number;
  readonly requests: number;
  readonly shed: number;
  readonly failed: number;
}

interface Panel {
  readonly top: number;
  readonly y: Scale;
}

type Scale = (value: number) => number;

const WIDTH = 860;
const LEFT = 76;
const RIGHT = 640;
const PANEL_HEIGHT = 210;
const TOPS = [64, 344] as const;
const HEIGHT = TOPS[1] + PANEL_HEIGHT + 62;
const [INK, QUIET, GRID] = ['#1f2328', '#59636e', '#d8dee4'];
const COLOURS = { hit: '#0969da', all: '#8250df', answered: '#1a7f37', lost: '#cf222e' } as const;
const CONTRAST = '#bc4c00';

export function burstPicture(figures: PictureFigures): string {
  const { levels, contrast, one_caller: alone, think_ms: thinkMs } = figures;
  const counts = levels.map(({ conversations }) => conversations);
  const x = logScale([Math.min(...counts), Math.max(...counts)], [LEFT, RIGHT]);
  const times = [...levels, ...contrast].flatMap(({ all, hits }) => [
    hits.p50_ms,
    hits.p99_ms,
    all.p50_ms,
    all.p99_ms,
  ]);
  const span = decades([...times, 10 * alone.p50_ms, 10 * levels[0]!.hits.p50_ms]);
  const above = panel(TOPS[0], span, logScale);
  const most = Math.max(...[...levels, ...contrast].map((one) => one.answered_per_second));
  const below = panel(TOPS[1], [0, roundUp(most)], linearScale);
  const percentY = linearScale([0, 100], [TOPS[1] + PANEL_HEIGHT, TOPS[1]]);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="system-ui, sans-serif" font-size="13" fill="${INK}">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    text(LEFT, 26, `Bursts of 10 to 50 parallel calls, ${thinkMs / 1000} s between them`, {
      size: 17,
    }),
    ...frame(above, counts, x, 'milliseconds (log)'),
    ...ticks(above, decadesWithin(span)),
    dashed(above.y(10 * alone.p50_ms), '10 × the median of one caller'),
    dashed(above.y(10 * levels[0]!.hits.p50_ms), '10 × the median with one conversation'),
    ...series(levels, x, above.y, {
      'hits, p50': { colour: COLOURS.hit, of: (one) => one.hits.p50_ms, dash: true },
      'hits, p99': { colour: COLOURS.hit, of: (one) => one.hits.p99_ms },
      'all, p50': { colour: COLOURS.all, of: (one) => one.all.p50_ms, dash: true },
      'all, p99': { colour: COLOURS.all, of: (one) => one.all.p99_ms },
    }),
    ...contrast.map((one) => diamond(x(one.conversations), above.y(one.all.p99_ms))),
    ...frame(below, counts, x, 'answers per second'),
    ...ticks(
      below,
      [0, 0.25, 0.5, 0.75, 1].map((share) => share * roundUp(most)),
    ),
    ...series(levels, x, below.y, {
      'answered/s': { colour: COLOURS.answered, of: (one) => one.answered_per_second },
    }),
    ...series(levels, x, percentY, {
      'shed, % of requests': { colour: COLOURS.lost, of: shedPercent },
    }),
    ...contrast.flatMap((one) => [
      diamond(x(one.conversations), below.y(one.answered_per_second)),
      cross(x(one.conversations), percentY(failedPercent(one))),
    ]),
    ...[0, 50, 100].map((value) =>
      text(RIGHT + 6, percentY(value) + 4, `${value} %`, { colour: COLOURS.lost }),
    ),
    text((LEFT + RIGHT) / 2, HEIGHT - 14, 'conversations (log)', { anchor: 'middle' }),
    ...legend(contrast.length > 0),
    '</svg>\n',
  ].join('\n');
}

const shedPercent = ({ requests, shed }: PicturePoint): number =>
  requests === 0 ? 0 : (100 * shed) / requests;
const failedPercent = ({ requests, failed }: PicturePoint): number =>
  requests === 0 ? 0 : (100 * failed) / requests;

type ScaleOf = (from: readonly [number, number], to: readonly [number, number]) => Scale;

const linearScale: ScaleOf =
  ([low, high], [from, to]) =>
  (value) =>
    from + ((value - low) / (high - low || 1)) * (to - from);

const logScale: ScaleOf = ([low, high], to) => {
  const scale = linearScale([Math.log10(low), Math.log10(high)], to);
  return (value) => scale(Math.log10(Math.max(value, low)));
};

function panel(top: number, domain: readonly [number, number], scaleOf: ScaleOf): Panel {
  return { top, y: scaleOf(domain, [top + PANEL_HEIGHT, top]) };
}

/** The powers of ten around the values. */
function decades(values: readonly number[]): readonly [number, number] {
  const real = values.filter((value) => Number.isFinite(value) && value > 0);
  return [
    10 ** Math.floor(Math.log10(Math.min(...real))),
    10 ** Math.ceil(Math.log10(Math.max(...real))),
  ];
}

function decadesWithin([low, high]: readonly [number, number]): number[] {
  const count = Math.round(Math.log10(high / low));
  return Array.from({ length: count + 1 }, (_, index) => low * 10 ** index);
}

/** To one leading digit. */
function roundUp(value: number): number {
  const unit = 10 ** Math.floor(Math.log10(Math.max(1, value)));
  return Math.ceil(value / unit) * unit;
}

function frame({ top }: Panel, counts: readonly number[], x: Scale, name: string): string[] {
  const bottom = top + PANEL_HEIGHT;
  return [
    `<rect x="${LEFT}" y="${top}" width="${RIGHT - LEFT}" height="${PANEL_HEIGHT}" fill="none" stroke="${QUIET}"/>`,
    ...counts.flatMap((count) => [
      `<line x1="${at(x(count))}" x2="${at(x(count))}" y1="${top}" y2="${bottom}" stroke="${GRID}"/>`,
      text(x(count), bottom + 18, `${count}`, { anchor: 'middle' }),
    ]),
    text(LEFT, top - 10, name, { colour: QUIET }),
  ];
}

function ticks({ y }: Panel, values: readonly number[]): string[] {
  return values.flatMap((value) => [
    `<line x1="${LEFT}" x2="${RIGHT}" y1="${at(y(value))}" y2="${at(y(value))}" stroke="${GRID}"/>`,
    text(LEFT - 8, y(value) + 4, Number(value.toPrecision(3)).toLocaleString('en-GB'), {
      anchor: 'end',
    }),
  ]);
}

interface Line {
  readonly colour: string;
  readonly of: (point: PicturePoint) => number;
  readonly dash?: boolean;
}

function series(
  points: readonly PicturePoint[],
  x: Scale,
  y: Scale,
  lines: Readonly<Record<string, Line>>,
): string[] {
  return Object.entries(lines).map(([name, { colour, dash, of }]) => {
    const drawn = points.filter((point) => Number.isFinite(of(point)));
    const places = drawn.map((point) => `${at(x(point.conversations))},${at(y(of(point)))}`);
    return [
      `<g><title>${name}</title>`,
      `<polyline points="${places.join(' ')}" fill="none" stroke="${colour}" stroke-width="2"${dash ? ' stroke-dasharray="5 4"' : ''}/>`,
      ...places.map((place) => {
        const [cx, cy] = place.split(',');
        return `<circle cx="${cx}" cy="${cy}" r="3.5" fill="${colour}"/>`;
      }),
      '</g>',
    ].join('');
  });
}

function legend(hasContrast: boolean): string[] {
  const rows: ReadonlyArray<readonly [number, string, string, string]> = [
    [TOPS[0] + 14, 'line', COLOURS.hit, 'cache hits, p99'],
    [TOPS[0] + 36, 'dash', COLOURS.hit, 'cache hits, p50'],
    [TOPS[0] + 58, 'line', COLOURS.all, 'all answers, p99'],
    [TOPS[0] + 80, 'dash', COLOURS.all, 'all answers, p50'],
    [TOPS[1] + 14, 'line', COLOURS.answered, 'answers per second'],
    [TOPS[1] + 36, 'line', COLOURS.lost, 'shed, % of requests'],
  ];
  const left = RIGHT + 62;
  const lines = rows.flatMap(([top, kind, colour, name]) => [
    `<line x1="${left - 18}" x2="${left}" y1="${top}" y2="${top}" stroke="${colour}" stroke-width="2"${kind === 'dash' ? ' stroke-dasharray="5 4"' : ''}/>`,
    text(left + 6, top + 4, name),
  ]);
  if (!hasContrast) return lines;
  return [
    ...lines,
    diamond(left - 9, TOPS[0] + 110),
    text(left + 6, TOPS[0] + 108, 'one connection'),
    text(left + 6, TOPS[0] + 124, 'per session, p99'),
    diamond(left - 9, TOPS[1] + 66),
    text(left + 6, TOPS[1] + 64, 'one connection'),
    text(left + 6, TOPS[1] + 80, 'per session, /s'),
    cross(left - 9, TOPS[1] + 102),
    text(left + 6, TOPS[1] + 106, 'and failed, %'),
  ];
}

function dashed(y: number, name: string): string {
  return [
    `<line x1="${LEFT}" x2="${RIGHT}" y1="${at(y)}" y2="${at(y)}" stroke="${QUIET}" stroke-dasharray="2 4"/>`,
    text(RIGHT - 6, y + 13, name, { anchor: 'end', colour: QUIET, size: 11 }),
  ].join('');
}

function diamond(x: number, y: number): string {
  return `<path d="M${at(x)} ${at(y - 6)}l6 6l-6 6l-6 -6z" fill="${CONTRAST}"/>`;
}

function cross(x: number, y: number): string {
  return `<path d="M${at(x - 5)} ${at(y - 5)}l10 10m0 -10l-10 10" stroke="${COLOURS.lost}" stroke-width="2.5"/>`;
}

interface TextOptions {
  readonly anchor?: 'end' | 'middle';
  readonly colour?: string;
  readonly size?: number;
}

function text(x: number, y: number, words: string, options: TextOptions = {}): string {
  const { anchor, colour, size } = options;
  const attributes = [
    `x="${at(x)}"`,
    `y="${at(y)}"`,
    ...(anchor ? [`text-anchor="${anchor}"`] : []),
    ...(colour ? [`fill="${colour}"`] : []),
    ...(size ? [`font-size="${size}"`] : []),
  ];
  return `<text ${attributes.join(' ')}>${escaped(words)}</text>`;
}

function escaped(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

function at(value: number): string {
  return `${Math.round(value * 10) / 10}`;
}
