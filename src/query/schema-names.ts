// Owns what the decision takes from a catalog, read off it once: the names of tables and columns as
// concepts, and the values that columns are known to hold.
import { conceptsOf } from '../cache/frame-residue.ts';
import type { Catalog, CatalogColumn, CatalogTable } from '../schema/catalog.ts';

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

/** Of a column of one of these tables, named as statements name them. */
export type ColumnValues = (tables: readonly string[], column: string) => readonly string[];

/** Values of columns with few of them; none unless all tables are known and one alone has the column. */
export function createColumnValues(current: () => Catalog | null): ColumnValues {
  const byName = oncePerCatalog(current, (catalog) => {
    const known = new Map<string, CatalogTable[]>();
    for (const table of catalog?.tables ?? []) {
      const names = [`${table.schema}.${table.name}`, ...(table.onSearchPath ? [table.name] : [])];
      for (const name of names) known.set(name, [...(known.get(name) ?? []), table]);
    }
    return known;
  });
  return (names, column) => {
    const tables = names.map((name) => byName().get(name) ?? []);
    if (tables.some(({ length }) => length !== 1)) return [];
    const columns = tables.flatMap(([table]) =>
      table!.columns.filter(({ name }) => name === column),
    );
    const [{ samples, moreValues } = NO_VALUES, ...more] = columns;
    return more.length > 0 ? [] : [...samples, ...(moreValues ?? [])];
  };
}

const NO_VALUES: Pick<CatalogColumn, 'samples' | 'moreValues'> = { samples: [] };

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
