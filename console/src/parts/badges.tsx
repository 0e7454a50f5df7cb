// Owns the short words for where an answer came from, what was decided, and what turned out to be true. They
// are words first: colour only repeats them.
import type { Label, Outcome, Risk, Source } from '../contract.ts';

export const SOURCES: readonly Source[] = ['memory', 'store', 'semantic', 'database'];

/** What each means, for whoever has not learnt the words. */
export const ABOUT_SOURCES: Readonly<Record<Source, string>> = {
  memory: 'the same words, from this process',
  store: 'the same words, from the shared store',
  semantic: 'other words, same meaning',
  database: 'the database ran it',
};

const ABOUT_OUTCOMES: Readonly<Record<Outcome, string>> = {
  hit: 'served at once',
  rebound: 'served with its values exchanged',
  confirm: 'left to the agent',
  miss: 'not the same question',
};

const OUTCOME_CLASS: Readonly<Record<Outcome, string>> = {
  hit: 'good',
  rebound: 'good',
  confirm: 'warn',
  miss: 'plain',
};

export function SourceBadge({ source }: { readonly source: Source }) {
  return (
    <span class={`badge source ${source}`} title={ABOUT_SOURCES[source]}>
      {source}
    </span>
  );
}

export function OutcomeBadge({ outcome }: { readonly outcome: Outcome }) {
  return (
    <span class={`badge ${OUTCOME_CLASS[outcome]}`} title={ABOUT_OUTCOMES[outcome]}>
      {outcome}
    </span>
  );
}

const ABOUT_RISKS: Readonly<Record<Risk, string>> = {
  figure: 'The answer is a figure: a wrong one is not seen.',
  list: 'The answer is a list: a wrong one can be seen.',
  never: 'Too risky to be served without being asked for.',
};

export function RiskText({ risk }: { readonly risk: Risk | null }) {
  return risk === null ? <>–</> : <span title={ABOUT_RISKS[risk]}>{risk}</span>;
}

const FROM: Readonly<Record<string, string>> = {
  report: 'reported by an agent',
  accept: 'an agent accepted it',
  sql: 'the agent’s own statement tells',
  rows: 'the rows tell',
  review: 'reviewed here',
};

export function VerdictBadge({ verdict }: { readonly verdict: 'right' | 'wrong' }) {
  return <span class={`badge ${verdict === 'right' ? 'good' : 'bad'}`}>{verdict}</span>;
}

interface LabelBadgeProps {
  readonly label: Label | null;
  readonly source?: string | null;
}

export function LabelBadge({ label, source = null }: LabelBadgeProps) {
  if (label === null) return <span class="muted">not known</span>;
  return (
    <span
      class={`badge ${label === 'same' ? 'good' : 'bad'}`}
      title={source === null ? undefined : FROM[source]}
    >
      {label}
      {source !== null && <span class="from"> · {source}</span>}
    </span>
  );
}
