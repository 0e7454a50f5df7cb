// Owns how tables hang together by foreign keys: neighbours, and the shortest way from some tables to
// another. Pure and built once per catalog.
import type { Catalog, CatalogTable } from './catalog.ts';

export interface JoinGraph {
  /** Tables that this one references. */
  references(table: CatalogTable): readonly CatalogTable[];
  /** Foreign key columns that point at this table, such as 'orders.customer_id'. */
  referencedBy(table: CatalogTable): readonly string[];
  /**
   * The tables between, in order, on a shortest way from any of `from` to `to`; empty when they are
   * neighbours, null when there is no way of at most `maxSteps` joins. Of equals, the `better` first.
   */
  between(
    from: readonly CatalogTable[],
    to: CatalogTable,
    limits: { readonly maxSteps: number; readonly score: (table: CatalogTable) => number },
  ): readonly CatalogTable[] | null;
}

interface Edges {
  readonly references: Set<CatalogTable>;
  readonly referencedBy: string[];
  readonly neighbours: Set<CatalogTable>;
}

export function createJoinGraph(catalog: Catalog): JoinGraph {
  const edges = buildEdges(catalog);
  const edgesOf = (table: CatalogTable): Edges => edges.get(table) ?? newEdges();
  return {
    references: (table) => [...edgesOf(table).references],
    referencedBy: (table) => edgesOf(table).referencedBy,

    between(from, to, { maxSteps, score }) {
      const cameFrom = new Map<CatalogTable, CatalogTable | null>();
      for (const table of from) cameFrom.set(table, null);
      let frontier = [...from];
      for (let step = 0; step < maxSteps && frontier.length > 0; step += 1) {
        const next: CatalogTable[] = [];
        for (const table of frontier) {
          for (const neighbour of edgesOf(table).neighbours) {
            if (cameFrom.has(neighbour)) continue;
            cameFrom.set(neighbour, table);
            if (neighbour === to) return trace(cameFrom, table);
            next.push(neighbour);
          }
        }
        frontier = next.sort((left, right) => score(right) - score(left));
      }
      return null;
    },
  };
}

/** From the table before the goal back to where the way began, which is left out. */
function trace(
  cameFrom: ReadonlyMap<CatalogTable, CatalogTable | null>,
  last: CatalogTable,
): CatalogTable[] {
  const way: CatalogTable[] = [];
  for (let table = last; ;) {
    const before = cameFrom.get(table) ?? null;
    if (before === null) return way.reverse();
    way.push(table);
    table = before;
  }
}

function buildEdges(catalog: Catalog): Map<CatalogTable, Edges> {
  const owners = new Map<string, CatalogTable>();
  for (const table of catalog.tables) {
    for (const column of table.columns) owners.set(`${table.sqlName}.${column.sqlName}`, table);
  }
  const edges = new Map(catalog.tables.map((table) => [table, newEdges()]));
  for (const table of catalog.tables) {
    for (const column of table.columns) {
      const target = column.references === null ? undefined : owners.get(column.references);
      if (!target) continue;
      edges.get(target)?.referencedBy.push(`${table.sqlName}.${column.sqlName}`);
      if (target === table) continue;
      edges.get(table)?.references.add(target);
      edges.get(table)?.neighbours.add(target);
      edges.get(target)?.neighbours.add(table);
    }
  }
  return edges;
}

function newEdges(): Edges {
  return { references: new Set(), referencedBy: [], neighbours: new Set() };
}
