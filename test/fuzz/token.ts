// Owns the fuzzer of who is let in: bearer tokens and JWTs that were edited, forged, or signed over what makes no
// sense. Nobody is let in but by a token that was given out, or that its issuer could as well have given out.
import { AS_LOGIN } from '../../src/db/identity.ts';
import { isAppError } from '../../src/errors.ts';
import { createAuthenticate, hashedToken } from '../../src/http/auth.ts';
import { createTokenVerifier } from '../../src/http/oauth.ts';
import { createIdentify } from '../../src/identify.ts';
import { createLogger } from '../../src/logger.ts';
import type { Principal } from '../../src/query/context.ts';
import { startAuthorizationServer } from '../support/authorization-server.ts';
import { Finding } from './fuzzer.ts';
import type { Fuzzer } from './fuzzer.ts';
import { createMemoryBound } from './memory-bound.ts';
import {
  ADMIN_SCOPE,
  AUDIENCE,
  CLEAR,
  SCOPE,
  SECRET,
  keysOf,
  makeHeader,
  payloadOf,
} from './token-forgeries.ts';
import type { Given, Keys } from './token-forgeries.ts';

const ANSWER_MS = 2000;
/** How long the tokens of the authorization server last, and by how much a clock may differ. */
const LIFE_MS = 600_000;
const TOLERANCE_MS = 30_000;

export const tokenFuzzer: Fuzzer = {
  about: 'bearer tokens and JWTs, edited, forged and oddly signed: nobody else is let in',
  async start(t) {
    const server = await startAuthorizationServer(t);
    const base = Date.now();
    const clock = { now: base };
    const verify = createTokenVerifier({
      issuer: server.issuer,
      jwksUrl: server.jwksUrl,
      audience: AUDIENCE,
      scope: SCOPE,
      adminScope: ADMIN_SCOPE,
      identify: createIdentify([
        { setting: 'app.user', claim: 'sub' },
        { setting: 'app.claims', claim: '*' },
      ]),
      logger: createLogger('silent'),
      now: () => clock.now,
    });
    const authenticate = createAuthenticate({
      tokens: [
        { token: CLEAR, principal: { name: 'clear', role: 'user', identity: AS_LOGIN } },
        {
          token: hashedToken(SECRET),
          principal: { name: 'hashed', role: 'admin', identity: AS_LOGIN },
        },
      ],
      verify,
    });
    const keys = await keysOf(server);
    const memory = createMemoryBound(() => process.memoryUsage().rss);
    return {
      lanes: 1,
      async attempt(chance) {
        clock.now = base + chance.pick([0, 0, 0, 30_000, 120_000, LIFE_MS + TOLERANCE_MS + 60_000]);
        const given = await makeHeader(keys, chance);
        const begunAt = performance.now();
        const told = await ask(authenticate, given.header);
        const ms = performance.now() - begunAt;
        const input = String(given.header);
        if (ms > ANSWER_MS) throw new Finding(`it takes ${Math.round(ms)} ms`, input);
        if (typeof told === 'string') return told;
        const fault = faultOf(told, given, keys, clock.now);
        if (fault !== null) throw new Finding(`lets in ${JSON.stringify(told)}: ${fault}`, input);
        return `let in as ${told.role}`;
      },
      settle: () => Promise.resolve(memory.require()),
      figures: () => memory.figures(),
    };
  },
};

/** The code of the refusal, or who was let in. */
async function ask(
  authenticate: ReturnType<typeof createAuthenticate>,
  header: string | undefined,
): Promise<Principal | string> {
  try {
    return await authenticate(header);
  } catch (error) {
    if (isAppError(error, 'UNAUTHENTICATED') || isAppError(error, 'FORBIDDEN')) return error.code;
    const what = isAppError(error) ? error.code : String((error as Error)?.stack);
    throw new Finding(`ends in ${what}`, String(header), { cause: error });
  }
}

/** Why it should not have been let in; null where it may be. */
function faultOf(
  told: Principal,
  { header = '', signed }: Given,
  keys: Keys,
  now: number,
): string | null {
  const whole = header.split(' ').find((word) => keys.tokens.includes(word));
  if (whole === CLEAR) return told.name === 'clear' && told.role === 'user' ? null : 'another';
  if (whole === SECRET) return told.name === 'hashed' && told.role === 'admin' ? null : 'another';
  const text = whole === undefined ? signed : payloadOf(whole);
  if (text === null) return 'nobody gave that token out';
  return faultOfClaims(told, JSON.parse(text) as Claims, keys.server.issuer, now);
}

type Claims = Readonly<Record<string, unknown>>;

/** What a resource server must have seen to, said once more and otherwise. */
function faultOfClaims(
  told: Principal,
  claims: Claims,
  issuer: string,
  now: number,
): string | null {
  const { sub, aud, iss, exp, nbf } = claims;
  const scopes = wordsOf(claims['scope'] ?? claims['scp']);
  if (typeof sub !== 'string' || !/^[^\p{C}]{1,200}$/u.test(sub)) return 'of no subject';
  if (told.name !== `oauth:${sub}`) return 'another subject';
  const user = told.identity.settings.find(([name]) => name === 'app.user')?.[1];
  if (user !== sub) return 'as another in the database';
  if (![aud].flat().includes(AUDIENCE)) return 'for another resource';
  if (iss !== issuer) return 'of another issuer';
  if (typeof exp !== 'number' || exp * 1000 <= now - TOLERANCE_MS) return 'expired';
  if (nbf !== undefined && (nbf as number) * 1000 > now + TOLERANCE_MS) return 'not yet valid';
  if (['nonce', 'at_hash', 'events'].some((claim) => claim in claims)) return 'no access token';
  if (!scopes.includes(SCOPE)) return 'without the scope';
  const isAdmin = scopes.includes(ADMIN_SCOPE);
  return isAdmin === (told.role === 'admin') ? null : 'in another role';
}

const wordsOf = (said: unknown): readonly unknown[] =>
  typeof said === 'string' ? said.split(' ') : [said].flat();
