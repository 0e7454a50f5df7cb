// Owns one decision: what was asked, what it was held against, how it came out and why.
import type { Decision, Exchanged, Outcome, Risk } from '../contract.ts';
import { share, similarity, time } from '../format.ts';
import { LabelBadge, OutcomeBadge, RiskText } from './badges.tsx';
import { Comparison } from './comparison.tsx';
import { Sql } from './sql.tsx';
import { Excerpt, Shown } from './text.tsx';

interface MeasuresProps {
  readonly of: {
    readonly outcome: Outcome;
    readonly rule: string;
    readonly risk: Risk | null;
    readonly similarity: number;
    readonly probability: number;
    readonly margin: number | null;
  };
  /** What the margin must reach; null where none does. */
  readonly cut?: number | null;
}

export function Measures({ of, cut = null }: MeasuresProps) {
  return (
    <dl class="measures">
      <div>
        <dt>Outcome</dt>
        <dd>
          <OutcomeBadge outcome={of.outcome} />
        </dd>
      </div>
      <div>
        <dt>Rule</dt>
        <dd>
          <code>{of.rule}</code>
        </dd>
      </div>
      <div>
        <dt>Similarity</dt>
        <dd>{similarity(of.similarity)}</dd>
      </div>
      <div>
        <dt>Probability</dt>
        <dd>{share(of.probability)}</dd>
      </div>
      {of.margin !== null && (
        <div>
          <dt>Margin</dt>
          <dd>
            <Margin value={of.margin} cut={cut} />
          </dd>
        </div>
      )}
      <div>
        <dt>Risk</dt>
        <dd>
          <RiskText risk={of.risk} />
        </dd>
      </div>
    </dl>
  );
}

/** Beyond it all margins are alike. */
const FAR = 10;
const signed = (value: number): string => `${value > 0 ? '+' : ''}${value.toFixed(2)}`;
const placed = (value: number): string =>
  `${(Math.max(-FAR, Math.min(value, FAR)) / FAR + 1) * 50}%`;

function Margin({ value, cut }: { readonly value: number; readonly cut: number | null }) {
  return (
    <>
      {signed(value)}
      {cut !== null && ` (served from ${signed(cut)} on)`}
      <span class="track" aria-hidden="true">
        <span class="level" style={{ inlineSize: placed(value) }} />
        {cut !== null && <span class="cut" style={{ insetInlineStart: placed(cut) }} />}
      </span>
    </>
  );
}

/** Folded: its questions and outcome alone. */
export function DecisionItem({ of }: { readonly of: Decision }) {
  return (
    <details class="decision">
      <summary>
        <OutcomeBadge outcome={of.outcome} /> <Excerpt text={of.question} />{' '}
        <span class="muted">{time(of.decided_at)}</span>{' '}
        {of.label !== null && <LabelBadge label={of.label} source={of.label_source} />}
      </summary>
      <DecisionBody of={of} />
    </details>
  );
}

function Ran({ of: { values, sql, params } }: { readonly of: NonNullable<Decision['rebound']> }) {
  return (
    <>
      <p>
        It ran with <ExchangedValues of={values} />
        {params.length > 0 && (
          <>
            , and for its parameters <Shown text={JSON.stringify(params)} />
          </>
        )}
        {sql === null ? ', as a statement too long to be kept.' : ':'}
      </p>
      {sql !== null && <Sql text={sql} />}
    </>
  );
}

export function ExchangedValues({ of }: { readonly of: readonly Exchanged[] }) {
  return (
    <>
      {of.map(({ from, to }, at) => (
        <>
          {at > 0 && ', '}
          <Shown text={to} /> instead of <Shown text={from} />
        </>
      ))}
    </>
  );
}

export function DecisionBody({ of }: { readonly of: Decision }) {
  return (
    <div class="decision-body">
      <Comparison
        earlier={of.earlier_question}
        later={of.question}
        differences={of.differences}
        frames={of.frames}
      />
      <Measures of={of} />
      {of.sql !== null && <Sql text={of.sql} />}
      {of.rebound && <Ran of={of.rebound} />}
    </div>
  );
}
