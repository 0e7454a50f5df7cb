// Owns plans and phrasings as rows of PostgreSQL: what of them is sealed, and how they are read back.
import type { Phrasing } from './entities.ts';
import { NO_FACTS, type SqlFacts } from './facts.ts';
import type { Key } from './key.ts';
import type { NewPhrasing, PlanScope } from './plan-store.ts';
import type { Seal } from './seal.ts';
import type { Volatility } from './volatility.ts';

export interface PlanRow {
  readonly plan_scope: string;
  readonly schema_version: string;
  readonly model_id: string;
  readonly phrasing_id: string;
  readonly question: string;
  readonly question_key: Buffer;
  readonly origin: string;
  readonly made_by: string;
  readonly phrasing_seal: Buffer | null;
  readonly plan_id: string;
  readonly statement_key: Buffer;
  readonly sql: string;
  readonly params: string;
  readonly tables: string[];
  readonly facts: string;
  readonly volatility: Volatility;
  readonly plan_seal: Buffer | null;
  readonly similarity?: number;
}

export const PLAN_COLUMNS = `ph.plan_scope, ph.schema_version, ph.model_id, ph.id AS phrasing_id, ph.question,
  ph.question_key, ph.origin, ph.made_by, ph.seal AS phrasing_seal, pl.id AS plan_id, pl.statement_key, pl.sql,
  pl.params::text AS params, pl.tables, pl.facts::text AS facts, pl.volatility, pl.seal AS plan_seal`;

export const isPlanOurs = (row: PlanRow, seal: Seal): boolean =>
  seal.holds(planParts(row), row.plan_seal);

/** Null where one of the two was not stored by us, or not as it stands there. */
export function readPhrasing(row: PlanRow, seal: Seal): Phrasing | null {
  const isOurs = isPlanOurs(row, seal) && seal.holds(phrasingParts(row), row.phrasing_seal);
  if (!isOurs) return null;
  return {
    id: row.phrasing_id,
    question: row.question,
    madeBy: row.made_by,
    plan: {
      id: row.plan_id,
      statementKey: row.statement_key.toString('hex'),
      sql: row.sql,
      params: JSON.parse(row.params) as unknown[],
      tables: row.tables,
      // Plans of an earlier version lack what is read today.
      facts: { ...NO_FACTS, ...(JSON.parse(row.facts) as SqlFacts) },
      volatility: row.volatility,
    },
  };
}

export type StoredRow = Omit<PlanRow, 'phrasing_seal' | 'plan_seal' | 'similarity'>;

export interface SealedRow extends StoredRow {
  readonly phrasing_seal: Buffer;
  readonly plan_seal: Buffer;
}

export function writePhrasing(scope: PlanScope, entry: NewPhrasing, seal: Seal): SealedRow {
  const { plan } = entry;
  return sealed(
    {
      plan_scope: scope.planScope,
      schema_version: scope.schemaVersion,
      model_id: scope.modelId,
      phrasing_id: entry.id,
      question: entry.question,
      question_key: bytes(entry.questionKey),
      origin: entry.origin,
      made_by: entry.madeBy,
      plan_id: plan.id,
      statement_key: bytes(plan.statementKey),
      sql: plan.sql,
      params: JSON.stringify(plan.params),
      tables: [...plan.tables],
      facts: JSON.stringify(plan.facts),
      volatility: plan.volatility,
    },
    seal,
  );
}

export const sealed = (row: StoredRow, seal: Seal): SealedRow => ({
  ...row,
  plan_seal: seal.of(planParts(row)),
  phrasing_seal: seal.of(phrasingParts(row)),
});

const planParts = (row: StoredRow): string[] => [
  'plan',
  row.plan_scope,
  row.plan_id,
  row.statement_key.toString('hex'),
  row.schema_version,
  row.sql,
  row.params,
  row.facts,
  row.volatility,
  ...row.tables,
];

const phrasingParts = (row: StoredRow): string[] => [
  'phrasing',
  row.plan_scope,
  row.phrasing_id,
  row.model_id,
  row.schema_version,
  row.question,
  row.question_key.toString('hex'),
  row.origin,
  row.made_by,
  row.plan_id,
];

export function bytes(key: Key): Buffer {
  return Buffer.from(key, 'hex');
}
