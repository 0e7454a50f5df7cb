// Owns the page where the target error rate is set: what each would have served and got wrong, by the decisions
// and labels so far.
import { useState } from 'preact/hooks';

import { useConsole } from '../console.ts';
import type { Policy, Tuned } from '../contract-policy.ts';
import { count, plural, share } from '../format.ts';
import { useLoad, useSettled } from '../load.ts';
import { Empty, LoadedView } from '../parts/feedback.tsx';
import { PolicyHistory } from '../parts/policy-history.tsx';
import { ScopeSelect } from '../parts/scope-select.tsx';
import { SetPolicy } from '../parts/set-policy.tsx';
import { Shown } from '../parts/text.tsx';
import { TuningCurves } from './tuning-curves.tsx';
import { EffectView } from '../parts/effect.tsx';
import { PointFigures, PointTable } from './tuning-points.tsx';

/** While the slider moves the figures of its points change at once; the replay is asked for when it rests. */
const REST_MS = 300;

export function Tuning() {
  const { session, router } = useConsole();
  const scope = router.route.value.choices.get('scope');
  const of = scope ? { scope } : {};
  const tuned = useLoad(`tune ${scope ?? ''}`, (abort) =>
    session.call<Tuned>('cache_tune', of, abort),
  );
  const policy = useLoad(`policy ${scope ?? ''}`, (abort) =>
    session.call<Policy>('cache_policy', of, abort),
  );
  const reload = (): void => {
    tuned.reload();
    policy.reload();
  };
  return (
    <>
      <p class="lead">
        How many of the answers served by meaning may be wrong? The lower, the more is left to
        agents.
      </p>
      <div class="toolbar">
        <ScopeSelect value={scope} onChange={(id) => router.choose({ scope: id })} />
      </div>
      <LoadedView what="the replay" of={tuned}>
        {(data) => (
          <>
            {data.decisions === 0 && (
              <Empty>
                No decision is logged yet: what each rate does to your questions is shown here once
                agents ask in other words. Until then what was measured beforehand is shown.
              </Empty>
            )}
            <Chooser
              key={`${scope ?? ''} ${data.current.target_error_rate}`}
              of={data}
              scope={scope}
              version={policy.data?.version ?? null}
              onSet={reload}
            />
          </>
        )}
      </LoadedView>
      <LoadedView what="the history" of={policy}>
        {(data) => <PolicyHistory of={data} scope={scope} onUndone={reload} />}
      </LoadedView>
    </>
  );
}

interface ChooserProps {
  readonly of: Tuned;
  readonly scope: string | null;
  /** Of the policy that is changed; null while it is not known. */
  readonly version: number | null;
  readonly onSet: () => void;
}

function Chooser({ of: tuned, scope, version, onSet }: ChooserProps) {
  const { session } = useConsole();
  const { points, current, recommendation } = tuned;
  const now = nearest(points, current.target_error_rate);
  const [at, setAt] = useState(now);
  const point = points[at]!;
  const target = point.target_error_rate;
  const rested = useSettled(target, REST_MS);
  const replay = useLoad(`effect ${scope ?? ''} ${rested}`, (abort) =>
    session.call<Tuned>(
      'cache_tune',
      { target_error_rate: rested, ...(scope && { scope }) },
      abort,
    ),
  );
  const [isSetting, setSetting] = useState(false);
  const isSame = target === current.target_error_rate;
  return (
    <>
      <section class="panel" aria-labelledby="target">
        <h2 id="target">Target error rate</h2>
        <p class="muted">
          Now {share(current.target_error_rate)}. From {plural(tuned.decisions, 'decision')}, of{' '}
          {count(tuned.labelled)} of which it is known whether both asked the same.
        </p>
        <label class="slider">
          <span>
            Choose: <strong>{share(target)}</strong>
          </span>
          <input
            type="range"
            min={0}
            max={points.length - 1}
            step={1}
            value={at}
            aria-valuetext={share(target)}
            onInput={({ currentTarget }) => setAt(Number(currentTarget.value))}
          />
        </label>
        <output class="unseen">
          {count(point.served)} served, between {share(point.wrong_lower)} and{' '}
          {share(point.wrong_upper)} of them wrong
        </output>
        <PointFigures of={point} now={points[now]!} />
        <p>
          <strong>Recommended: {share(recommendation.target_error_rate)}.</strong>{' '}
          <Shown text={recommendation.why} />{' '}
          <button
            type="button"
            class="link"
            onClick={() => setAt(nearest(points, recommendation.target_error_rate))}
          >
            Choose it
          </button>
        </p>
        <div class="actions start">
          <button
            type="button"
            class="primary"
            disabled={isSame || version === null}
            onClick={() => setSetting(true)}
          >
            Apply {share(target)} …
          </button>
          <button type="button" disabled={at === now} onClick={() => setAt(now)}>
            Back to what holds
          </button>
        </div>
      </section>
      <TuningCurves of={tuned} now={points[now]!} chosen={point} />
      <PointTable of={points} current={current.target_error_rate} onChoose={setAt} at={at} />
      <section aria-labelledby="effect">
        <h2 id="effect">The last 24 hours at {share(rested)}</h2>
        <LoadedView what="what would have changed" of={replay}>
          {(data) => <EffectView of={data.effect} />}
        </LoadedView>
      </section>
      {isSetting && version !== null && (
        <SetPolicy
          title={`Set the target error rate to ${share(target)}?`}
          values={{ target_error_rate: target }}
          scope={scope}
          version={version}
          onClose={() => setSetting(false)}
          onSet={onSet}
        />
      )}
    </>
  );
}

function nearest(points: Tuned['points'], target: number): number {
  const distances = points.map((point) => Math.abs(point.target_error_rate - target));
  return distances.indexOf(Math.min(...distances));
}
