// Owns the choice of tables for a question: name and meaning scores joined, the tables needed to join
// the chosen ones added, the order of importance. Bounded by count here, by bytes in render.ts.
import type { Catalog, CatalogColumn, CatalogTable } from './catalog.ts';
import { MAX_SAMPLES } from './catalog.ts';
import { createJoinGraph } from './join-graph.ts';
import type { JoinGraph } from './join-graph.ts';
import type { MeaningIndex } from './meaning-index.ts';
import { createNameIndex } from './name-index.ts';
import type { NameIndex } from './name-index.ts';
import type { ColumnView } from './render.ts';
import { questionWords, wordsOf } from './words.ts';

export interface Choice extends ColumnView {
  /** Most important first. Never empty while the catalog has a table. */
  readonly tables: readonly CatalogTable[];
  /** Tables that also matched, best first, beyond those chosen. */
  readonly others: readonly CatalogTable[];
}

/** A catalog with what is built from it once. */
export interface IndexedCatalog {
  readonly catalog: Catalog;
  readonly names: NameIndex;
  readonly joins: JoinGraph;
}

export async function indexCatalog(catalog: Catalog): Promise<IndexedCatalog> {
  return { catalog, names: await createNameIndex(catalog), joins: createJoinGraph(catalog) };
}

/**
 * A name is evidence, a likeness of meaning a hint: alone it can choose, against names it cannot. More
 * put wrong tables first with the small model that ships; it is no judge of single words.
 */
const MEANING_SHARE = 0.15;
/** Tables that reach less than this part of the best one's score are noise. */
const RELATIVE_CUT = 0.35;
/** Two tables between two chosen ones: order and order line between customer and product. */
const MAX_JOIN_STEPS = 3;

export async function chooseTables(
  indexed: IndexedCatalog,
  meaning: MeaningIndex,
  request: { readonly question: string; readonly maxTables: number },
): Promise<Choice> {
  const { catalog, names, joins } = indexed;
  const byName = names.score(request.question);
  const byMeaning = await meaning.score(request.question);
  const score = (table: CatalogTable): number =>
    (byName.tables.get(table) ?? 0) + MEANING_SHARE * (byMeaning.get(table.sqlName) ?? 0);
  const matched = rank(
    catalog.tables.filter((table) => score(table) > 0),
    score,
    joins,
  );
  const cut = matched[0] ? RELATIVE_CUT * score(matched[0]) : 0;
  const seeds = matched.filter((table) => score(table) >= cut);
  const start = seeds.length > 0 ? seeds : rank(catalog.tables, () => 0, joins);
  const tables = connect(start, { joins, score, maxTables: request.maxTables });
  const chosen = new Set(tables);
  const words = new Set(questionWords(request.question));
  return {
    tables,
    others: matched.filter((table) => !chosen.has(table)),
    columnScore: (column) => byName.columns.get(column) ?? 0,
    columnValues: (column) => shownValues(column, words),
  };
}

/** Equal scores: tables that need no schema name, then those most referenced, then the largest. */
export function rank(
  tables: readonly CatalogTable[],
  score: (table: CatalogTable) => number,
  joins: JoinGraph,
): CatalogTable[] {
  return tables
    .map((table) => ({ table, score: score(table), pointing: joins.referencedBy(table).length }))
    .sort(
      (left, right) =>
        right.score - left.score ||
        Number(right.table.onSearchPath) - Number(left.table.onSearchPath) ||
        right.pointing - left.pointing ||
        (right.table.estimatedRows ?? 0) - (left.table.estimatedRows ?? 0),
    )
    .map(({ table }) => table);
}

/** The best tables with what joins them; free places go to what the chosen ones reference. */
function connect(
  seeds: readonly CatalogTable[],
  options: {
    readonly joins: JoinGraph;
    readonly score: (table: CatalogTable) => number;
    readonly maxTables: number;
  },
): CatalogTable[] {
  const { joins, score, maxTables } = options;
  const chosen: CatalogTable[] = [];
  const wanted = seeds.slice(0, maxTables);
  for (const seed of wanted) {
    if (chosen.includes(seed)) continue;
    const limits = { maxSteps: MAX_JOIN_STEPS, score };
    const bridge = chosen.length > 0 ? (joins.between(chosen, seed, limits) ?? []) : [];
    const added = [seed, ...bridge.filter((table) => !chosen.includes(table))];
    if (chosen.length + added.length <= maxTables) chosen.push(...added);
    else if (chosen.length < maxTables) chosen.push(seed);
  }
  for (const target of chosen.flatMap((table) => joins.references(table))) {
    if (chosen.length < maxTables && !chosen.includes(target)) chosen.push(target);
  }
  return chosen;
}

/** Values that the question names come first, spelled as the database spells them. */
function shownValues(column: CatalogColumn, words: ReadonlySet<string>): readonly string[] {
  const isNamed = (value: string): boolean => {
    const own = wordsOf(value);
    return own.length > 0 && own.every((word) => words.has(word));
  };
  const named = [...column.samples, ...(column.moreValues ?? [])].filter(isNamed);
  return [...new Set([...named, ...column.samples])].slice(0, MAX_SAMPLES);
}
