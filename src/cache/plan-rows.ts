// Owns plans and phrasings as rows of PostgreSQL: what of them is sealed, and how they are read back.
import type { Float16Array } from '@petamoriken/float16';

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
  /** As halfvec_send gives it, where nearness was asked for; null for what has none. */
  readonly vector?: Buffer | null;
  readonly vector_seal?: Buffer | null;
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

/** The vector decides which questions are looked at, and how near: it belongs to the words that it was made of. */
export const isVectorOurs = (row: PlanRow, seal: Seal): boolean =>
  seal.holds(vectorParts(row, row.vector ?? EMPTY), row.vector_seal ?? null);

/** @param vector In the digits that are stored: the store rounds nothing then. */
export const sealOfVector = (row: StoredRow, vector: Float16Array, seal: Seal): Buffer =>
  seal.of(vectorParts(row, sent(vector)));

/** As halfvec_send has it: dimensions, nothing, numbers, all of them with the high byte first. */
function sent(vector: Float16Array): Buffer {
  const bits = new Uint16Array(vector.buffer, vector.byteOffset, vector.length);
  const bytesOf = Buffer.alloc(VECTOR_HEAD_BYTES + 2 * bits.length);
  bytesOf.writeUInt16BE(bits.length, 0);
  for (const [at, half] of bits.entries()) bytesOf.writeUInt16BE(half, VECTOR_HEAD_BYTES + 2 * at);
  return bytesOf;
}

const EMPTY = Buffer.alloc(0);
const VECTOR_HEAD_BYTES = 4;

const vectorParts = (
  { plan_scope: planScope, phrasing_id: id, model_id: modelId }: StoredRow,
  vector: Buffer,
): string[] => ['vector', planScope, id, modelId, vector.toString('base64')];

export type StoredRow = Omit<
  PlanRow,
  'phrasing_seal' | 'plan_seal' | 'similarity' | 'vector' | 'vector_seal'
>;

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
