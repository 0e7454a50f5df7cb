// Owns the first page: what is wrong, how the server is this very moment, what the cache has done.
import { useEffect } from 'preact/hooks';

import { useConsole } from '../console.ts';
import type { CacheStats } from '../contract.ts';
import { useLoad } from '../load.ts';
import { Bars } from '../parts/bars.tsx';
import { Empty, FaultBox, LoadedView, Pending } from '../parts/feedback.tsx';
import { AlertList } from './alerts.tsx';
import { Live } from './overview-live.tsx';
import { ScopeTable, SourceTable, Store, Totals } from './overview-stats.tsx';

const STATS_MS = 10_000;
const SPANS = [
  [1, 'last hour'],
  [24, 'last 24 hours'],
  [168, 'last 7 days'],
] as const;

export function Overview() {
  const { session, status, router, scopes } = useConsole();
  const chosen = Number(router.route.value.choices.get('hours'));
  const [hours] = SPANS.find(([span]) => span === chosen) ?? SPANS[1];
  const isPaused = status.isPaused.value;
  const stats = useLoad(
    `stats ${hours}`,
    (abort) => session.call<CacheStats>('cache_stats', { hours }, abort),
    { everyMs: isPaused ? 0 : STATS_MS },
  );
  useEffect(() => {
    if (stats.data) scopes.learn(stats.data);
  }, [stats.data, scopes]);
  const [now, fault] = [status.latest.value, status.fault.value];
  return (
    <>
      <div class="toolbar">
        <label class="field">
          <span>Answers of the</span>
          <select
            value={hours}
            onChange={({ currentTarget }) => router.choose({ hours: currentTarget.value })}
          >
            {SPANS.map(([span, label]) => (
              <option key={span} value={span}>
                {label}
              </option>
            ))}
          </select>
        </label>
        <button type="button" aria-pressed={isPaused} onClick={() => status.pause(!isPaused)}>
          {isPaused ? 'Go on' : 'Pause'}
        </button>
        <span class="muted">
          {isPaused ? 'Paused: what is shown does not change.' : 'Live, every 2 seconds.'}
        </span>
      </div>
      {fault && <FaultBox fault={fault} />}
      {now ? (
        <>
          <section aria-labelledby="alerts">
            <h2 id="alerts">Alerts</h2>
            <AlertList alerts={now.alerts} />
          </section>
          <Live now={now} samples={status.samples.value} />
        </>
      ) : (
        !fault && <Pending what="the status" />
      )}
      <LoadedView what="the statistics" of={stats}>
        {(data) => (
          <>
            <Totals of={data} />
            <section aria-labelledby="answers">
              <h2 id="answers">Answers by where they came from</h2>
              {data.answers === 0 ? (
                <Empty>
                  Nothing was asked in this time. Once agents ask, their answers are counted here.
                </Empty>
              ) : (
                <div class="columns">
                  <Bars of={data.by_time} since={data.since} />
                  <SourceTable of={data} />
                </div>
              )}
            </section>
            <ScopeTable of={data.by_scope} />
            <Store of={data} />
          </>
        )}
      </LoadedView>
    </>
  );
}
