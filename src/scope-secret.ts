// Owns the secret from which the names of scopes and the seals of what is stored are made: the same on all replicas,
// and not in the cache database.
import { hkdfSync, scryptSync } from 'node:crypto';

import type { Config } from './config.ts';
import type { Logger } from './logger.ts';

export interface ScopeSecret {
  /** 32 bytes, others for each use. */
  keyFor(use: 'scopes' | 'plans' | 'sessions' | 'conversations'): Buffer;
}

type Parts = Pick<Config, 'CACHE_SECRET' | 'DATABASE_URL' | 'CACHE_DATABASE_URL'>;

const KEY_BYTES = 32;
const SALT = 'askonce scopes of the password in DATABASE_URL';

export function scopeSecret(config: Parts, logger: Logger): ScopeSecret {
  const password = config.DATABASE_URL === undefined ? '' : passwordOf(config.DATABASE_URL);
  if (config.CACHE_SECRET === undefined && password === '' && config.CACHE_DATABASE_URL) {
    logger.warn(
      'whoever writes to the cache database can forge what is known: set CACHE_SECRET, as DATABASE_URL has no password',
    );
  }
  // A password can be guessed, and what is sealed with it tells when the guess is right: let each take a while.
  const secret = config.CACHE_SECRET ?? scryptSync(`password ${password}`, SALT, KEY_BYTES);
  return {
    keyFor: (use) => Buffer.from(hkdfSync('sha256', secret, '', `askonce ${use}`, KEY_BYTES)),
  };
}

function passwordOf(url: string): string {
  const { password, searchParams } = new URL(url);
  return decodeURIComponent(password) || (searchParams.get('password') ?? '');
}
