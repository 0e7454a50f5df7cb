// Owns documents as the admin tools give them, with a text of the caller's wherever an agent could have written one.
import type { AnswersDocument } from '../../src/admin/answers.ts';
import type { DecideDocument } from '../../src/admin/decide.ts';
import type { DecisionDocument } from '../../src/admin/decision-rows.ts';
import type { EntryDocument, SearchDocument } from '../../src/admin/entries.ts';
import type { ForgetPreview } from '../../src/admin/forget.ts';
import type { InspectDocument } from '../../src/admin/inspect.ts';
import type { PolicyDocument } from '../../src/admin/policy.ts';
import type { QueueDocument } from '../../src/admin/review.ts';
import type { StatsDocument } from '../../src/admin/stats.ts';
import type { Effect, TuneDocument } from '../../src/admin/tune.ts';

export const NOW = Date.parse('2026-03-01T12:00:00Z');
const AT = new Date(NOW - 120_000).toISOString();
const ID = '0198c0de-0000-7000-8000-000000000000';
const SCOPE = '1f'.repeat(16);

export interface Documents {
  readonly stats: StatsDocument;
  readonly search: SearchDocument;
  readonly inspect: InspectDocument;
  readonly answers: AnswersDocument;
  readonly decide: DecideDocument;
  readonly policy: PolicyDocument;
  readonly tune: TuneDocument;
  readonly queue: QueueDocument;
  readonly forget: ForgetPreview;
}

/** @param text What an agent, or whoever named something, wrote. */
export function documentsWith(text: string): Documents {
  const label = { id: SCOPE, label: text };
  const scope = {
    ...label,
    principals: [text],
    role: text,
    settings: { [text]: text },
    seen_at: AT,
  };
  const frames = {
    earlier: { facts: [`aggregate ${text}`], words: [text] },
    later: { facts: [], words: [text] },
  };
  const entry: EntryDocument = {
    id: ID,
    question: text,
    other_wordings: 2,
    found_as: text,
    similarity: 0.91,
    sql: text,
    tables: [text],
    scope: label,
    made_by: text,
    made_at: AT,
    origin: 'asked',
    uses: 1234,
    last_used_at: AT,
    is_outdated: true,
  };
  const decision: DecisionDocument = {
    id: '42',
    decided_at: AT,
    question: text,
    earlier_question: text,
    entry_id: ID,
    scope: label,
    outcome: 'confirm',
    rule: 'schema',
    rebound: { values: [{ from: text, to: text }], sql: text, params: [text] },
    risk: 'figure',
    similarity: 0.906,
    probability: 0.492,
    margin: 0.5,
    differences: [text],
    frames,
    is_checked: false,
    label: null,
    label_source: null,
    sql: text,
  };
  const answer = {
    answer_id: 'a_1',
    question: text,
    principal: text,
    source: 'semantic',
    similarity: 0.98,
    confidence: 0.99,
    answered_at: AT,
    verdict: 'wrong' as const,
    note: text,
  };
  const tally = {
    answers: 1250,
    by_source: { memory: 700, store: 250, semantic: 50, database: 250 },
    hit_rate: 0.8,
    saved: { statements: 1000, ms: 34_000, tokens_estimated: 120_000 },
  };
  const effect: Effect = {
    since: AT,
    decisions: 30,
    served_now: 20,
    served_then: 12,
    confirm_now: 4,
    confirm_then: 12,
    changes: [
      {
        question: text,
        earlier_question: text,
        from: 'hit',
        to: 'confirm',
        margin: 3,
        label: null,
      },
    ],
  };
  const point = { labelled: 40, wrong: 1, wrong_share: 0.025, confirm: 4 };
  const value = { value: 0.005, from: 'all', setting: 0.01, about: 'What is tolerated.' } as const;
  return {
    stats: {
      status: 'stats',
      since: new Date(NOW - 86_400_000).toISOString(),
      ...tally,
      by_scope: [{ scope, ...tally }],
      by_time: [
        { at: AT, memory: 1, store: 0, semantic: 0, database: 3 },
        { at: AT, memory: 6, store: 1, semantic: 1, database: 0 },
      ],
      decisions: { hit: 40, rebound: 3, confirm: 2, miss: 9, right: 5, wrong: 1, open: 2 },
      store: {
        questions: 12,
        plans: 9,
        results: 8,
        result_bytes: 3_400_000,
        max_result_bytes: 4_000_000_000,
        max_plans: 1_000_000,
      },
      memory: { bytes: 14_000, max_bytes: 64_000_000 },
    },
    search: { status: 'found', total: 41, entries: [entry], next_cursor: '20' },
    inspect: {
      status: 'entry',
      entry: { ...entry, params: [text], volatility: 'stable', schema_version: '1' },
      wordings: [{ id: ID, question: text, origin: 'asked', made_by: text, made_at: AT }],
      rejected: [{ question: text, rejected_by: text, at: AT }],
      decisions: [decision],
      results: [
        {
          principal: text,
          rows: 1,
          bytes: 8,
          as_of: AT,
          expires_at: null,
          status: 'complete',
          is_current: true,
          uses: 1,
          run_ms: 33,
        },
      ],
      answers: [answer],
      answer: { ...answer, matched: text, why: text, sql: text, decision },
    },
    answers: { status: 'answers', answers: [answer] },
    decide: {
      status: 'decided',
      question: text,
      outcome: 'rebound',
      rebound: [{ from: text, to: text }],
      candidates: [
        {
          id: ID,
          question: text,
          sql: text,
          outcome: 'confirm',
          rule: 'schema',
          why: text,
          risk: 'figure',
          similarity: 0.9,
          probability: 0.5,
          margin: 0.5,
          cut: 2,
          differences: [text],
          frames,
        },
      ],
      target_error_rate: 0.01,
    },
    policy: {
      status: 'proposed',
      scope: label,
      version: 3,
      policy: { target_error_rate: value } as PolicyDocument['policy'],
      values: { target_error_rate: 0.005 },
      history: [
        {
          version: 3,
          values: { target_error_rate: 0.005 },
          set_by: text,
          set_at: AT,
          note: text,
          undoes: null,
        },
      ],
      effect,
    },
    tune: {
      status: 'tuned',
      decisions: 60,
      labelled: 40,
      current: { target_error_rate: 0.01 },
      asked: { target_error_rate: 0.01 },
      points: [
        {
          ...point,
          target_error_rate: 0.01,
          cuts: { figure: 3, list: 4 },
          served: 30,
          served_share: 0.5,
          wrong_lower: 0.001,
          wrong_upper: 0.11,
          calibrated_upper: 0.0098,
        },
        {
          ...point,
          target_error_rate: 0.02,
          cuts: { figure: 2, list: null },
          served: 45,
          served_share: 0.75,
          wrong_lower: null,
          wrong_upper: null,
          calibrated_upper: null,
        },
      ],
      recommendation: { target_error_rate: 0.02, why: text },
      effect,
      curves: { figure: [], list: [] },
    },
    queue: {
      status: 'queue',
      open: 1,
      items: [{ ...decision, kind: 'report', note: text }],
      next_cursor: null,
    },
    forget: {
      status: 'would_forget',
      plans: 20,
      questions: 31,
      results: 8,
      bytes: 3_400_000,
      examples: [{ id: ID, question: text, sql: text, scope: label }],
      confirm: 'token',
      hint: text,
    },
  };
}
