// Owns which quantities are one: with or without their unit, in whole things, in another unit of one kind.
// Works on the keys of facts (frame-facts.ts). Pure.
import type { SqlFacts } from './facts.ts';
import { isInUnitsOf, namesOtherUnit } from './frame-unit.ts';

/** "more than 2" and "at least 3" are the same of whole things and not of prices: a reader must say. */
export function isSameWholeBound(first: string, second: string): boolean {
  if (first === second) return true;
  const parse = (key: string): readonly [string, number] | undefined => {
    const parts = /^(>=|<=|>|<) (-?\d+)$/u.exec(key);
    return parts === null ? undefined : [parts[1] ?? '', Number(parts[2])];
  };
  const lower = (key: string): number | undefined => {
    const bound = parse(key);
    if (bound?.[0] === '>=') return bound[1];
    return bound?.[0] === '>' ? bound[1] + 1 : undefined;
  };
  const upper = (key: string): number | undefined => {
    const bound = parse(key);
    if (bound?.[0] === '<=') return bound[1];
    return bound?.[0] === '<' ? bound[1] - 1 : undefined;
  };
  const same = (of: (key: string) => number | undefined): boolean =>
    of(first) !== undefined && of(first) === of(second);
  return same(lower) || same(upper);
}

const QUANTITY = /^((?:[<>]=? )?)(-?[\d.]+)(?: (s|mo|%|m|mile|g|sqm|litre|wh|byte|[$€£]))?$/u;

/** "> 1000 €" and "> 1000" of one column: a unit that one question leaves out is understood. */
export function isSameQuantity(first: string, second: string, sql: SqlFacts): boolean {
  if (first === second) return true;
  const [one, other] = [QUANTITY.exec(first), QUANTITY.exec(second)];
  if (!one || !other || one[1] !== other[1]) return false;
  if ((one[3] === undefined) === (other[3] === undefined)) return false;
  // "a 20 % discount" is not 20 discounts; "above 20" may leave the sign out.
  if (one[1] === '' && (one[3] ?? other[3]) === '%') return false;
  const [bare, measured] = one[3] === undefined ? [one, other] : [other, one];
  const [number, quantity, dimension] = [Number(bare[2]), Number(measured[2]), measured[3]!];
  const held = sql.literals.filter(
    ({ kind, value }) => kind === 'number' && Number(value) === number,
  );
  if (
    held.some(
      ({ column }) => column !== null && namesOtherUnit(column, number, quantity, dimension),
    )
  )
    return false;
  if (one[2] === other[2]) return true;
  return isInUnitsOf(number, quantity, dimension) && held.length > 0;
}
