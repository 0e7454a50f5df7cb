// Owns what reads the clock, and how long what it read holds: "today" until the day ends, "now" not at all. Days
// end at midnight in the session's time zone; what names another zone counts as "now".
import type { Volatility } from '../cache/volatility.ts';
import { isObject, listOf, namesOf, textOf, unwrap } from './syntax.ts';
import type { SyntaxNode } from './syntax.ts';

/** PostgreSQL refuses longer date texts (MAXDATELEN is 128). */
const LONGEST_DATE_TEXT = 128;
const NOW = /(?<![a-z])now(?![a-z])/i;
const DAYS = /(?<![a-z])(today|tomorrow|yesterday)(?![a-z])/i;

/**
 * What text means that moves ('now', 'today 12:00') once it becomes a date or a time. Not empty for some texts
 * that never do: such a statement is only cached for a shorter time.
 */
export function clockOfText(text: string): readonly Volatility[] {
  if (text.length > LONGEST_DATE_TEXT) return [];
  return [
    ...(NOW.test(text) ? ['clock' as const] : []),
    ...(DAYS.test(text) ? ['day' as const] : []),
  ];
}

const CLOCK_VALUES = /^SVFOP_(CURRENT_(DATE|TIME|TIMESTAMP)|LOCALTIME(STAMP)?)(_N)?$/;
/** Keywords that stand for a value: current_date, current_user. */
export function clockOfValue(op: string): Volatility {
  return CLOCK_VALUES.test(op) ? 'clock' : 'volatile';
}

const OF_DAY = new Set(
  'day week month quarter year decade century millennium dow doy isodow isoyear'.split(' '),
);
const CLOCK_CALLS = new Set(['now', 'statement_timestamp', 'transaction_timestamp']);
const MOMENTS = /^SVFOP_(CURRENT_|LOCAL)TIMESTAMP(_N)?$/;

/**
 * The clock's nodes, by their fields, of which only the day is used: current_date, now()::date, date(now()),
 * date_trunc('month', now()), extract(year from now()), age(column).
 */
export function clocksOfDay(statement: SyntaxNode): ReadonlySet<SyntaxNode> {
  const found = new Set<SyntaxNode>();
  collect(statement, found);
  return found;
}

function collect(value: unknown, found: Set<SyntaxNode>): void {
  if (Array.isArray(value)) {
    for (const item of value) collect(item, found);
    return;
  }
  if (!isObject(value)) return;
  for (const [type, part] of Object.entries(value)) {
    if (typeof part !== 'object' || part === null) continue;
    if (isObject(part)) {
      const clock = dayClockOf(type, part);
      if (clock) found.add(clock);
    }
    collect(part, found);
  }
}

function dayClockOf(type: string, fields: SyntaxNode): SyntaxNode | null {
  if (type === 'SQLValueFunction') return fields['op'] === 'SVFOP_CURRENT_DATE' ? fields : null;
  if (type === 'TypeCast') {
    const target = isObject(fields['typeName']) ? fields['typeName'] : {};
    const isDate =
      isBuiltIn(namesOf(target['names']), 'date') && target['arrayBounds'] === undefined;
    return isDate ? clockIn(fields['arg']) : null;
  }
  if (type !== 'FuncCall') return null;
  const name = namesOf(fields['funcname']);
  const args = listOf(fields['args']);
  // Its midnight is that of today; of a transaction's id it counts transactions.
  if (args.length === 1 && isBuiltIn(name, 'age')) return isOfDate(args[0]) ? fields : null;
  if (args.length === 1 && isBuiltIn(name, 'date')) return clockIn(args[0]);
  const takesUnit = ['date_trunc', 'date_part', 'extract'].some((known) => isBuiltIn(name, known));
  if (args.length !== 2 || !takesUnit) return null;
  return OF_DAY.has(unitOf(args[0])) ? clockIn(args[1]) : null;
}

const TRANSACTIONS = new Set(['xmin', 'xmax']);

function isOfDate(node: unknown): boolean {
  const { type, fields } = unwrap(node) ?? { type: '', fields: {} };
  if (type === 'ColumnRef') return !TRANSACTIONS.has(namesOf(fields['fields']).at(-1) ?? '');
  if (type !== 'TypeCast') return false;
  const names = isObject(fields['typeName']) ? namesOf(fields['typeName']['names']) : [];
  return ['date', 'timestamp', 'timestamptz'].some((known) => isBuiltIn(names, known));
}

function isBuiltIn(name: readonly string[], called: string): boolean {
  return name.at(-1) === called && (name.length === 1 || name.at(-2) === 'pg_catalog');
}

function unitOf(node: unknown): string {
  const value = unwrap(node)?.fields['sval'];
  return isObject(value) ? textOf(value['sval']).toLowerCase() : '';
}

function clockIn(node: unknown): SyntaxNode | null {
  const { type, fields } = unwrap(node) ?? { type: '', fields: {} };
  if (type === 'SQLValueFunction') return MOMENTS.test(textOf(fields['op'])) ? fields : null;
  if (type !== 'FuncCall') return null;
  const name = namesOf(fields['funcname']);
  const isClock = CLOCK_CALLS.has(name.at(-1) ?? '') && isBuiltIn(name, name.at(-1) ?? '');
  return isClock ? fields : null;
}
