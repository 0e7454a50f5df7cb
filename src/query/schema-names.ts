// Owns what the decision takes from a catalog, read off it once: the names of tables and columns as
// concepts, and the values that columns are known to hold.
import { conceptsOf } from '../cache/frame-residue.ts';
import type { Catalog } from '../schema/catalog.ts';

/** Empty until a catalog is known. */
export function createSchemaNames(current: () => Catalog | null): () => ReadonlySet<string> {
  return oncePerCatalog(current, (catalog) => {
    const names = catalog?.tables.flatMap(({ name, columns }) => [
      name,
      ...columns.map((column) => column.name),
    ]);
    return conceptsOf(names ?? []);
  });
}

/** Values of columns with few of them, by the column's name; tables that share a name share its values. */
export function createColumnValues(
  current: () => Catalog | null,
): (column: string) => readonly string[] {
  const values = oncePerCatalog(current, (catalog) => {
    const known = new Map<string, Set<string>>();
    for (const column of catalog?.tables.flatMap((table) => table.columns) ?? []) {
      const held = known.get(column.name) ?? new Set();
      for (const value of [...column.samples, ...(column.moreValues ?? [])]) held.add(value);
      known.set(column.name, held);
    }
    return known;
  });
  return (column) => [...(values().get(column) ?? [])];
}

function oncePerCatalog<T>(
  current: () => Catalog | null,
  read: (catalog: Catalog | null) => T,
): () => T {
  let last: { readonly of: Catalog | null; readonly value: T } | null = null;
  return () => {
    const catalog = current();
    if (last === null || catalog !== last.of) last = { of: catalog, value: read(catalog) };
    return last.value;
  };
}
