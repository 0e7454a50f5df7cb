// Owns why a database cannot be reached, as far as codes tell: what an agent may know of it, what the
// operator should look at, and a log that speaks when this changes, not at every request.
import type { Logger } from '../logger.ts';

export interface Outage {
  readonly kind: 'refused' | 'unknown host' | 'password' | 'no database' | 'TLS' | 'no answer';
  /** Completes "The database cannot be reached right now: …"; null when nothing certain is known. */
  readonly reason: string | null;
  /** For the operator. */
  readonly check: string;
  /** Whether the same call may succeed later although nobody corrects a setting. */
  readonly mayPass: boolean;
}

const REFUSED: Outage = {
  kind: 'refused',
  reason: 'the connection is refused',
  check: 'Is the server up, and does it listen at the host and port (or socket) of the URL?',
  mayPass: true,
};
const UNKNOWN_HOST: Outage = {
  kind: 'unknown host',
  reason: 'its host name is unknown',
  check: 'Correct the host in the URL, or make its name resolve here.',
  mayPass: false,
};
const PASSWORD: Outage = {
  kind: 'password',
  reason: 'it refuses the password or the role',
  check: 'Correct user and password in the URL; pg_hba.conf of the server must let this role in.',
  mayPass: false,
};
const NO_DATABASE: Outage = {
  kind: 'no database',
  reason: 'there is no such database',
  check: 'Correct the name behind the last slash of the URL, or create that database.',
  mayPass: false,
};
const TLS: Outage = {
  kind: 'TLS',
  reason: 'its TLS certificate is not accepted',
  check:
    'Give the authority with sslrootcert=FILE in the URL, and the name the certificate is for.',
  mayPass: false,
};
const NO_ANSWER: Outage = {
  kind: 'no answer',
  reason: null,
  check: 'Look at the error, the network and the log of the server.',
  mayPass: true,
};

const BY_CODE: Readonly<Record<string, Outage>> = {
  ECONNREFUSED: REFUSED,
  // A socket's path that is not there.
  ENOENT: REFUSED,
  ENOTFOUND: UNKNOWN_HOST,
  '28P01': PASSWORD,
  '28000': PASSWORD,
  // Of a connection: of a statement it never comes here.
  '42501': PASSWORD,
  '3D000': NO_DATABASE,
  CERT_HAS_EXPIRED: TLS,
  CERT_NOT_YET_VALID: TLS,
  DEPTH_ZERO_SELF_SIGNED_CERT: TLS,
  SELF_SIGNED_CERT_IN_CHAIN: TLS,
  UNABLE_TO_GET_ISSUER_CERT: TLS,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: TLS,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: TLS,
  ERR_TLS_CERT_ALTNAME_INVALID: TLS,
};

export function outageOf(error: unknown): Outage {
  const { code } = Object(error) as { code?: unknown };
  const known = typeof code === 'string' && Object.hasOwn(BY_CODE, code);
  return known ? BY_CODE[code]! : NO_ANSWER;
}

/** Whether the server is there and does not let this role in, or to this database, any more. */
export function isLockOut(error: unknown): boolean {
  const { kind } = outageOf(error);
  return kind === 'password' || kind === 'no database';
}

export interface OutageLog {
  failed(error: unknown): void;
  served(): void;
}

/** @param setting that names the database, such as DATABASE_URL: a program may have several. */
export function createOutageLog(logger: Logger, setting: string): OutageLog {
  let last: Outage['kind'] | null = null;
  return {
    failed(error) {
      const { kind, check } = outageOf(error);
      if (kind === last) return;
      last = kind;
      logger.warn(
        { setting, cause: kind, error: messageOf(error), check },
        `the database of ${setting} cannot be reached`,
      );
    },
    served() {
      if (last !== null) logger.info({ setting }, `the database of ${setting} is reached again`);
      last = null;
    },
  };
}

/** A name with several addresses fails with an empty message and one error for each. */
function messageOf(error: unknown): string {
  const { message, errors } = Object(error) as { message?: unknown; errors?: unknown };
  const [first] = Array.isArray(errors) ? (errors as unknown[]) : [];
  return String(message || (first instanceof Error ? first.message : error));
}
