// Owns headers that ask to be let in: with tokens that were given out, edited, put together otherwise, forged with what
// everybody can read, signed by strangers, and signed by the issuer over what makes no sense.
import { createHmac } from 'node:crypto';

import { SignJWT, exportJWK, exportSPKI, generateKeyPair } from 'jose';
import type { CryptoKey } from 'jose';

import { hashedToken } from '../../src/http/auth.ts';
import type { AuthorizationServer } from '../support/authorization-server.ts';
import type { Chance } from './chance.ts';

export const AUDIENCE = 'https://askonce.example.org/mcp';
export const SCOPE = 'askonce:read';
export const ADMIN_SCOPE = 'askonce:admin';
export const CLEAR = 'a-token-in-the-clear-0123456789';
export const SECRET = 'a-token-of-which-the-hash-is-known';

export interface Keys {
  readonly server: AuthorizationServer;
  /** Of somebody who is no issuer. */
  readonly strangers: ReadonlyArray<readonly [algorithm: string, key: CryptoKey]>;
  /** What everybody can read, taken for a secret. */
  readonly published: readonly string[];
  /** Given out: a header that carries one of them whole may let its holder in. */
  readonly tokens: readonly string[];
  readonly jwts: readonly string[];
}

/** A header, and what its token says if the issuer has signed it. */
export interface Given {
  readonly header: string | undefined;
  readonly signed: string | null;
}

const encoded = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

const ALGORITHMS = [
  'none',
  'None',
  'nOnE',
  '',
  'HS256',
  'HS384',
  'HS512',
  'RS256',
  'ES256',
  'ES256K',
  'EdDSA',
  'PS256',
  'dir',
  'A128KW',
  null,
  5,
  ['ES256'],
  {},
];
const KIDS = [
  'one',
  'two',
  '',
  '../../../dev/null',
  "' OR 1=1 --",
  'ONE',
  'one\0',
  null,
  1,
  ['one'],
  {},
  'x'.repeat(5000),
  '__proto__',
];
const TYPES = [
  'at+jwt',
  'JWT',
  'application/at+jwt',
  'logout+jwt',
  'secevent+jwt',
  'id_token',
  '',
  null,
  5,
  'at+jwt\n',
  'AT+JWT',
];
const JUNK = [
  '\0',
  '\n',
  '\t',
  '.',
  '..',
  '=',
  '==',
  '+',
  '/',
  '-',
  '_',
  'é',
  '💥',
  '%00',
  '"',
  ',',
  ';',
  '\u202e',
  '\ud800',
  ' ',
  '\u00a0',
];
const ODD: readonly unknown[] = [
  null,
  0,
  -1,
  Number.MIN_VALUE,
  2 ** 53,
  '',
  'x',
  [],
  {},
  true,
  ['a', ['b']],
  { toString: 1 },
  { toString: null, valueOf: null },
  [{ toString: 1 }],
  '\ud800',
  'a\nb',
  'a'.repeat(300),
  '__proto__',
  { __proto__: null },
  Number.MAX_VALUE,
  '9'.repeat(400),
  [[[[[]]]]],
];
const CLAIMS = [
  'sub',
  'aud',
  'iss',
  'exp',
  'nbf',
  'iat',
  'scope',
  'scp',
  'nonce',
  'events',
  'at_hash',
  'jti',
  'client_id',
  '__proto__',
  'constructor',
];

export async function keysOf(server: AuthorizationServer): Promise<Keys> {
  const stranger = async (algorithm: string): Promise<readonly [string, CryptoKey]> => [
    algorithm,
    (await generateKeyPair(algorithm)).privateKey,
  ];
  const jwk = await exportJWK(server.publicKey);
  const pem = await exportSPKI(server.publicKey);
  const jwts = await Promise.all([
    server.token({ sub: 'alice', aud: AUDIENCE, scope: SCOPE }),
    server.token({ sub: 'root', aud: [AUDIENCE, 'x'], scope: `${SCOPE} ${ADMIN_SCOPE}` }),
    server.token({ sub: 'bob', aud: AUDIENCE, scp: [SCOPE] }, { typ: 'JWT' }),
  ]);
  return {
    server,
    strangers: await Promise.all(['ES256', 'ES384', 'RS256', 'EdDSA'].map(stranger)),
    published: [pem, pem.trim(), JSON.stringify(jwk), String(jwk.x), '', server.issuer],
    tokens: [CLEAR, SECRET, ...jwts],
    jwts,
  };
}

export const payloadOf = (jwt: string): string =>
  Buffer.from(jwt.split('.')[1]!, 'base64url').toString();

export async function makeHeader(keys: Keys, chance: Chance): Promise<Given> {
  const kind = chance.weighted<() => Promise<Given> | Given>([
    [6, () => unsigned(edited(chance.pick(keys.tokens), chance))],
    [3, () => unsigned(reassembled(chance.pick(keys.jwts), chance))],
    [2, () => unsigned(confused(keys, chance))],
    [1, () => byStranger(keys, chance)],
    [3, () => byIssuer(keys, chance)],
    [1, () => unsigned(chance.pick(keys.tokens))],
    [0.5, () => unsigned(hashedToken(chance.pick([CLEAR, SECRET])))],
    [0.2, () => unsigned('x'.repeat(chance.pick([10, 16_384, 16_385, 1_000_000])))],
  ]);
  const { header: token = '', signed } = await kind();
  return { header: headerOf(token, chance), signed };
}

const unsigned = (token: string): Given => ({ header: token, signed: null });

const headerOf = (token: string, chance: Chance): string | undefined =>
  chance.weighted<string | undefined>([
    [12, `Bearer ${token}`],
    [1, `bearer ${token}`],
    [1, `BEARER ${token}`],
    [0.5, `Bearer  ${token}`],
    [0.5, `Bearer ${token} x`],
    [0.5, `Bearer x ${token}`],
    [0.5, `Bearer\t${token}`],
    [0.5, `Basic ${token}`],
    [0.5, `DPoP ${token}`],
    [0.5, token],
    [0.5, `Bearer ${token}, Bearer ${token}`],
    [0.2, undefined],
    [0.2, ''],
  ]);

/** Its text alone. */
function edited(token: string, chance: Chance): string {
  const at = chance.below(token.length + 1);
  const [before, behind] = [token.slice(0, at), token.slice(at)];
  return chance.weighted<() => string>([
    [3, () => before + chance.pick(JUNK) + behind],
    [3, () => before + chance.letterOf('ABCabc019-_') + behind.slice(1)],
    [2, () => before],
    [1, () => behind],
    [1, () => before + behind.slice(1 + chance.below(5))],
    [1, () => token.toUpperCase()],
    [1, () => token + token],
    [1, () => `${token}${chance.pick(JUNK)}`],
    // The last letter of a signature has bits that nobody reads.
    [2, () => token.slice(0, -1) + chance.letterOf('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghij-_')],
    [1, () => token.replaceAll('-', '+').replaceAll('_', '/')],
    [1, () => token.split('').reverse().join('')],
    [1, () => encodeURIComponent(token) + chance.pick(['', '%20'])],
  ])();
}

const oddHeader = (chance: Chance): object => ({
  alg: chance.pick(ALGORITHMS),
  kid: chance.pick(KIDS),
  typ: chance.pick(TYPES),
  ...(chance.is(0.2) && { b64: false, crit: ['b64'] }),
  ...(chance.is(0.1) && { crit: ['exp'] }),
  ...(chance.is(0.1) && { jku: 'http://127.0.0.1:1/keys', x5u: 'http://127.0.0.1:1/x' }),
  ...(chance.is(0.1) && { jwk: { kty: 'oct', k: 'AAAA' }, x5c: ['AAAA'] }),
  ...(chance.is(0.1) && { zip: 'DEF', enc: 'A256GCM' }),
});

/** Parts of tokens that are good, put together otherwise. */
function reassembled(jwt: string, chance: Chance): string {
  const parts = jwt.split('.');
  const [header = '', payload = '', signature = ''] = parts;
  const claims = {
    ...(JSON.parse(payloadOf(jwt)) as object),
    [chance.pick(CLAIMS)]: chance.pick(ODD),
  };
  return chance.weighted<() => string>([
    [3, () => [encoded(oddHeader(chance)), payload, signature].join('.')],
    [3, () => [header, encoded({ ...claims, sub: 'root' }), signature].join('.')],
    [1, () => [header, payload, ''].join('.')],
    [1, () => [header, payload].join('.')],
    [1, () => [header, payload, signature, signature].join('.')],
    [1, () => [header, '', payload, signature, ''].join('.')],
    [1, () => [header, payload, encoded(Buffer.alloc(64).toString('latin1'))].join('.')],
    [1, () => [payload, header, signature].join('.')],
    [1, () => [header, encoded(chance.pick(ODD) ?? 'null'), signature].join('.')],
    [1, () => [encoded('{'.repeat(1000)), payload, signature].join('.')],
    [1, () => JSON.stringify({ protected: header, payload, signature })],
  ])();
}

/** What the issuer publishes, taken for a key that both share; or no key at all. */
function confused(keys: Keys, chance: Chance): string {
  const algorithm = chance.pick(['HS256', 'HS384', 'HS512', 'none']);
  const header = {
    alg: algorithm,
    kid: 'one',
    typ: 'at+jwt',
    ...(chance.is(0.3) && oddHeader(chance)),
  };
  const exp = Math.floor(Date.now() / 1000) + 600;
  const claims = {
    iss: keys.server.issuer,
    aud: AUDIENCE,
    sub: 'root',
    scope: `${SCOPE} ${ADMIN_SCOPE}`,
    exp,
  };
  const text = `${encoded(header)}.${encoded(claims)}`;
  if (algorithm === 'none') return `${text}.${chance.pick(['', 'AA', 'none'])}`;
  const mac = createHmac(`sha${algorithm.slice(2)}`, chance.pick(keys.published)).update(text);
  return `${text}.${mac.digest('base64url')}`;
}

async function byStranger(keys: Keys, chance: Chance): Promise<Given> {
  const [alg, key] = chance.pick(keys.strangers);
  const jwt = await new SignJWT({
    iss: keys.server.issuer,
    aud: AUDIENCE,
    sub: 'root',
    scope: SCOPE,
  })
    .setProtectedHeader({ alg, typ: 'at+jwt', ...(chance.is(0.8) && { kid: 'one' }) })
    .setExpirationTime('10m')
    .sign(key);
  return unsigned(jwt);
}

/** The issuer's own hand, under claims that are odd, wrong or twice there. */
async function byIssuer({ server }: Keys, chance: Chance): Promise<Given> {
  const now = Math.floor(Date.now() / 1000);
  const well: Record<string, unknown> = {
    iss: server.issuer,
    aud: AUDIENCE,
    sub: 'carol',
    scope: SCOPE,
    exp: now + 600,
  };
  for (let changes = chance.below(3); changes > 0; changes -= 1)
    well[chance.pick(CLAIMS)] = chance.is(0.1) ? undefined : chance.pick(ODD);
  const text = JSON.stringify(well);
  const twice = `{${JSON.stringify(chance.pick(CLAIMS))}:${JSON.stringify(chance.pick(ODD)) ?? 'null'},${text.slice(1)}`;
  const signed = chance.weighted([
    [6, text],
    [2, twice],
    [0.5, JSON.stringify(chance.pick(ODD)) ?? 'null'],
    [0.5, text.slice(0, -1)],
  ]);
  const typ = chance.is(0.2) ? { typ: chance.pick(TYPES) as string } : {};
  const jwt = await server.sign(signed, typ);
  return { header: jwt, signed };
}
