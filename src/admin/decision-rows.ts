// Owns logged decisions as people read them: what was decided about two questions, why, and what turned out.
import type { ReboundRecord } from '../cache/decision-log.ts';
import type { Frames } from '../cache/frame-summary.ts';
import type { ScopeChoice, ScopeLabel } from './scopes.ts';

export interface DecisionDocument {
  readonly id: string;
  readonly decided_at: string;
  readonly question: string;
  readonly earlier_question: string;
  readonly entry_id: string;
  readonly scope: ScopeLabel;
  readonly outcome: 'hit' | 'rebound' | 'confirm' | 'miss';
  readonly rule: string;
  readonly risk: 'figure' | 'list' | 'never' | null;
  readonly similarity: number;
  readonly probability: number;
  readonly margin: number | null;
  readonly differences: readonly string[];
  readonly frames: Frames;
  /** Whether the agent was asked for a verdict. */
  readonly is_checked: boolean;
  readonly label: 'same' | 'different' | null;
  readonly label_source: 'report' | 'accept' | 'sql' | 'rows' | 'review' | null;
  /** Of the earlier question; null where it is gone. */
  readonly sql: string | null;
  /** What ran in its place, where values were exchanged. */
  readonly rebound: ReboundRecord | null;
}

export interface DecisionRow {
  readonly [column: string]: unknown;
  readonly id: string;
  readonly decided_at: Date;
  readonly plan_scope: string;
  readonly question: string;
  readonly question_key: Buffer;
  readonly earlier_question: string;
  readonly phrasing_id: string;
  readonly plan_id: string;
  readonly outcome: DecisionDocument['outcome'];
  readonly rule: string;
  readonly risk: DecisionDocument['risk'];
  readonly similarity: number;
  readonly probability: number;
  readonly margin: number | null;
  readonly differences: readonly string[];
  readonly frames: Frames;
  readonly is_checked: boolean;
  readonly label: DecisionDocument['label'];
  readonly label_source: DecisionDocument['label_source'];
  readonly sql: string | null;
  readonly rebound: ReboundRecord | null;
}

/** Of decisions `d`. */
export const DECISION_COLUMNS = `d.id::text AS id, d.decided_at, d.plan_scope, d.question, d.question_key,
  d.earlier_question, d.phrasing_id, d.plan_id, d.outcome, d.rule, d.risk, d.similarity::float8 AS similarity,
  d.probability::float8 AS probability, d.margin::float8 AS margin, d.differences, d.frames, d.is_checked, d.label,
  d.label_source, d.rebound, (SELECT pl.sql FROM askonce.plans pl WHERE pl.plan_scope = d.plan_scope AND pl.id = d.plan_id) AS sql`;

/** Of decisions `d` in the scopes $1: those that somebody should look at, of which one stands for all of its pair. */
export const OPEN_DECISIONS = `d.plan_scope = ANY ($1) AND (
  (d.label_source = 'report' AND d.label = 'different')
  OR (d.label IS NULL AND (d.outcome = 'confirm' OR d.is_checked)))`;
export const OPEN_COUNT_SQL = `SELECT count(DISTINCT (d.plan_scope, d.question_key, d.plan_id))::float8 AS open
  FROM askonce.decisions d WHERE ${OPEN_DECISIONS}`;

const DIGITS = 1e4;
export const rounded = (value: number): number => Math.round(value * DIGITS) / DIGITS;

export const decisionOf = (row: DecisionRow, choice: ScopeChoice): DecisionDocument => ({
  id: row.id,
  decided_at: row.decided_at.toISOString(),
  question: row.question,
  earlier_question: row.earlier_question,
  entry_id: row.plan_id,
  scope: choice.labelOf(row.plan_scope),
  outcome: row.outcome,
  rule: row.rule,
  risk: row.risk,
  similarity: rounded(row.similarity),
  probability: rounded(row.probability),
  margin: row.margin === null ? null : rounded(row.margin),
  differences: row.differences,
  frames: row.frames,
  is_checked: row.is_checked,
  label: row.label,
  label_source: row.label_source,
  sql: row.sql,
  rebound: row.rebound,
});
