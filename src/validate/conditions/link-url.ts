// Owns database URLs where a link stands between: where it leads, and what its client is given instead. Pure.
import { hostOf } from '../../lib/loopback.ts';
import type { Address, Link } from './link.ts';

const POSTGRES_PORT = 5432;

/** @returns the server's address. */
export function addressOf(databaseUrl: string): Address {
  const url = new URL(databaseUrl);
  return { host: hostOf(url), port: Number(url.port || POSTGRES_PORT) };
}

/** The same database, role and options, by way of the link. */
export function throughLink(databaseUrl: string, link: Pick<Link, 'host' | 'port'>): string {
  const url = new URL(databaseUrl);
  url.hostname = link.host;
  url.port = String(link.port);
  return url.href;
}
