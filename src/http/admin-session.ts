// Owns how a browser stays signed in: a cookie that holds the bearer token, sealed, so that any replica knows it and
// the token is judged anew with each request. Nothing is kept here.
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';
import type { IncomingMessage } from 'node:http';

export interface AdminSessions {
  /** The value of set-cookie. */
  begin(token: string): string;
  end(): string;
  /** The token of whoever has signed in; null for nobody, or when it was too long ago. */
  tokenOf(request: IncomingMessage): string | null;
  /** What a page of ours must say with each call: another site's page cannot read it. */
  csrfOf(request: IncomingMessage): string;
  isCsrf(request: IncomingMessage): boolean;
}

export interface AdminSessionsOptions {
  /** 32 bytes, the same on all replicas. */
  readonly key: Buffer;
  /** Of the cookie: two servers on one host have each its own. */
  readonly name: string;
  /** Whether browsers reach it by https. */
  readonly isSecure: boolean;
  readonly now: () => number;
}

export const CSRF_HEADER = 'x-askonce-csrf';
const LIFE_MS = 12 * 60 * 60 * 1000;
const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

export function createAdminSessions(options: AdminSessionsOptions): AdminSessions {
  const { key, name, isSecure, now } = options;
  const attributes = `; Path=/admin; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`;

  function sealed(text: string): string {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(CIPHER, key, iv);
    const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64url');
  }

  function opened(value: string): string | null {
    const bytes = Buffer.from(value, 'base64url');
    if (bytes.length < IV_BYTES + TAG_BYTES) return null;
    const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, IV_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
    try {
      const body = decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES));
      return Buffer.concat([body, decipher.final()]).toString('utf8');
    } catch {
      return null;
    }
  }

  const cookieOf = ({ headers }: IncomingMessage): string =>
    (headers.cookie ?? '')
      .split(/;\s*/)
      .find((one) => one.startsWith(`${name}=`))
      ?.slice(name.length + 1) ?? '';

  const csrfOf = (request: IncomingMessage): string =>
    createHmac('sha256', key)
      .update(`csrf ${cookieOf(request)}`)
      .digest('base64url');

  return {
    csrfOf,
    begin: (token) =>
      `${name}=${sealed(JSON.stringify([now() + LIFE_MS, token]))}; Max-Age=${LIFE_MS / 1000}${attributes}`,
    end: () => `${name}=; Max-Age=0${attributes}`,
    tokenOf(request) {
      const text = opened(cookieOf(request));
      if (text === null) return null;
      const [until, token] = JSON.parse(text) as [number, string];
      return until > now() ? token : null;
    },
    isCsrf(request) {
      const given = Buffer.from(String(request.headers[CSRF_HEADER] ?? ''));
      const expected = Buffer.from(csrfOf(request));
      return given.length === expected.length && timingSafeEqual(given, expected);
    },
  };
}
