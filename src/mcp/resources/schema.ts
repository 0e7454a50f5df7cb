// Owns the schema as resources: an overview and each table, as whoever asks sees them, under the names that
// search_schema has for them; and which of these names a few letters may become.
import { ResourceNotFoundError } from '@modelcontextprotocol/server';
import type { ListResourcesResult, Resource } from '@modelcontextprotocol/server';

import { AppError, isAppError } from '../../errors.ts';
import { cleanText } from '../../lib/shown-text.ts';
import type { RequestContext } from '../../query/context.ts';
import { WRITTEN_BY_OTHERS } from '../../query/shown.ts';
import { overview, tableAnswer } from '../../schema/answers.ts';
import type { SchemaAnswer } from '../../schema/answers.ts';
import type { CatalogTable } from '../../schema/catalog.ts';
import { nearestNames } from '../../schema/nearest-names.ts';
import type { IndexedCatalog } from '../../schema/relevance.ts';
import { completionOf } from '../completion.ts';
import type { Completion } from '../completion.ts';
import { jsonResource } from './json-resource.ts';
import type { JsonResource } from './json-resource.ts';
import { OVERVIEW_URI, TABLE_URI_TEMPLATE, tableNameOf, tableUri } from './schema-uri.ts';

export interface SchemaCatalog {
  /** As who asks sees it. @throws as SchemaIndex.upToDate */
  catalog(context: RequestContext): Promise<IndexedCatalog>;
}

export interface SchemaResources {
  /** The overview, then every table by its name, a page at a time. @throws AppError INPUT_INVALID */
  list(cursor: string | undefined, context: RequestContext): Promise<ListResourcesResult>;
  /** @throws ResourceNotFoundError that names the nearest tables. */
  read(uri: string, context: RequestContext): Promise<JsonResource>;
  /** Names of tables that begin so: as SQL takes them, bare, or behind their schema. */
  complete(begun: string, context: RequestContext): Promise<Completion>;
}

export const TABLE_TEMPLATE = {
  uriTemplate: TABLE_URI_TEMPLATE,
  name: 'table',
  title: 'A table of the database',
  description: 'Columns, keys, comments and sample values of one table or view, as JSON.',
  mimeType: 'application/json',
};

const OVERVIEW: Resource = {
  uri: OVERVIEW_URI,
  name: 'overview',
  title: 'Tables of the database',
  description: 'Every table and view that may be read, one on a line: its name, rows and comment.',
  mimeType: 'application/json',
};

/** As long as the catalog is not looked at again. */
export const SCHEMA_TTL_MS = 60_000;
const PAGE_TABLES = 100;
/** Of one resource: some 2,500 tables, or the widest table. */
const MAX_BYTES = 256 * 1024;
const ABOUT_CHARS = 80;
/** Two identifiers of 63 bytes, each character of them escaped. */
const MAX_NAME_CHARS = 600;

export function createSchemaResources(schema: SchemaCatalog): SchemaResources {
  return {
    async list(cursor, context) {
      const after = cursor === undefined ? null : nameIn(cursor);
      const { catalog } = await schema.catalog(context);
      const rest = byName(catalog.tables).filter(
        ({ sqlName }) => after === null || sqlName > after,
      );
      const page = rest.slice(0, PAGE_TABLES);
      const last = rest.length > page.length ? page.at(-1) : undefined;
      return {
        resources: [...(after === null ? [OVERVIEW] : []), ...page.map(resourceOf)],
        ...(last && { nextCursor: cursorBehind(last.sqlName) }),
      };
    },

    async read(uri, context) {
      const name = tableNameOf(uri);
      if (uri !== OVERVIEW_URI && (name === null || name.length > MAX_NAME_CHARS)) {
        throw new ResourceNotFoundError(uri);
      }
      const known = await schema.catalog(context);
      const json =
        name === null ? oneOnALine(overview(known, MAX_BYTES)) : tableJson(known, name, uri);
      return jsonResource({ uri, json, ttlMs: SCHEMA_TTL_MS });
    },

    async complete(begun, context) {
      const { catalog } = await schema.catalog(context);
      const wanted = begun.toLowerCase();
      const meant = byName(catalog.tables).filter(({ sqlName, schema: of, name }) =>
        [sqlName, name, `${of}.${name}`].some((said) => said.toLowerCase().startsWith(wanted)),
      );
      return completionOf(meant.map(({ sqlName }) => sqlName));
    },
  };
}

/** An order that no refresh changes, so that a page goes on where the one before it has ended. */
function byName(tables: readonly CatalogTable[]): CatalogTable[] {
  return [...tables].sort((left, right) => (left.sqlName < right.sqlName ? -1 : 1));
}

function resourceOf({ sqlName, kind, comment }: CatalogTable): Resource {
  const about = cleanText(comment, ABOUT_CHARS);
  return {
    uri: tableUri(sqlName),
    name: sqlName,
    description: about === null ? `A ${kind}` : `A ${kind}: ${about}`,
    mimeType: 'application/json',
  };
}

function oneOnALine(answer: SchemaAnswer): string {
  const { hint: _, tables, ...totals } = answer;
  const head = JSON.stringify({ notice: WRITTEN_BY_OTHERS, ...totals }).slice(0, -1);
  return `${head},"tables":[\n${tables.map((table) => JSON.stringify(table)).join(',\n')}\n]}`;
}

function tableJson(known: IndexedCatalog, name: string, uri: string): string {
  try {
    const {
      tables,
      hint: _,
      tables_total: __,
      ...references
    } = tableAnswer(known, name, {
      maxBytes: MAX_BYTES,
    });
    return JSON.stringify({ notice: WRITTEN_BY_OTHERS, ...tables[0], ...references });
  } catch (error) {
    if (!isAppError(error, 'NOT_FOUND')) throw error;
    const names = known.catalog.tables.map(({ sqlName }) => sqlName);
    const near = nearestNames(name, names);
    const hint = near.length > 0 ? ` The nearest names are: ${near.join(', ')}.` : '';
    throw new ResourceNotFoundError(uri, error.message + hint);
  }
}

const cursorBehind = (sqlName: string): string => Buffer.from(sqlName).toString('base64url');

function nameIn(cursor: string): string {
  const name = Buffer.from(cursor, 'base64url').toString();
  if (name !== '' && cursorBehind(name) === cursor) return name;
  throw new AppError('INPUT_INVALID', 'cursor is none that resources/list has given out.', {
    hint: 'Pass nextCursor of the page before, or none for the first page.',
  });
}
