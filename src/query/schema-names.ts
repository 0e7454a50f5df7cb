// Owns the names of the database's tables and columns as concepts, read off once for each catalog.
import { conceptsOf } from '../cache/frame-residue.ts';
import type { Catalog } from '../schema/catalog.ts';

/** Empty until a catalog is known. */
export function createSchemaNames(current: () => Catalog | null): () => ReadonlySet<string> {
  let read: { readonly of: Catalog | null; readonly names: ReadonlySet<string> } = {
    of: null,
    names: new Set(),
  };
  return () => {
    const catalog = current();
    if (catalog !== read.of) read = { of: catalog, names: namesOf(catalog) };
    return read.names;
  };
}

function namesOf(catalog: Catalog | null): ReadonlySet<string> {
  const names = catalog?.tables.flatMap(({ name, columns }) => [
    name,
    ...columns.map((column) => column.name),
  ]);
  return conceptsOf(names ?? []);
}
