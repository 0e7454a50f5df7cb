// Owns units of measure and money: which words are one, and equal quantities under one text. Pure.

const SECOND = 1;
const DAY = 86_400;
/** Unit to [dimension, factor]; months and years have no fixed length in days and stay their own. */
const UNITS: ReadonlyMap<string, readonly [string, number]> = new Map(
  (
    [
      ['s', SECOND, 's sec secs second seconds'],
      ['s', 0.000_001, 'us microsecond microseconds'],
      ['s', 0.001, 'ms msec millisecond milliseconds'],
      ['s', 60, 'min mins minute minutes'],
      ['s', 3600, 'h hr hrs hour hours'],
      ['s', DAY, 'day days'],
      ['s', 7 * DAY, 'week weeks'],
      ['mo', 1, 'month months'],
      ['mo', 12, 'year years yr yrs'],
      ['mo', 3, 'quarter quarters'],
      ['%', 1, '% percent pct'],
      ['m', 1, 'metre meter metres meters'],
      ['m', 1000, 'km kms kilometre kilometer kilometres kilometers'],
      ['m', 0.01, 'cm centimetre centimeter centimetres centimeters'],
      ['m', 0.001, 'mm millimetre millimeter millimetres millimeters'],
      ['mile', 1, 'mile miles mi'],
      ['g', 1, 'g gr gram grams gramme grammes'],
      ['g', 1000, 'kg kgs kilo kilos kilogram kilograms'],
      ['g', 1e6, 'tonne tonnes'],
      ['sqm', 1, 'sqm'],
      ['sqm', 1e4, 'ha hectare hectares'],
      ['litre', 1, 'l litre litres liter liters'],
      ['litre', 0.001, 'ml'],
      ['litre', 100, 'hl hectolitre hectolitres hectoliter hectoliters'],
      ['wh', 1, 'wh'],
      ['wh', 1e3, 'kwh'],
      ['wh', 1e6, 'mwh'],
      ['wh', 1e9, 'gwh'],
      ['byte', 1e6, 'mb megabyte megabytes'],
      ['byte', 1e9, 'gb gigabyte gigabytes'],
      ['byte', 1e12, 'tb terabyte terabytes'],
      ['$', 1, '$ usd dollar dollars buck bucks'],
      ['$', 0.01, 'cent cents'],
      ['€', 1, '€ eur euro euros'],
      ['£', 1, '£ gbp'],
    ] as const
  ).flatMap(([dimension, factor, names]) =>
    names.split(' ').map((name) => [name, [dimension, factor] as const]),
  ),
);

export const isUnitWord = (word: string): boolean => UNITS.has(word);

/** Whether a word standing alone measures ('days', 'tonnes') rather than counts things. */
export const isUnit = (word: string): boolean => UNITS.has(word) && word.length > 2;

/** Whether a bare number is the quantity in another of its units: "10 t" of a column that holds kilograms. */
export function isInUnitsOf(bare: number, quantity: number, dimension: string): boolean {
  return [...UNITS.values()].some(
    ([known, factor]) =>
      known === dimension && Math.abs(bare * factor - quantity) <= Math.abs(quantity) * 1e-9,
  );
}

/** Whether a column's name says another unit for the bare number: "90 hours" of the column minutes. */
export function namesOtherUnit(
  column: string,
  bare: number,
  quantity: number,
  dimension: string,
): boolean {
  const units = column
    .toLowerCase()
    .split(/[^\p{L}]+/u)
    .map((part) => (part.length > 1 ? UNITS.get(part) : undefined))
    .filter((unit) => unit?.[0] === dimension);
  return (
    units.length > 0 &&
    units.every((unit) => Math.abs(bare * unit![1] - quantity) > Math.abs(quantity) * 1e-9)
  );
}

export const sameDimension = (first: string, second: string): boolean =>
  UNITS.get(first)?.[0] === UNITS.get(second)?.[0];

/** One text for equal quantities: 48 hours and 2 days, $1k and 1000 dollars: what a bare number is of, only the comparison can tell. */
export function withUnit(value: number, unit: string | undefined): string {
  const known = unit === undefined ? undefined : UNITS.get(unit);
  if (known === undefined) return String(value);
  const [dimension, factor] = known;
  const scaled = Number((value * factor).toPrecision(12));
  return `${scaled} ${dimension}`;
}
