// Owns recall before any decision: at which rank, among all cached plans of its domain, a rephrasing finds
// the right plan by vectors alone. By the nearest of the plan's wordings, as the product finds it; and, the
// strict way, by the wording of its own pair alone, as one reading of models/training/evaluate.mjs does it.
import { canonicalQuestion } from '../src/cache/decide.ts';
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
  /** By the nearest wording of the right plan but the very text that is asked; null if it has no other. */
  readonly rank: number | null;
  /** By the pair's own wording alone. */
  readonly strictRank: number;
}

export function ranksOf(pairs: readonly RecallPair[], vectorOf: VectorOf): Ranked[] {
  const domains = grouped(pairs, ({ domain }) => domain);
  return [...domains.values()].flatMap((rows) => ranksWithin(rows, vectorOf));
}

interface Entry {
  readonly sql: string;
  /** The exact tier's: equal where no vector is looked at. */
  readonly text: string;
  readonly vector: Float32Array | null;
}

function ranksWithin(rows: readonly RecallPair[], vectorOf: VectorOf): Ranked[] {
  const store = new Map<string, Entry>();
  for (const { cached_question, cached_sql: sql } of rows) {
    const [text, vector] = [canonicalQuestion(cached_question), vectorOf(cached_question)];
    store.set(`${sql}\0${cached_question}`, { sql, text, vector });
  }
  const entries = [...store.values()];
  return rows
    .filter(({ same }) => same === true)
    .map(({ cached_question, cached_sql, new_question, dataset }) => {
      const asked = vectorOf(new_question);
      const similarity = ({ vector }: Pick<Entry, 'vector'>): number =>
        asked && vector ? cosine(vector, asked) : -Infinity;
      const near = entries.map((entry) => ({ ...entry, similarity: similarity(entry) }));
      const text = canonicalQuestion(new_question);
      const others = near.filter((entry) => entry.text !== text);
      const own = others.filter(({ sql }) => sql === cached_sql);
      const best = Math.max(...own.map((entry) => entry.similarity));
      const strict = similarity({ vector: vectorOf(cached_question) });
      return {
        dataset,
        rank: own.length === 0 ? null : rankOf(cached_sql, best, others),
        strictRank: rankOf(cached_sql, strict, near),
      };
    });
}

interface Near {
  readonly sql: string;
  readonly similarity: number;
}

/** One more than the number of other plans of which some question is nearer than that. */
function rankOf(own: string, similarity: number, near: readonly Near[]): number {
  // What has no vector is never found.
  if (similarity === -Infinity) return Infinity;
  const nearer = near.filter((one) => one.sql !== own && one.similarity > similarity);
  return 1 + new Set(nearer.map(({ sql }) => sql)).size;
}

export function recallFigures(given: ReadonlyArray<number | null>): RecallFigures {
  const ranks = given.filter((rank) => rank !== null);
  const within = (limit: number): number | null =>
    share(ranks.filter((rank) => rank <= limit).length, ranks.length);
  return {
    rephrasings: ranks.length,
    first: within(1),
    in_5: within(5),
    in_10: within(10),
    in_20: within(20),
  };
}
