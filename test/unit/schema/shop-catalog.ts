// Owns a hand-made catalog of a small shop for the unit tests of schema/.
import { catalogVersion } from '../../../src/schema/catalog.ts';
import type { Catalog, CatalogColumn, CatalogTable } from '../../../src/schema/catalog.ts';

export function column(
  name: string,
  type = 'text',
  more: Partial<CatalogColumn> = {},
): CatalogColumn {
  return {
    name,
    sqlName: /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name}"`,
    type,
    nullable: true,
    comment: null,
    primaryKey: false,
    references: null,
    samples: [],
    ...more,
  };
}

export function table(
  name: string,
  columns: readonly CatalogColumn[],
  more: Partial<CatalogTable> = {},
): CatalogTable {
  return {
    schema: 'public',
    name,
    sqlName: /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name}"`,
    onSearchPath: true,
    kind: 'table',
    comment: null,
    estimatedRows: 100,
    columns,
    ...more,
  };
}

export function catalog(tables: readonly CatalogTable[]): Catalog {
  return { version: catalogVersion(tables), tables };
}

const id = column('id', 'integer', { primaryKey: true, nullable: false });

function pointer(name: string, references: string): CatalogColumn {
  return column(name, 'integer', { references });
}

export function shopTables(): CatalogTable[] {
  return [
    table('customers', [
      id,
      column('full_name'),
      column('country', 'text', {
        samples: ['France', 'Spain', 'Italy', 'Poland', 'Austria', 'Norway', 'Sweden', 'Malta'],
        moreValues: ['Germany', 'United States'],
      }),
    ]),
    table('categories', [id, column('label')]),
    table('products', [id, column('title'), pointer('category_id', 'categories.id')]),
    table('orders', [
      id,
      pointer('customer_id', 'customers.id'),
      column('status', 'order_status', { samples: ['paid', 'shipped'] }),
      column('totalAmount', 'numeric(12,2)', { comment: 'Revenue of the order, in euro' }),
    ]),
    table('order_items', [
      pointer('order_id', 'orders.id'),
      pointer('product_id', 'products.id'),
      column('quantity', 'integer'),
    ]),
    table('audit_log', [id, column('message')]),
  ];
}
