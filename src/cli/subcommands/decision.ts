// Owns how a decision of the cache is shown: two questions, what was made of them, and what turned out.
import type { DecisionDocument } from '../../admin/decision-rows.ts';
import { ago, figure, percent } from '../figures.ts';
import type { Look } from '../look.ts';
import { facts } from '../table.ts';

const RISKS = {
  figure: 'weighed as a figure',
  list: 'weighed as a list',
  never: 'of a kind that is never served',
} as const;

export type Outcome = DecisionDocument['outcome'];
type Ran = NonNullable<DecisionDocument['rebound']>;

export function coloredOutcome(outcome: Outcome, { colors }: Look): string {
  const color = {
    hit: colors.green,
    rebound: colors.green,
    confirm: colors.yellow,
    miss: colors.red,
  };
  return color[outcome](outcome);
}

export function labelOf({ label, label_source: source }: DecisionDocument): string {
  return label === null ? 'not judged' : `${label} (${source ?? 'unknown'})`;
}

export const exchanged = (values: Ran['values']): string =>
  values.map(({ from, to }) => `${to} instead of ${from}`).join(', ');

export function decisionFacts(
  decision: DecisionDocument,
  look: Look,
): ReadonlyArray<readonly [string, string]> {
  const { similarity, probability, margin, differences, risk, rebound } = decision;
  return [
    ['asked', look.colors.bold(decision.question)],
    ['earlier', look.colors.bold(decision.earlier_question)],
    ['statement', decision.sql ?? 'gone'],
    ...(rebound ? ranFacts(rebound) : []),
    ['outcome', `${coloredOutcome(decision.outcome, look)} (${decision.rule})`],
    [
      'measured',
      `similarity ${figure(similarity)}, probability ${percent(probability)}, margin ${figure(margin)}, ${risk === null ? 'not weighed' : RISKS[risk]}`,
    ],
    ['differences', differences.join('; ') || 'none'],
    ['judged', labelOf(decision)],
    [
      'decided',
      `${ago(decision.decided_at, look.now)}, number ${decision.id}, ${decision.scope.label}`,
    ],
  ];
}

function ranFacts({ values, sql, params }: Ran): ReadonlyArray<readonly [string, string]> {
  const ran = sql ?? 'too long to be kept';
  return [
    ['ran with', exchanged(values)],
    ['as', params.length === 0 ? ran : `${ran} ${JSON.stringify(params)}`],
  ];
}

export const renderDecision = (decision: DecisionDocument, look: Look): string =>
  facts(decisionFacts(decision, look), look);
