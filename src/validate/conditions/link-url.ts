// Owns URLs where a link stands between: where it leads, and what its client is given instead. Pure.
import { hostOf } from '../../lib/loopback.ts';
import type { Address, Link } from './link.ts';

const HTTP_PORT = 80;
const POSTGRES_PORT = 5432;
/** The others have the driver check the name that the certificate is for. */
const UNCHECKED = new Set(['disable', 'no-verify']);

/** @returns the server's address. */
export function addressOf(serverUrl: string): Address {
  const url = new URL(serverUrl);
  const usual = url.protocol === 'http:' ? HTTP_PORT : POSTGRES_PORT;
  return { host: hostOf(url), port: Number(url.port || usual) };
}

/** @returns why a database cannot be reached by way of a link; null where it can. */
export function whyNoLink(databaseUrl: string): string | null {
  const { hostname, searchParams } = new URL(databaseUrl);
  if (hostname === '' || searchParams.has('host'))
    return 'It is reached through a socket, and no link goes in between.';
  return UNCHECKED.has(searchParams.get('sslmode') ?? 'disable')
    ? null
    : 'Its certificate is for its own name, and no link of ours has that; sslmode=no-verify in DATABASE_URL would let one be tried.';
}

/** The same URL, by way of the link. */
export function throughLink(serverUrl: string, link: Pick<Link, 'host' | 'port'>): string {
  const url = new URL(serverUrl);
  url.hostname = link.host;
  url.port = String(link.port);
  return url.href;
}
