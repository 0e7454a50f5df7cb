// Owns entries of the two memories for tests: plans, phrasings, results and a clock to turn by hand.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Plan, ResultHeader, Validity } from '../../src/cache/entities.ts';
import { NO_FACTS, type SqlFacts } from '../../src/cache/facts.ts';
import { idOf, statementKey } from '../../src/cache/key.ts';
import type { HeldResult, KnownQuestion } from '../../src/cache/memory.ts';
import { ROW_SEPARATOR, linesOf } from '../../src/cache/rows.ts';
import type { Wanted } from '../../src/cache/results.ts';
import type { Chunk, RowSource } from '../../src/cache/rows.ts';

const FACTS: SqlFacts = { ...NO_FACTS, tables: ['public.t'] };

export function planOf(sql: string, scope = 'scope', schemaVersion = '1'): Plan {
  const key = statementKey({ canonicalSql: sql, params: [], planScope: scope, schemaVersion });
  return {
    id: idOf(key),
    statementKey: key,
    sql,
    params: [],
    tables: ['public.t'],
    facts: FACTS,
    volatility: 'stable',
  };
}

export function knownOf(sql: string, question = 'how many'): KnownQuestion {
  return {
    phrasing: { id: randomUUID(), question, madeBy: 'alice', plan: planOf(sql) },
    match: null,
  };
}

export const STATEMENT_KEY = 'ab'.repeat(32);

/** A result that was read now and lives for a minute. */
export function headerOf(given: Partial<ResultHeader> = {}): ResultHeader {
  const asOf = given.asOf ?? Date.now();
  return {
    id: randomUUID(),
    resultScope: 'alice',
    statementKey: STATEMENT_KEY,
    columns: [
      { name: 'n', type: 'integer' },
      { name: 'pad', type: 'text' },
    ],
    asOf,
    readAt: asOf,
    expiresAt: asOf + 60_000,
    validity: null,
    ...given,
  };
}

/** Of rows that nothing writes over. */
export const VALID: Validity = { stamp: null, holdsUntil: null };

/** Rows of this age, whatever was written since. */
export const since = (oldest: number): Wanted => ({ oldest, holds: async () => true });

/** Rows that count on from `from`, each with a text of `padChars` characters. */
export function chunkOf(from: number, rowCount: number, padChars = 0): Chunk {
  const pad = 'x'.repeat(padChars);
  const rows = Array.from({ length: rowCount }, (_, index) => JSON.stringify([from + index, pad]));
  return chunkOfLines(from, rows);
}

/** @param lines Each a JSON array. */
export function chunkOfLines(firstRow: number, lines: readonly string[]): Chunk {
  const body = Buffer.from(lines.map((line) => ROW_SEPARATOR + line).join(''));
  return { firstRow, rowCount: lines.length, body };
}

export function heldOf(given: Partial<ResultHeader> = {}, padChars = 0): HeldResult {
  return { header: headerOf(given), chunks: [chunkOf(0, 3, padChars)], wasCut: false };
}

/** The first column of every row from `fromRow` on. */
export async function numbersIn(source: RowSource, fromRow = 0): Promise<number[]> {
  const numbers: number[] = [];
  for await (const chunk of source.chunks(fromRow)) {
    for (const line of linesOf(chunk, fromRow)) numbers.push((JSON.parse(line) as [number])[0]);
  }
  return numbers;
}

export interface HandClock {
  now: () => number;
  advance(ms: number): Promise<void>;
}

export function handClock(startMs = 1_000_000): HandClock {
  let time = startMs;
  return {
    now: () => time,
    async advance(ms) {
      time += ms;
      // lru-cache asks the clock once a millisecond of real time.
      await sleep(5);
    },
  };
}
