// Owns what an agent is told when rows are not served: the candidates to confirm, or what it needs to
// write the SQL right the first time. Bounded: guidance must not flood a context.
import type { SchemaExcerpt } from '../schema/render.ts';
import { matchOf } from './choose.ts';
import type { Recalled } from './recall.ts';
import type { Asked } from './scope.ts';

export interface Example {
  readonly question: string;
  readonly sql: string;
}

export interface ConfirmDocument {
  readonly status: 'confirm';
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
  readonly question: string;
  readonly schema: SchemaExcerpt;
  readonly examples: readonly Example[];
  readonly hint: string;
}

const MAX_EXAMPLES = 3;
const MAX_SQL_CHARS = 1500;
const MAX_QUESTION_CHARS = 300;
const CONFIRM_HINT =
  'If one candidate asks exactly the same, call ask again with accept set to its id. ' +
  'Otherwise write the SQL and call query with the same question.';
const NEEDS_SQL_HINT =
  'Write one read-only PostgreSQL SELECT and call query with this question and the SQL. These tables seem ' +
  'to fit; search_schema finds others.';
const NOT_SELF_CONTAINED_HINT =
  'The question depends on the conversation: repeat it as a full sentence so that it can be remembered. ';

export function documentOf(
  asked: Asked,
  recalled: Recalled,
  schema: SchemaExcerpt,
): ConfirmDocument | NeedsSqlDocument {
  const isOffer = recalled.candidates.length > 0;
  return (isOffer ? confirmDocument : needsSqlDocument)(asked, recalled, schema);
}

function confirmDocument(asked: Asked, recalled: Recalled, schema: SchemaExcerpt): ConfirmDocument {
  return {
    status: 'confirm',
    question: cut(asked.question, MAX_QUESTION_CHARS),
    candidates: recalled.candidates.map((candidate) => {
      const { id, question, similarity, confidence } = matchOf(candidate);
      return {
        id,
        question: cut(question, MAX_QUESTION_CHARS),
        sql: cut(candidate.neighbour.plan.sql, MAX_SQL_CHARS),
        similarity,
        confidence,
        differences: candidate.decision.differences,
      };
    }),
    schema,
    examples: examplesOf(recalled),
    hint: CONFIRM_HINT,
  };
}

function needsSqlDocument(
  asked: Asked,
  recalled: Recalled,
  schema: SchemaExcerpt,
): NeedsSqlDocument {
  return {
    status: 'needs_sql',
    question: cut(asked.question, MAX_QUESTION_CHARS),
    schema,
    examples: examplesOf(recalled),
    hint: (asked.isSelfContained ? '' : NOT_SELF_CONTAINED_HINT) + NEEDS_SQL_HINT,
  };
}

/** Nearest known questions over other plans than those offered. */
function examplesOf({ nearest, candidates }: Recalled): Example[] {
  const shown = new Set(candidates.map(({ neighbour }) => neighbour.plan.id));
  const examples: Example[] = [];
  for (const { plan, question } of nearest) {
    if (shown.has(plan.id) || examples.length >= MAX_EXAMPLES) continue;
    shown.add(plan.id);
    examples.push({
      question: cut(question, MAX_QUESTION_CHARS),
      sql: cut(plan.sql, MAX_SQL_CHARS),
    });
  }
  return examples;
}

function cut(text: string, maxChars: number): string {
  return text.length <= maxChars ? text : `${text.slice(0, maxChars - 1)}…`;
}
