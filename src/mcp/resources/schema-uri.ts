// Owns the URIs under which the schema can be read: a table stands there by its name as SQL takes it, percent-encoded.

const TABLE_PREFIX = 'schema://table/';
export const TABLE_URI_TEMPLATE = `${TABLE_PREFIX}{table}`;
export const OVERVIEW_URI = 'schema://overview';

export function tableUri(sqlName: string): string {
  return TABLE_PREFIX + encodeURIComponent(sqlName);
}

/** The table's name in a URI; null when it is not a table's, or not encoded as URIs are. */
export function tableNameOf(uri: string): string | null {
  if (!uri.startsWith(TABLE_PREFIX)) return null;
  try {
    return decodeURIComponent(uri.slice(TABLE_PREFIX.length));
  } catch {
    return null;
  }
}
