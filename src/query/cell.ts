// Owns the JSON of one value, from the text that PostgreSQL sends (pure). Exactness before comfort:
// what a JSON number cannot hold becomes a string. design.md section 3 has the rules.
import { arrayJson } from './array-text.ts';

/** The server's text of a non-NULL value to JSON text without raw line feeds. */
export type CellEncoder = (text: string) => string;

const OID = {
  bool: 16,
  bytea: 17,
  int8: 20,
  int2: 21,
  int4: 23,
  oid: 26,
  json: 114,
  float4: 700,
  float8: 701,
  timestamp: 1114,
  timestamptz: 1184,
  time: 1083,
  timetz: 1266,
  jsonb: 3802,
} as const;

/** Array type -> element type, for the types that come as JSON arrays; others stay PostgreSQL text. */
const ARRAY_ELEMENTS: ReadonlyMap<number, number> = new Map([
  [1000, OID.bool],
  [1001, OID.bytea],
  [1005, OID.int2],
  [1007, OID.int4],
  [1016, OID.int8],
  [1028, OID.oid],
  [1021, OID.float4],
  [1022, OID.float8],
  [1115, OID.timestamp],
  [1185, OID.timestamptz],
  [1270, OID.timetz],
  [199, OID.json],
  [3807, OID.jsonb],
  // Elements that are strings in JSON whatever they are: text, varchar, char, name, uuid, date, numeric …
  ...[1002, 1003, 1009, 1014, 1015, 1041, 1182, 1183, 1187, 1231, 2951].map(
    (array): [number, number] => [array, 25],
  ),
]);

export function cellEncoder(typeId: number): CellEncoder {
  const element = ARRAY_ELEMENTS.get(typeId);
  return element === undefined ? scalarEncoder(typeId) : arrayEncoder(scalarEncoder(element));
}

function scalarEncoder(typeId: number): CellEncoder {
  switch (typeId) {
    case OID.bool:
      return (text) => (text === 't' ? 'true' : 'false');
    case OID.int2:
    case OID.int4:
    case OID.oid:
      return (text) => text;
    case OID.int8:
      return (text) => (Number.isSafeInteger(Number(text)) ? text : `"${text}"`);
    case OID.float4:
    case OID.float8:
      return (text) => (Number.isFinite(Number(text)) ? text : `"${text}"`);
    case OID.json:
    case OID.jsonb:
      // Inside JSON strings line feeds are escaped, so raw ones are white space between tokens.
      return (text) => (/[\r\n]/.test(text) ? text.replace(/[\r\n]+/g, ' ') : text);
    case OID.timestamp:
    case OID.timestamptz:
      return (text) => JSON.stringify(isoTimestamp(text));
    case OID.timetz:
      return (text) => JSON.stringify(withOffsetMinutes(text));
    case OID.bytea:
      return (text) => `"${Buffer.from(text.slice(2), 'hex').toString('base64')}"`;
    default:
      return (text) => JSON.stringify(text);
  }
}

function arrayEncoder(element: CellEncoder): CellEncoder {
  // '[0:2]={…}' carries bounds that JSON arrays cannot: it stays text.
  return (text) => (text.startsWith('{') ? arrayJson(text, element) : JSON.stringify(text));
}

/** '2024-01-31 10:00:00+00' to '2024-01-31T10:00:00+00:00'; infinity and years BC stay as they are. */
function isoTimestamp(text: string): string {
  if (!/^\d{4,}-\d\d-\d\d /.test(text) || text.endsWith(' BC')) return text;
  return withOffsetMinutes(text.replace(' ', 'T'));
}

function withOffsetMinutes(text: string): string {
  return /[+-]\d\d$/.test(text) ? `${text}:00` : text;
}
