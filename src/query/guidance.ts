// Owns what an agent is told when rows are not served: the candidates to confirm, or what it needs to
// write the SQL right the first time. Bounded: guidance must not flood a context.
import type { SchemaExcerpt } from '../schema/render.ts';
import { matchOf } from './choose.ts';
import { WRITTEN_BY_OTHERS, shownQuestion } from './shown.ts';
import type { Recalled } from './recall.ts';
import type { Asked } from './scope.ts';

export interface Example {
  readonly question: string;
  readonly sql: string;
}

export interface ConfirmDocument {
  readonly status: 'confirm';
  readonly notice: string;
  readonly question: string;
  readonly candidates: ReadonlyArray<{
    readonly id: string;
    readonly question: string;
    readonly sql: string;
    readonly similarity: number;
    readonly confidence: number;
    readonly differences: readonly string[];
  }>;
  readonly schema: SchemaExcerpt;
  readonly examples: readonly Example[];
  readonly hint: string;
}

export interface NeedsSqlDocument {
  readonly status: 'needs_sql';
  readonly notice: string;
  readonly question: string;
  readonly schema: SchemaExcerpt;
  readonly examples: readonly Example[];
  readonly hint: string;
}

const MAX_EXAMPLES = 3;
const MAX_SQL_CHARS = 1500;
const CONFIRM_HINT =
  'If one candidate asks exactly the same, call ask again with accept set to its id. ' +
  'Otherwise write the SQL and call query with the same question.';
const NEEDS_SQL_HINT =
  'Write one read-only PostgreSQL SELECT and call query with this question and the SQL. These tables seem ' +
  'to fit; search_schema finds others.';
const NOT_SELF_CONTAINED_HINT =
  'The question depends on the conversation: repeat it as a full sentence so that it can be remembered. ';

interface GuidanceParts {
  readonly asked: Asked;
  readonly recalled: Recalled;
  readonly schema: SchemaExcerpt;
  /** A statement as it is shown to who did not write it. */
  readonly shownSql: (sql: string) => string;
}

export function documentOf(parts: GuidanceParts): ConfirmDocument | NeedsSqlDocument {
  const isOffer = parts.recalled.candidates.length > 0;
  return (isOffer ? confirmDocument : needsSqlDocument)(parts);
}

function confirmDocument(parts: GuidanceParts): ConfirmDocument {
  const { asked, recalled, schema, shownSql } = parts;
  return {
    status: 'confirm',
    notice: WRITTEN_BY_OTHERS,
    question: shownQuestion(asked.question),
    candidates: recalled.candidates.map((candidate) => {
      const { id, question, similarity, confidence } = matchOf(candidate);
      return {
        id,
        question: shownQuestion(question),
        sql: cut(shownSql(candidate.neighbour.plan.sql), MAX_SQL_CHARS),
        similarity,
        confidence,
        differences: candidate.decision.differences,
      };
    }),
    schema,
    examples: examplesOf(parts),
    hint: CONFIRM_HINT,
  };
}

function needsSqlDocument(parts: GuidanceParts): NeedsSqlDocument {
  const { asked, schema } = parts;
  return {
    status: 'needs_sql',
    notice: WRITTEN_BY_OTHERS,
    question: shownQuestion(asked.question),
    schema,
    examples: examplesOf(parts),
    hint: (asked.isSelfContained ? '' : NOT_SELF_CONTAINED_HINT) + NEEDS_SQL_HINT,
  };
}

/** Nearest known questions over other plans than those offered. */
function examplesOf({ recalled: { nearest, candidates }, shownSql }: GuidanceParts): Example[] {
  const shown = new Set(candidates.map(({ neighbour }) => neighbour.plan.id));
  const examples: Example[] = [];
  for (const { plan, question } of nearest) {
    if (shown.has(plan.id) || examples.length >= MAX_EXAMPLES) continue;
    shown.add(plan.id);
    examples.push({
      question: shownQuestion(question),
      sql: cut(shownSql(plan.sql), MAX_SQL_CHARS),
    });
  }
  return examples;
}

function cut(text: string, maxChars: number): string {
  return text.length <= maxChars ? text : `${text.slice(0, maxChars - 1)}…`;
}
