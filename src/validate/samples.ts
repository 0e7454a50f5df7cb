// Owns reading what a server tells of itself at /metrics (Prometheus' text): samples, and what they grew by. Pure.

/** By name and labels, as they stand in the text: `askonce_stage_seconds_sum{stage="embed"}`. */
export type Samples = ReadonlyMap<string, number>;

/** Lines that are no sample are passed over. */
export function parseSamples(text: string): Samples {
  const samples = new Map<string, number>();
  for (const line of text.split('\n')) {
    if (line.startsWith('#')) continue;
    // An exemplar stands behind a #; a label may hold blanks.
    const parts = /^([^\s{]+(?:\{.*?\})?) (\S+)/.exec(line);
    if (parts) samples.set(parts[1]!, Number(parts[2]));
  }
  return samples;
}

/** The sum of all series of a metric that have these labels; null where there is none. */
export function total(
  samples: Samples,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | null {
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  let sum: number | null = null;
  for (const [series, value] of samples) {
    if (series !== name && !series.startsWith(`${name}{`)) continue;
    if (wanted.every((label) => series.includes(label))) sum = (sum ?? 0) + value;
  }
  return sum;
}

/** The values that a label of a metric has. */
export function labelValues(samples: Samples, name: string, label: string): string[] {
  const pattern = new RegExp(`[{,]${label}="([^"]*)"`);
  const values = [...samples.keys()]
    .filter((series) => series.startsWith(`${name}{`))
    .map((series) => pattern.exec(series)?.[1])
    .filter((value) => value !== undefined);
  return [...new Set(values)];
}

export interface Growth {
  readonly count: number;
  readonly seconds: number;
}

/** What a histogram grew by between two readings, for each value of a label; those that did not are left out. */
export function growthByLabel(
  before: Samples,
  after: Samples,
  { name, label }: { readonly name: string; readonly label: string },
): ReadonlyMap<string, Growth> {
  const grown = labelValues(after, `${name}_count`, label).map((value) => {
    const by = (part: string): number =>
      (total(after, `${name}_${part}`, { [label]: value }) ?? 0) -
      (total(before, `${name}_${part}`, { [label]: value }) ?? 0);
    return [value, { count: by('count'), seconds: by('sum') }] as const;
  });
  return new Map(grown.filter(([, { count }]) => count > 0));
}

export interface QuantileOf {
  /** Of a histogram. */
  readonly name: string;
  readonly label: string;
  readonly value: string;
  /** 0 to 1. */
  readonly share: number;
}

/**
 * The value that this share of what was observed between two readings is below, straight through its bucket as Prometheus
 * does it; null where nothing was observed, or it is beyond the last bound.
 */
export function quantileOfGrowth(
  before: Samples,
  after: Samples,
  { label, name, share, value }: QuantileOf,
): number | null {
  const buckets = labelValues(after, `${name}_bucket`, 'le')
    .map((le) => {
      const labels = { [label]: value, le };
      const counted = (samples: Samples): number => total(samples, `${name}_bucket`, labels) ?? 0;
      return {
        bound: le === '+Inf' ? Infinity : Number(le),
        below: counted(after) - counted(before),
      };
    })
    .toSorted((a, b) => a.bound - b.bound);
  const wanted = (buckets.at(-1)?.below ?? 0) * share;
  const at = buckets.findIndex(({ below }) => below > 0 && below >= wanted);
  const found = buckets[at];
  if (!found || found.bound === Infinity) return null;
  const { bound: low, below: under } = buckets[at - 1] ?? { bound: 0, below: 0 };
  return low + ((found.bound - low) * (wanted - under)) / (found.below - under);
}
