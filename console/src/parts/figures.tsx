// Owns figures with their names: single ones, shares of a limit, and how one went in the last minutes.
import type { ComponentChildren } from 'preact';

import { share } from '../format.ts';

interface TileProps {
  readonly name: string;
  readonly value: string;
  readonly tone?: 'good' | 'warn' | 'bad' | undefined;
  readonly children?: ComponentChildren;
}

export function Tile({ name, value, tone, children }: TileProps) {
  return (
    <div class={`tile ${tone ?? ''}`}>
      <dt>{name}</dt>
      <dd>
        <span class="value">{value}</span>
        {children && <div class="detail">{children}</div>}
      </dd>
    </div>
  );
}

interface UsageProps {
  readonly of: string;
  readonly used: number;
  readonly max: number;
}

const HIGH = 0.8;

/** How much of a limit is in use. */
export function Usage({ of, used, max }: UsageProps) {
  const part = max > 0 ? Math.min(used / max, 1) : 0;
  return (
    <span
      class={`usage ${part >= HIGH ? 'high' : ''}`}
      role="meter"
      aria-label={of}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(part * 100)}
      aria-valuetext={share(part)}
    >
      <span style={{ inlineSize: `${part * 100}%` }} />
    </span>
  );
}

interface SparklineProps {
  readonly values: readonly number[];
}

const [WIDTH, HEIGHT] = [120, 24];

/** Decoration: the figure beside it says how it is now. */
export function Sparkline({ values }: SparklineProps) {
  if (values.length < 2) return null;
  const top = Math.max(...values, Number.EPSILON);
  const step = WIDTH / (values.length - 1);
  const points = values.map(
    (value, at) =>
      `${(at * step).toFixed(1)},${(HEIGHT - 1 - (value / top) * (HEIGHT - 2)).toFixed(1)}`,
  );
  return (
    <svg
      class="sparkline"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <polyline points={points.join(' ')} />
    </svg>
  );
}
