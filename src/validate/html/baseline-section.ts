// Owns what the report shows of phase 1: the profile of each tool, what answers depend on, the growth of a long
// conversation.
import type { BaselineFigures } from '../baseline/baseline.ts';
import { DEPENDENCIES } from '../baseline/dependencies.ts';
import type { ContextGrowth } from '../baseline/growth.ts';
import type { ScenarioProfile } from '../baseline/profile.ts';
import type { FaultFigures } from '../conditions/faults.ts';
import { lineChart } from './chart.ts';
import { dependencyMap } from './dependency-map.ts';
import { html } from './markup.ts';
import type { Markup } from './markup.ts';
import { shownBytes, shownMs, shownNumber } from './shown.ts';
import { table } from './table.ts';

export function baselineSection(
  { context_growth: growth, dependencies, scenarios }: BaselineFigures,
  faults: readonly FaultFigures[],
): Markup {
  return html`<h2 id="baseline">One conversation, tool by tool</h2>
    <p class="quiet">
      By the client's clock, one call after the other, the tools taking turns. Processor time is
      that of the whole server.
    </p>
    ${table<ScenarioProfile>(
      [
        { title: 'call', of: ({ name }) => name, isText: true },
        { title: 'calls', of: ({ calls }) => shownNumber(calls) },
        { title: 'p50', of: ({ latency_ms }) => shownMs(latency_ms.p50) },
        { title: 'p95', of: ({ latency_ms }) => shownMs(latency_ms.p95) },
        { title: 'p99', of: ({ latency_ms }) => shownMs(latency_ms.p99) },
        { title: 'processor', of: ({ cpu_ms_per_call }) => shownMs(cpu_ms_per_call) },
        { title: 'answer', of: ({ bytes_per_call }) => shownBytes(bytes_per_call) },
        { title: 'went otherwise', of: ({ otherwise }) => otherwiseText(otherwise), isText: true },
      ],
      scenarios,
    )}
    <h3>By stage</h3>
    <p class="quiet">
      Milliseconds of a call, at the median of its blocks. Stages may overlap, so that they need not
      add up.
    </p>
    ${stageTable(scenarios)} ${dependencyMap({ dependencies, scenarios, faults })}
    ${growthPart(growth)}`;
}

const otherwiseText = (otherwise: ScenarioProfile['otherwise']): string =>
  Object.entries(otherwise)
    .map(([what, count]) => `${count} × ${what}`)
    .join(', ');

function stageTable(scenarios: readonly ScenarioProfile[]): Markup | null {
  const isStage = (name: string): boolean => !(DEPENDENCIES as readonly string[]).includes(name);
  const stages = [
    ...new Set(scenarios.flatMap(({ parts_ms_per_call: parts }) => Object.keys(parts))),
  ].filter(isStage);
  if (stages.length === 0) return null;
  const withStages = scenarios.filter(({ parts_ms_per_call: parts }) =>
    Object.keys(parts).some(isStage),
  );
  return table<ScenarioProfile>(
    [
      { title: 'call', of: ({ name }) => name, isText: true },
      { title: 'whole', of: ({ latency_ms }) => shownNumber(latency_ms.p50) },
      ...stages.map((stage) => ({
        title: stage,
        of: ({ parts_ms_per_call: parts }: ScenarioProfile) =>
          parts[stage] === undefined ? '' : shownNumber(parts[stage]),
      })),
    ],
    withStages,
  );
}

function growthPart({ points, rising, turns }: ContextGrowth): Markup | null {
  if (points.length < 2) return null;
  const turnAxis = { label: 'turns', shown: shownNumber };
  const found =
    rising.length === 0
      ? `Nothing rises with the length of a conversation, over ${shownNumber(turns)} turns.`
      : rising
          .map(({ what, per_thousand_turns: by }) => {
            const shown = what === 'latency' ? shownMs(by) : shownBytes(by);
            return `${what} rises by ${shown} in a thousand turns`;
          })
          .join('; ');
  return html`<h3 id="growth">A long conversation</h3>
    <p>${found}</p>
    ${lineChart({
      title: 'Memory over the turns of one conversation',
      x: turnAxis,
      y: { label: 'memory', shown: shownBytes },
      series: [
        {
          name: 'resident',
          points: points.flatMap(({ turns: x, rss_bytes: y }) =>
            y === null ? [] : [[x, y] as const],
          ),
        },
        {
          name: 'heap',
          points: points.flatMap(({ turns: x, heap_bytes: y }) =>
            y === null ? [] : [[x, y] as const],
          ),
        },
      ],
    })}
    ${lineChart({
      title: 'Latency over the turns of one conversation',
      x: turnAxis,
      y: { label: 'milliseconds', isLog: true, shown: shownNumber },
      series: [
        { name: 'p50', points: points.map(({ turns: x, p50_ms: y }) => [x, y ?? Number.NaN]) },
        {
          name: 'p95',
          isDashed: true,
          points: points.map(({ turns: x, p95_ms: y }) => [x, y ?? Number.NaN]),
        },
      ],
    })}`;
}
