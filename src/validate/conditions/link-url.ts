// Owns database URLs where a link stands between: where it leads, and what its client is given instead. Pure.
import type { Address, Link } from './link.ts';

const POSTGRES_PORT = 5432;

/** @returns the server's address. */
export function addressOf(databaseUrl: string): Address {
  const { hostname, port } = new URL(databaseUrl);
  // An IPv6 address stands in brackets in a URL, and without them anywhere else.
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || POSTGRES_PORT) };
}

/** The same database, role and options, by way of the link. */
export function throughLink(databaseUrl: string, link: Pick<Link, 'host' | 'port'>): string {
  const url = new URL(databaseUrl);
  url.hostname = link.host;
  url.port = String(link.port);
  return url.href;
}
