// Owns matching by meaning: short texts about tables, their vectors, and the likeness of a question to
// each table. Vectors are made in the background and kept by text; a fault leaves names to do the work.
import type { Logger } from '../logger.ts';
import type { Catalog, CatalogTable } from './catalog.ts';
import { inTurns } from './turns.ts';
import { rawWordsOf } from './words.ts';

export type Embed = (text: string) => Promise<Float32Array>;

export interface MeaningIndex {
  /** Starts to make what vectors are missing; returns at once. */
  follow(catalog: Catalog): void;
  /**
   * From 0 to 1 for each table like the question, by its `sqlName`; empty without an embedder or when
   * it fails. May lag behind the catalog: unknown names are to be passed over.
   */
  score(question: string): Promise<ReadonlyMap<string, number>>;
}

const COLUMNS_PER_TEXT = 8;
const MAX_TEXTS_PER_TABLE = 5;
/** At 384 numbers each, 9 MB of vectors and, at 5 ms each, half a minute of background work. */
const MAX_TEXTS = 6_000;
/** Leaves the embedder's queue to the questions that agents are waiting on. */
const TEXTS_AT_ONCE = 2;
/** How long a question waits for vectors still being made: small schemas are complete by then. */
const MAX_WAIT_MS = 400;
/** A best table this much nearer than the average one stands out in full. */
const CLEAR_LEAD = 0.2;
const MAX_QUESTION_CHARACTERS = 1_000;

interface TableText {
  readonly table: string;
  readonly text: string;
}

export function createMeaningIndex(options: {
  readonly embed: Embed | null;
  readonly logger: Logger;
}): MeaningIndex {
  const { embed, logger } = options;
  const vectors = new Map<string, Float32Array>();
  let followed: Catalog = { version: '', tables: [] };
  let completed: Catalog | null = null;
  let texts: readonly TableText[] = [];
  let filling: Promise<void> | null = null;

  async function fill(make: Embed): Promise<void> {
    try {
      // a new catalog may come while vectors for the last one are made
      for (let catalog = followed; catalog !== completed; catalog = followed) {
        texts = await textsOf(catalog);
        const current = new Set(texts.map(({ text }) => text));
        for (const text of vectors.keys()) if (!current.has(text)) vectors.delete(text);
        const missing = [...current].filter((text) => !vectors.has(text)).reverse();
        await Promise.all(Array.from({ length: TEXTS_AT_ONCE }, () => drain(missing, make)));
        completed = catalog;
      }
    } catch (error) {
      logger.warn({ err: error }, 'the schema could not be embedded; tables are found by name');
    } finally {
      filling = null;
    }
  }

  async function drain(missing: string[], make: Embed): Promise<void> {
    try {
      for (let text = missing.pop(); text !== undefined; text = missing.pop()) {
        vectors.set(text, unitVector(await make(text)));
      }
    } catch (error) {
      missing.length = 0;
      throw error;
    }
  }

  return {
    follow(catalog) {
      followed = catalog;
      if (embed && completed !== catalog) filling ??= fill(embed);
    },

    async score(question) {
      if (!embed) return new Map();
      if (filling) await atMost(filling, MAX_WAIT_MS);
      try {
        const asked = unitVector(await embed(question.slice(0, MAX_QUESTION_CHARACTERS)));
        return standingOut(likenesses(texts, vectors, asked));
      } catch (error) {
        logger.debug({ err: error }, 'a question could not be embedded; tables are found by name');
        return new Map();
      }
    },
  };
}

/** Whole tables first, so that a schema too large for all texts loses detail, not tables. */
async function textsOf(catalog: Catalog): Promise<readonly TableText[]> {
  const perTable = await inTurns(catalog.tables, tableTexts);
  return Array.from({ length: MAX_TEXTS_PER_TABLE }, (_, part) =>
    perTable.flatMap((texts) => texts[part] ?? []),
  )
    .flat()
    .slice(0, MAX_TEXTS);
}

function tableTexts(table: CatalogTable): TableText[] {
  const name = plain(table.name);
  const texts = [table.comment === null ? name : `${name}: ${table.comment}`];
  for (let at = 0; at < table.columns.length; at += COLUMNS_PER_TEXT) {
    if (texts.length >= MAX_TEXTS_PER_TABLE) break;
    const columns = table.columns.slice(at, at + COLUMNS_PER_TEXT);
    texts.push(`${name} ${columns.map((column) => plain(column.name)).join(' ')}`);
  }
  return texts.map((text) => ({ table: table.sqlName, text }));
}

function plain(name: string): string {
  return rawWordsOf(name).join(' ');
}

function likenesses(
  texts: readonly TableText[],
  vectors: ReadonlyMap<string, Float32Array>,
  asked: Float32Array,
): Map<string, number> {
  const best = new Map<string, number>();
  for (const { table, text } of texts) {
    const vector = vectors.get(text);
    if (vector?.length !== asked.length) continue;
    const cosine = dot(vector, asked);
    if (cosine > (best.get(table) ?? -1)) best.set(table, cosine);
  }
  return best;
}

/**
 * Models differ in how alike unrelated texts look to them, so a table counts by how far it stands
 * above the average one, and all count little when none stands out.
 */
function standingOut(cosines: ReadonlyMap<string, number>): Map<string, number> {
  const scores = new Map<string, number>();
  let sum = 0;
  let top = -1;
  for (const cosine of cosines.values()) {
    sum += cosine;
    top = Math.max(top, cosine);
  }
  const average = sum / Math.max(cosines.size, 1);
  const scale = Math.max(top - average, CLEAR_LEAD);
  for (const [table, cosine] of cosines) {
    if (cosine > average) scores.set(table, (cosine - average) / scale);
  }
  return scores;
}

function unitVector(vector: Float32Array): Float32Array {
  const length = Math.sqrt(dot(vector, vector));
  return length > 0 ? vector.map((value) => value / length) : vector;
}

function dot(left: Float32Array, right: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < left.length; index += 1) {
    sum += (left[index] ?? 0) * (right[index] ?? 0);
  }
  return sum;
}

async function atMost(work: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, patience]);
  clearTimeout(timer);
}
