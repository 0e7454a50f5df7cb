// Owns where the server is: a URL, checked and completed, the token sent to it, and whether one may be
// started there at all. Reads three variables and no more, since settings belong to the server, which may
// run elsewhere. Never starts or contacts one.
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

import { AppError } from '../errors.ts';
import { hostOf, isLoopback } from '../lib/loopback.ts';

export interface Target {
  readonly endpoint: URL;
  /** Sent as a bearer token with every request. */
  readonly token: string | undefined;
  /** Where a server of our own would listen; null when it is not ours to start one. */
  readonly startAt: { readonly host: string; readonly port: number } | null;
}

export interface TargetSource {
  /** As typed; without it the server is looked for on loopback, at the configured port. */
  readonly url: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const DEFAULT_PATH = '/mcp';
const DEFAULT_PORT = '3000';
const MAX_PORT = 65_535;
const HTTP_PORT = 80;
/** What a header can carry without being misread; anything else is a slip of the clipboard. */
const VISIBLE_ASCII = /^[\x21-\x7e]+$/;

/** @throws AppError CONFIG_INVALID */
export function readTarget(source: TargetSource): Target {
  const { url, env } = source;
  const endpoint = url === undefined ? defaultEndpoint(env['PORT']) : parseEndpoint(url);
  const token = env['MCP_AUTH_TOKEN'] || undefined;
  if (token !== undefined && !VISIBLE_ASCII.test(token)) {
    throw new AppError('CONFIG_INVALID', 'MCP_AUTH_TOKEN holds blanks or unusual characters.', {
      hint: 'Set it to the token alone, without "Bearer".',
    });
  }
  return { endpoint, token, startAt: startAt(endpoint) };
}

function defaultEndpoint(text: string | undefined): URL {
  const port = Number(text || DEFAULT_PORT);
  if (Number.isInteger(port) && port > 0 && port <= MAX_PORT) {
    return new URL(`http://127.0.0.1:${port}${DEFAULT_PATH}`);
  }
  throw new AppError('CONFIG_INVALID', `PORT must be a whole number from 1 to ${MAX_PORT}.`, {
    hint: 'Set PORT to the port of the server, or give its URL: askonce connect URL',
  });
}

function parseEndpoint(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !['http:', 'https:'].includes(url.protocol)) {
    throw new AppError('CONFIG_INVALID', 'The server must be named by an http or https URL.', {
      hint: 'Write it in full, for example http://127.0.0.1:3000/mcp',
    });
  }
  if (url.username !== '' || url.password !== '') {
    throw new AppError('CONFIG_INVALID', 'The URL of the server must not hold a password.', {
      hint: 'Set MCP_AUTH_TOKEN in the environment instead.',
    });
  }
  if (url.pathname === '/') url.pathname = DEFAULT_PATH;
  url.hash = '';
  return url;
}

function startAt(endpoint: URL): Target['startAt'] {
  const host = hostOf(endpoint);
  const isOurs = endpoint.protocol === 'http:' && endpoint.pathname === DEFAULT_PATH;
  if (!isOurs || !isLoopback(host)) return null;
  // A name may stand for two addresses; the bridge tries both, so the server needs only one.
  return {
    host: host === 'localhost' ? '127.0.0.1' : host,
    port: Number(endpoint.port || HTTP_PORT),
  };
}

/** The data folder of a server that is started from here: its log goes there too. */
export function dataFolder({ env }: Pick<TargetSource, 'env'>): string {
  const path = env['ASKONCE_DATA_DIR'] || '~/.askonce';
  return path.startsWith('~/') ? join(homedir(), path.slice(2)) : resolve(path);
}
