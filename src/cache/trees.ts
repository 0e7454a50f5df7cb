// Owns the verifier's decision trees: reads them from a model file and adds up their leaves. Pure after
// reading; a file that does not fit the evidence of this build is refused whole, never half used.

export interface Trees {
  /** Log-odds that a pair of these measures (in the order of `names`) is the same. */
  margin(measures: readonly number[]): number;
}

/** What each cut would have served on pairs that the trees had not seen: [cut, rephrasings, near-misses]. */
export type Curve = readonly (readonly [number, number, number])[];

export interface TreeFile {
  readonly measures: readonly string[];
  readonly base: number;
  /** Slope and offset from a margin to log-odds. */
  readonly scale: readonly [number, number];
  /** By risk class (hold.ts). */
  readonly curves: { readonly figure: Curve; readonly list: Curve };
  readonly trees: readonly Tree[];
}

interface Tree {
  /** Measure to look at; -1 for a leaf. */
  readonly feature: readonly number[];
  /** Threshold, or the value of a leaf. */
  readonly value: readonly number[];
  /** Where to go below the threshold, and otherwise. */
  readonly low: readonly number[];
  readonly high: readonly number[];
}

export function createTrees(file: TreeFile): Trees {
  return {
    margin(measures) {
      // Trained on 32-bit numbers: the same rounding, or a value on a threshold goes the other way.
      const rounded = Float32Array.from(measures);
      return file.trees.reduce((sum, tree) => sum + leafOf(tree, rounded), file.base);
    },
  };
}

const numbers = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.every((one) => typeof one === 'number' && Number.isFinite(one));

/** Children stand after their parent, so that every walk ends. */
function isTree(value: unknown): value is Tree {
  const { feature, value: values, low, high } = (value ?? {}) as Record<keyof Tree, unknown>;
  if (!numbers(feature) || !numbers(values) || !numbers(low) || !numbers(high)) return false;
  const { length } = feature;
  if (length === 0 || [values, low, high].some((list) => list.length !== length)) return false;
  const isBelow = (child: number | undefined, at: number): boolean =>
    Number.isSafeInteger(child) && child! > at && child! < length;
  return feature.every(
    (of, at) =>
      Number.isSafeInteger(of) && (of < 0 || (isBelow(low[at], at) && isBelow(high[at], at))),
  );
}

const isCurve = (value: unknown): boolean =>
  Array.isArray(value) && value.every((point) => numbers(point) && point.length === 3);

export function isTreeFile(value: unknown): value is TreeFile {
  if (typeof value !== 'object' || value === null) return false;
  const file = value as Record<keyof TreeFile, unknown>;
  const { measures, base, scale, trees } = file;
  const curves = file.curves as Partial<Record<keyof TreeFile['curves'], unknown>> | undefined;
  return (
    Array.isArray(measures) &&
    measures.every((name) => typeof name === 'string') &&
    numbers([base]) &&
    numbers(scale) &&
    scale.length === 2 &&
    [curves?.figure, curves?.list].every(isCurve) &&
    Array.isArray(trees) &&
    trees.length > 0 &&
    trees.every(
      (tree) => isTree(tree) && tree.feature.every((feature) => feature < measures.length),
    )
  );
}

function leafOf(tree: Tree, measures: Float32Array): number {
  let at = 0;
  for (;;) {
    const feature = tree.feature[at]!;
    if (feature < 0) return tree.value[at]!;
    const below = measures[feature]! < Math.fround(tree.value[at]!);
    at = below ? tree.low[at]! : tree.high[at]!;
  }
}
