// Owns what /readyz tells: whether queries can be answered, and what is missing beside that.
import type { Cache } from './cache/cache.ts';
import type { Verifier } from './cache/verifier.ts';
import type { Config } from './config.ts';
import type { OpenDatabase } from './databases.ts';
import type { Embedder } from './embedding/embedder.ts';
import type { Freshness, FreshnessStatus } from './freshness/freshness.ts';
import type { Readiness } from './http/server.ts';
import type { Posture } from './posture.ts';

const READY_TTL_MS = 1000;

interface ReadinessParts {
  readonly data: OpenDatabase;
  readonly freshness: Pick<Freshness, 'status'>;
  readonly cache: Cache;
  readonly embedder: Embedder | null;
  readonly verifier: Verifier | null;
  readonly config: Config;
  readonly posture: Pick<Posture, 'findings'>;
  readonly now: () => number;
}

/** Ready means: queries can be answered. A missing cache or model degrades, and is named. */
export function createReadiness(parts: ReadinessParts): () => Promise<Readiness> {
  let last: { readonly at: number; readonly database: string } | null = null;
  return async () => {
    // A failure is not held on to: recovery shows at once.
    if (last?.database !== 'ok' || parts.now() - last.at > READY_TTL_MS) {
      const database = await parts.data.pool
        .query('SELECT 1')
        .then(() => 'ok')
        .catch(() => 'unavailable');
      last = { at: parts.now(), database };
    }
    return {
      ready: last.database === 'ok',
      checks: {
        database: last.database,
        role: roleOf(parts.posture),
        cache: parts.cache.available ? 'ok' : 'unavailable: answers are not shared or kept',
        embedding: parts.embedder
          ? 'ok'
          : `model ${parts.config.EMBEDDING_MODEL} not loaded: rephrasings are not recognised`,
        changes: changesOf(await parts.freshness.status(), parts.config),
        verifier: parts.verifier ? 'ok' : 'not loaded: rephrasings are offered, never served',
      },
    };
  };
}

/** Whoever asks needs no token: what exactly it can do is for the log and server_status. */
function roleOf({ findings }: Pick<Posture, 'findings'>): string {
  if (findings === null) return 'not looked at yet';
  return findings.some(({ isHarmful }) => isHarmful)
    ? 'can do more than read: see the log, or server_status'
    : 'ok';
}

/** Where writes are learned from, and how late at most. */
function changesOf(
  { source, boundMs, unlogged, fault }: FreshnessStatus,
  {
    CACHE_TTL_SECONDS: ttl,
    STALE_WHILE_REVALIDATE_SECONDS: stale,
  }: Pick<Config, 'CACHE_TTL_SECONDS' | 'STALE_WHILE_REVALIDATE_SECONDS'>,
): string {
  if (source === 'unseen') return 'unseen: known rows are not served';
  const bound =
    boundMs === null
      ? `a write may be seen ${ttl} s late`
      : `a write is seen within ${Math.ceil(boundMs / 1000)} s`;
  return [
    `${source}: ${bound}`,
    ...(unlogged > 0
      ? [`because of ${unlogged} of the tables asked for that it does not cover`]
      : []),
    ...(stale > 0 ? [`rows up to ${stale} s old are served while they are read anew`] : []),
    ...(fault === null ? [] : [`REPLICATION_URL is not used: ${fault}`]),
  ].join('; ');
}
