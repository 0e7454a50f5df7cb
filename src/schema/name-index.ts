// Owns matching by name: which tables and columns a question's words name, in table and column names,
// comments and known values. Pure and built once per catalog; knows nothing of meaning or of joins.
import type { Catalog, CatalogColumn, CatalogTable } from './catalog.ts';
import { createSynonyms } from './synonyms.ts';
import type { Synonyms } from './synonyms.ts';
import { inTurns } from './turns.ts';
import { questionWords, wordsOf } from './words.ts';

export interface NameScores {
  /** From 0 to 1: how much of what the question names is named by this table. Absent is 0. */
  readonly tables: ReadonlyMap<CatalogTable, number>;
  readonly columns: ReadonlyMap<CatalogColumn, number>;
}

export interface NameIndex {
  score(question: string): NameScores;
}

/** How much a word says, by where it stands. */
const WEIGHT = { tableName: 1, value: 0.8, columnName: 0.6, tableComment: 0.4, columnComment: 0.3 };
const SAME_WORD = 1;
const SAME_BEGINNING = 0.7;
const SYNONYM = 0.7;
const CONTAINED = 0.4;
/** Shorter words begin or stand in too many others by chance. */
const SHORTEST_BEGINNING = 4;
const SHORTEST_CONTAINED = 5;

interface Posting {
  readonly table: CatalogTable;
  readonly column: CatalogColumn | null;
  readonly weight: number;
}

type Vocabulary = ReadonlyMap<string, readonly Posting[]>;

export async function createNameIndex(catalog: Catalog): Promise<NameIndex> {
  const vocabulary = await buildVocabulary(catalog);
  const synonyms = createSynonyms();
  const tableCount = Math.max(catalog.tables.length, 1);
  return {
    score(question) {
      const tables = new Map<CatalogTable, number>();
      const columns = new Map<CatalogColumn, number>();
      let named = 0;
      for (const word of questionWords(question)) {
        const best = bestMatches(vocabulary, synonyms, word);
        if (best.tables.size === 0) continue;
        // a word that stands in every table tells none from another
        const rarity = Math.log(1 + tableCount / best.tables.size);
        named += rarity;
        for (const [table, value] of best.tables) add(tables, table, value * rarity);
        for (const [column, value] of best.columns) add(columns, column, value * rarity);
      }
      for (const [table, value] of tables) tables.set(table, value / named);
      return { tables, columns };
    },
  };
}

async function buildVocabulary(catalog: Catalog): Promise<Vocabulary> {
  const vocabulary = new Map<string, Posting[]>();
  const split = new Map<string, ReadonlySet<string>>();

  const post = (text: string | null, posting: Posting): void => {
    if (text === null) return;
    // the same few column names and values recur in most tables
    const words = split.get(text) ?? new Set(wordsOf(text));
    split.set(text, words);
    // a name of one word is named in full by it, a longer one only in part
    const weighed = { ...posting, weight: posting.weight / Math.sqrt(words.size) };
    for (const word of words) {
      const postings = vocabulary.get(word);
      if (postings) postings.push(weighed);
      else vocabulary.set(word, [weighed]);
    }
  };

  await inTurns(catalog.tables, (table) => {
    post(table.name, { table, column: null, weight: WEIGHT.tableName });
    post(table.comment, { table, column: null, weight: WEIGHT.tableComment });
    for (const column of table.columns) {
      post(column.name, { table, column, weight: WEIGHT.columnName });
      post(column.comment, { table, column, weight: WEIGHT.columnComment });
      for (const value of column.samples) post(value, { table, column, weight: WEIGHT.value });
      for (const value of column.moreValues ?? []) {
        post(value, { table, column, weight: WEIGHT.value });
      }
    }
  });
  return vocabulary;
}

function bestMatches(vocabulary: Vocabulary, synonyms: Synonyms, word: string): NameScores {
  const tables = new Map<CatalogTable, number>();
  const columns = new Map<CatalogColumn, number>();
  for (const [postings, match] of matches(vocabulary, synonyms, word)) {
    for (const { table, column, weight } of postings) {
      raise(tables, table, weight * match);
      if (column) raise(columns, column, weight * match);
    }
  }
  return { tables, columns };
}

/** The same word where there is one; else synonyms, words that begin alike, words it stands in. */
function* matches(
  vocabulary: Vocabulary,
  synonyms: Synonyms,
  word: string,
): Generator<readonly [readonly Posting[], number]> {
  const same = vocabulary.get(word);
  if (same) {
    yield [same, SAME_WORD];
    return;
  }
  for (const synonym of synonyms(word)) {
    const postings = vocabulary.get(synonym);
    if (postings) yield [postings, SYNONYM];
  }
  if (word.length < SHORTEST_BEGINNING) return;
  for (const [known, postings] of vocabulary) {
    const match = likeness(known, word);
    if (match > 0) yield [postings, match];
  }
}

function likeness(known: string, word: string): number {
  if (known.length < SHORTEST_BEGINNING) return 0;
  if (known.startsWith(word) || word.startsWith(known)) return SAME_BEGINNING;
  return word.length >= SHORTEST_CONTAINED && known.includes(word) ? CONTAINED : 0;
}

function raise<Key>(scores: Map<Key, number>, key: Key, value: number): void {
  if (value > (scores.get(key) ?? 0)) scores.set(key, value);
}

function add<Key>(scores: Map<Key, number>, key: Key, value: number): void {
  scores.set(key, (scores.get(key) ?? 0) + value);
}
