// Owns URLs where a link stands between: where it leads, and what its client is given instead. Pure.
import { hostOf } from '../../lib/loopback.ts';
import type { Address, Link } from './link.ts';

const HTTP_PORT = 80;
const POSTGRES_PORT = 5432;

/** @returns the server's address. */
export function addressOf(serverUrl: string): Address {
  const url = new URL(serverUrl);
  const usual = url.protocol === 'http:' ? HTTP_PORT : POSTGRES_PORT;
  return { host: hostOf(url), port: Number(url.port || usual) };
}

/** The same URL, by way of the link. */
export function throughLink(serverUrl: string, link: Pick<Link, 'host' | 'port'>): string {
  const url = new URL(serverUrl);
  url.hostname = link.host;
  url.port = String(link.port);
  return url.href;
}
