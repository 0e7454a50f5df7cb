// Owns recall before any decision: at which rank, among all cached plans of its domain, a rephrasing
// finds the plan of its own pair. By vectors alone, and by the pair's own
// wording alone, as one reading of models/training/evaluate.mjs does it.
import { share } from './decisions-bound.ts';
import { grouped } from './decisions-groups.ts';
import { cosine } from './decisions-vectors.ts';

export interface RecallPair {
  readonly cached_question: string;
  readonly cached_sql: string;
  readonly new_question: string;
  readonly domain: string;
  readonly dataset: string;
  readonly same: boolean | null;
}

export type VectorOf = (question: string) => Float32Array | null;

export interface RecallFigures {
  readonly rephrasings: number;
  readonly first: number | null;
  readonly in_5: number | null;
  readonly in_10: number | null;
  readonly in_20: number | null;
}

export interface Ranked {
  readonly dataset: string;
  readonly rank: number;
}

export function ranksOf(pairs: readonly RecallPair[], vectorOf: VectorOf): Ranked[] {
  const domains = grouped(pairs, ({ domain }) => domain);
  return [...domains.values()].flatMap((rows) => ranksWithin(rows, vectorOf));
}

interface Entry {
  readonly sql: string;
  readonly vector: Float32Array | null;
}

function ranksWithin(rows: readonly RecallPair[], vectorOf: VectorOf): Ranked[] {
  const store = new Map<string, Entry>();
  for (const { cached_question, cached_sql: sql } of rows) {
    store.set(`${sql}\0${cached_question}`, { sql, vector: vectorOf(cached_question) });
  }
  const entries = [...store.values()];
  return rows
    .filter(({ same }) => same === true)
    .map(({ cached_question, cached_sql, new_question, dataset }) => {
      const asked = vectorOf(new_question);
      const own = vectorOf(cached_question);
      const rank = rankOf({ sql: cached_sql, vector: own }, entries, asked);
      return { dataset, rank };
    });
}

/** One more than the number of other plans of which some question is nearer than the pair's own. */
function rankOf(own: Entry, entries: readonly Entry[], asked: Float32Array | null): number {
  // What has no vector is never found.
  if (!asked || !own.vector) return Infinity;
  const mine = cosine(own.vector, asked);
  const nearer = new Set<string>();
  for (const { sql, vector } of entries) {
    if (sql !== own.sql && vector && cosine(vector, asked) > mine) nearer.add(sql);
  }
  return 1 + nearer.size;
}

export function recallFigures(ranked: readonly Ranked[]): RecallFigures {
  const within = (limit: number): number | null =>
    share(ranked.filter(({ rank }) => rank <= limit).length, ranked.length);
  return {
    rephrasings: ranked.length,
    first: within(1),
    in_5: within(5),
    in_10: within(10),
    in_20: within(20),
  };
}
