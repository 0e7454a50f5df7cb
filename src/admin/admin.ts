// Owns what operators can see and do, as one: the tools, the command line and the console are three faces of it.
import { setTimeout as sleep } from 'node:timers/promises';

import { storeDown } from '../cache/gate.ts';
import type { Cache } from '../cache/cache.ts';
import type { EvictionLimits } from '../cache/eviction.ts';
import type { Seal } from '../cache/seal.ts';
import type { Verifier } from '../cache/verifier.ts';
import type { Pool } from '../db/pool.ts';
import type { Embedder } from '../embedding/embedder.ts';
import type { Principal } from '../query/context.ts';
import type { Remember } from '../query/remember.ts';
import { createAnswers } from './answers.ts';
import type { Answers } from './answers.ts';
import { createAdminDecide } from './decide.ts';
import type { AdminDecide, DecidingView } from './decide.ts';
import { createEntries } from './entries.ts';
import type { Entries } from './entries.ts';
import { createForget } from './forget.ts';
import type { Forget } from './forget.ts';
import { createInspect } from './inspect.ts';
import type { Inspect } from './inspect.ts';
import { createAdminPolicy } from './policy.ts';
import type { AdminPolicy } from './policy.ts';
import { createReview } from './review.ts';
import type { Review } from './review.ts';
import { createAdminScopes } from './scopes.ts';
import type { AdminScopes } from './scopes.ts';
import { createReadStatements } from './statements.ts';
import type { ReadStatements, StatementsOptions } from './statements.ts';
import { createStats } from './stats.ts';
import type { StatsDocument, StatsRequest } from './stats.ts';
import { createTune } from './tune.ts';
import type { Tune } from './tune.ts';

/** Each rejects with OVERLOADED where the cache database is away. */
export interface Admin {
  readonly scopes: AdminScopes;
  readonly stats: (request: StatsRequest) => Promise<StatsDocument>;
  readonly search: Entries['search'];
  readonly inspect: Inspect;
  readonly answers: Answers;
  readonly decide: AdminDecide;
  readonly policy: AdminPolicy;
  readonly tune: Tune['tune'];
  readonly queue: Review['queue'];
  readonly judge: Review['judge'];
  readonly forget: Forget;
  readonly statements: ReadStatements;
}

export interface AdminOptions {
  /** Of the cache database. */
  readonly pool: Pool;
  readonly cache: Cache;
  readonly limits: EvictionLimits;
  readonly seal: Seal;
  readonly embedder: Embedder | null;
  readonly verifier: Verifier | null;
  readonly remember: Remember;
  readonly viewOf: (principal: Pick<Principal, 'identity'>) => DecidingView;
  /** As the role that logs in to the data database. */
  readonly login: Principal;
  readonly runQuery: StatementsOptions['runQuery'];
  readonly now: () => number;
}

const SETTLE_MS = 500;
const AGAIN = 'Wait retry_after_ms, then repeat the call.';

export function createAdmin(options: AdminOptions): Admin {
  const { pool, cache, embedder, verifier, remember, viewOf, now } = options;
  const { policies } = cache;
  const { guard, scoping } = viewOf(options.login);
  const scopes = createAdminScopes(cache.scopes);
  const entries = createEntries({ pool, cache, embedder, scopes });
  const tune = createTune({ pool, scopes, policies, verifier, now });
  const review = createReview({ pool, cache, scopes, scoping, remember });

  /** An operator is told at once what an agent never notices. */
  function reached<Args extends readonly unknown[], Result>(
    operation: (...args: Args) => Promise<Result>,
  ): (...args: Args) => Promise<Result> {
    return async (...args) => {
      if (!cache.available) throw storeDown(AGAIN);
      // What was just answered is there to be seen, unless there is too much of it.
      await Promise.race([cache.drain(), sleep(SETTLE_MS)]);
      return await operation(...args);
    };
  }

  return {
    scopes,
    stats: reached(createStats({ pool, cache, limits: options.limits, scopes, now })),
    search: reached(entries.search),
    inspect: reached(createInspect({ pool, entries, scopes })),
    answers: reached(createAnswers(pool, scopes)),
    decide: reached(createAdminDecide({ cache, cuts: verifier?.cuts ?? null, scopes, viewOf })),
    policy: reached(createAdminPolicy({ policies, scopes, effectOf: tune.effectOf })),
    tune: reached(tune.tune),
    queue: reached(review.queue),
    judge: reached(review.judge),
    forget: reached(createForget({ pool, cache, scopes, scoping, seal: options.seal, now })),
    statements: createReadStatements({ runQuery: options.runQuery, guard }),
  };
}
