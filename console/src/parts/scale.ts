// Owns round figures for axes.

/** The least round figure that is not below the value: 1, 2, 4, 5 or 10 times a power of ten. */
export function niceTop(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return (ROUND.find((step) => step * power >= value * (1 - 1e-9)) ?? 10) * power;
}

const ROUND = [1, 2, 4, 5, 10];
