// Owns how many connections this process may hold: its part of what the server has, shared with the other
// replicas and, where both are on one server, between data and cache. "Too many clients" is never reached
// by askonce, however many callers come.
import type { Logger } from '../logger.ts';
import type { Pool } from './pool.ts';

export interface BudgetOptions {
  readonly data: Pool;
  readonly dataMax: number;
  /** Null where the cache is embedded. */
  readonly cache: { readonly pool: Pool; readonly max: number } | null;
  /** How many processes share the server of this name. */
  readonly replicas: (server: string) => Promise<number>;
  readonly logger: Logger;
}

export interface Budget {
  /** Asks the servers and sets the pools' limits; what cannot be asked leaves them as they are. */
  refresh(): Promise<void>;
}

export interface ServerLimits {
  /** Address and port as the server itself sees them: the URL may name it otherwise. */
  readonly server: string;
  readonly max_connections: number;
  /** Kept for superusers and pg_use_reserved_connections. */
  readonly reserved: number;
  /** Of the role and of the database; negative where there is none. */
  readonly role_limit: number;
  readonly database_limit: number;
}

/** For whoever else uses the server: psql, a migration, a backup. */
const HEADROOM = 3;
const HEADROOM_SHARE = 0.1;
/** That looks for changes beside the statements, and that hears of other replicas. */
const WATCHING = 1;
const LISTENING = 1;
/** Of one server's connections, where it holds both. */
const CACHE_SHARE = 1 / 3;

const LIMITS_SQL = `
  SELECT coalesce(host(inet_server_addr()), 'local') || ':' || current_setting('port') AS server,
    current_setting('max_connections')::int AS max_connections,
    current_setting('superuser_reserved_connections')::int
      + coalesce(current_setting('reserved_connections', true)::int, 0) AS reserved,
    (SELECT rolconnlimit FROM pg_roles WHERE rolname = current_user) AS role_limit,
    (SELECT datconnlimit FROM pg_database WHERE datname = current_database()) AS database_limit`;

export function createBudget(options: BudgetOptions): Budget {
  const { data, cache, logger } = options;
  /** A cache that is down says nothing of how many replicas there are: the last count holds. */
  let live = 1;
  let told = '';

  async function refresh(): Promise<void> {
    const limits = await limitsOf(data);
    live = await options.replicas(limits.server).catch(() => live);
    const isShared = cache !== null && (await isSameServer(cache.pool, limits.server));
    const { dataMax, cacheMax } = divide(limits, {
      live,
      dataMax: options.dataMax,
      cacheMax: isShared ? cache.max : 0,
    });
    data.limit(dataMax);
    if (isShared) cache.pool.limit(cacheMax);
    const now = `${dataMax} of ${limits.max_connections}, ${live} replicas`;
    if (now !== told) logger.info({ dataMax, ...limits, live }, 'connection budget');
    told = now;
  }

  return {
    async refresh() {
      try {
        await refresh();
      } catch (error) {
        logger.debug({ error: String(error) }, 'connection budget not refreshed');
      }
    },
  };
}

async function limitsOf(pool: Pool): Promise<ServerLimits> {
  const [row] = await pool.query<ServerLimits & Record<string, unknown>>(LIMITS_SQL);
  return row!;
}

async function isSameServer(cache: Pool, server: string): Promise<boolean> {
  return await limitsOf(cache).then(
    (limits) => limits.server === server,
    () => true,
  );
}

interface Parties {
  readonly live: number;
  readonly dataMax: number;
  /** 0 where the cache is on another server. */
  readonly cacheMax: number;
}

/** What each pool may hold at most; each has one at least. */
export function divide(
  { max_connections: max, reserved, role_limit: role, database_limit: database }: ServerLimits,
  { live, dataMax, cacheMax }: Parties,
): { readonly dataMax: number; readonly cacheMax: number } {
  const headroom = Math.max(HEADROOM, Math.ceil(max * HEADROOM_SHARE));
  const ofServer = Math.max(0, max - reserved - headroom);
  const usable = Math.min(ofServer, ...[role, database].filter((limit) => limit >= 0));
  const part = Math.floor(usable / Math.max(1, live));
  const ofCache =
    cacheMax === 0 ? 0 : Math.min(cacheMax + LISTENING, Math.floor(part * CACHE_SHARE));
  return {
    dataMax: Math.max(1, Math.min(dataMax, part - ofCache - WATCHING)),
    cacheMax: Math.max(1, ofCache - LISTENING),
  };
}
