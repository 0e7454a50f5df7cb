// Owns which scopes there are, for people: a scope's name is a keyed hash, which says nothing of whose it is. What is
// written here decides nothing.
import { LRUCache } from 'lru-cache';

import type { DatabaseIdentity } from '../db/identity.ts';
import type { Pool } from '../db/pool.ts';
import type { PlanScope } from './plan-store.ts';

/** One principal, as the database knows it, and where its questions and rows are kept. */
export interface ScopeEntry extends PlanScope {
  readonly resultScope: string;
  readonly principal: string;
  /** In the data database; null for the one that logs in. */
  readonly role: string | null;
  readonly settings: readonly (readonly [name: string, value: string])[];
}

export interface SeenScope extends ScopeEntry {
  readonly seenAt: Date;
}

/** Who asks. */
export interface Seen {
  readonly resultScope: string;
  readonly principal: { readonly name: string; readonly identity: DatabaseIdentity };
}

export interface ScopeRegister {
  /** Cheap where nothing of it is new; written with the next flush. */
  saw(scope: PlanScope, of: Seen): void;
  flush(): Promise<void>;
  /** Removes a batch of those that nobody asks in, and of which nothing is kept; returns how many went. */
  sweep(): Promise<number>;
  /** Of this deployment, those asked in last first. */
  list(): Promise<readonly SeenScope[]>;
}

const MAX_WRITTEN = 10_000;
/** Whoever goes on asking is written down again so often. */
const WRITTEN_FOR_MS = 60 * 60 * 1000;
/** What is more is asked for by its id alone. */
const MOST_LISTED = 20_000;
/** For a store that is away. */
const MAX_WAITING = 10_000;
const KEPT_FOR = '60 days';
const SWEEP_BATCH = 200;

/** @param deployment Name of the servers that share scopes. */
export function createScopeRegister(pool: Pool, deployment: string): ScopeRegister {
  const waiting = new Map<string, ScopeEntry>();
  const written = new LRUCache<string, string>({ max: MAX_WRITTEN, ttl: WRITTEN_FOR_MS });

  return {
    saw(scope, { resultScope, principal }) {
      // It is told with each call: one look, where nothing is new.
      if (written.get(resultScope) === scope.schemaVersion || waiting.size >= MAX_WAITING) return;
      written.set(resultScope, scope.schemaVersion);
      const { name, identity } = principal;
      waiting.set(resultScope, { ...scope, resultScope, principal: name, ...identity });
    },

    async flush() {
      if (waiting.size === 0) return;
      const entries = [...waiting.values()];
      await pool.query(
        `INSERT INTO askonce.scopes (result_scope, plan_scope, deployment, principal, role, settings, schema_version,
           model_id)
         SELECT "resultScope", "planScope", $2, principal, role, settings, "schemaVersion", "modelId"
         FROM jsonb_to_recordset($1) AS scope("resultScope" text, "planScope" text, principal text, role text,
           settings jsonb, "schemaVersion" text, "modelId" text)
         ON CONFLICT (result_scope) DO UPDATE SET plan_scope = excluded.plan_scope, seen_at = now(),
           schema_version = excluded.schema_version, model_id = excluded.model_id`,
        [JSON.stringify(entries), deployment],
      );
      for (const entry of entries)
        if (waiting.get(entry.resultScope) === entry) waiting.delete(entry.resultScope);
    },

    async sweep() {
      const rows = await pool.query(
        `DELETE FROM askonce.scopes WHERE result_scope IN (
           SELECT s.result_scope FROM askonce.scopes s
           WHERE s.seen_at < now() - interval '${KEPT_FOR}'
             AND NOT EXISTS (SELECT FROM askonce.plans pl WHERE pl.plan_scope = s.plan_scope)
             AND NOT EXISTS (SELECT FROM askonce.results r WHERE r.result_scope = s.result_scope)
             AND NOT EXISTS (SELECT FROM askonce.policies p WHERE p.level = s.plan_scope)
           LIMIT ${SWEEP_BATCH})
         RETURNING result_scope`,
      );
      return rows.length;
    },

    async list() {
      const rows = await pool.query<ScopeRow>(
        `SELECT plan_scope, result_scope, principal, role, settings, schema_version, model_id, seen_at
         FROM askonce.scopes WHERE deployment = $1 ORDER BY seen_at DESC LIMIT ${MOST_LISTED}`,
        [deployment],
      );
      return rows.map((row) => ({
        planScope: row.plan_scope,
        resultScope: row.result_scope,
        principal: row.principal,
        role: row.role,
        settings: row.settings,
        schemaVersion: row.schema_version,
        modelId: row.model_id,
        seenAt: row.seen_at,
      }));
    },
  };
}

interface ScopeRow {
  readonly [column: string]: unknown;
  readonly plan_scope: string;
  readonly result_scope: string;
  readonly principal: string;
  readonly role: string | null;
  readonly settings: ScopeEntry['settings'];
  readonly schema_version: string;
  readonly model_id: string;
  readonly seen_at: Date;
}
