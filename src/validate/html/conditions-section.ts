// Owns what the report shows of phase 3: networks, limits, failures, and what was not tried.
import type { ConditionsFigures, LimitFigures, NetworkFigures } from '../conditions/phase.ts';
import type { FaultFigures } from '../conditions/faults.ts';
import { lineChart } from './chart.ts';
import { html } from './markup.ts';
import type { Markup } from './markup.ts';
import { shownBytes, shownMs, shownNumber } from './shown.ts';
import { table } from './table.ts';

export function conditionsSection({
  faults,
  left_out,
  limits,
  networks,
}: ConditionsFigures): Markup {
  return html`<h2 id="conditions">Under the conditions of production</h2>
    ${networks.length > 0 ? networkPart(networks) : null}
    ${limits.length > 0 ? limitPart(limits) : null} ${faults.map(faultPart)}
    ${
      left_out.length > 0
        ? html`<h3>Not tried</h3>
            <ul>
              ${left_out.map(({ what, why }) => html`<li>${what}: ${why}</li>`)}
            </ul>`
        : null
    }`;
}

function networkPart(networks: readonly NetworkFigures[]): Markup {
  return html`<h3>Networks</h3>
    <p class="quiet">
      Ten agents that hardly think, by way of a link on this machine that delays, narrows and loses.
    </p>
    ${table<NetworkFigures>(
      [
        { title: 'network', of: ({ name }) => name, isText: true },
        { title: 'between', of: ({ between }) => between, isText: true },
        { title: 'answers/s', of: (one) => shownNumber(one.answered_per_second) },
        { title: 'hits, p50', of: ({ hits_ms }) => shownMs(hits_ms.p50) },
        { title: 'hits, p99', of: ({ hits_ms }) => shownMs(hits_ms.p99) },
        { title: 'statements, p50', of: ({ runs_ms }) => shownMs(runs_ms.p50) },
        { title: 'statements, p99', of: ({ runs_ms }) => shownMs(runs_ms.p99) },
        { title: 'failed', of: ({ failed }) => shownNumber(failed) },
        { title: 'what it is like', of: ({ source }) => source, isText: true },
      ],
      networks,
    )}`;
}

function limitPart(limits: readonly LimitFigures[]): Markup {
  return html`<h3>Processor and memory limited</h3>
    ${table<LimitFigures>(
      [
        {
          title: 'limits',
          of: ({ cpus, memory_bytes }) => `${cpus} processor, ${shownBytes(memory_bytes)}`,
          isText: true,
        },
        { title: 'answers/s', of: (one) => shownNumber(one.answered_per_second) },
        { title: 'p50', of: ({ latency_ms }) => shownMs(latency_ms.p50) },
        { title: 'p99', of: ({ latency_ms }) => shownMs(latency_ms.p99) },
        { title: 'shed', of: ({ shed }) => shownNumber(shed) },
        { title: 'failed', of: ({ failed }) => shownNumber(failed) },
        { title: 'memory at most', of: ({ readings }) => shownBytes(readings.memoryPeakBytes) },
        {
          title: 'waited for its processor',
          of: ({ readings }) => shownMs(readings.cpuThrottledMs),
        },
        { title: 'killed for memory', of: ({ readings }) => shownNumber(readings.oomKills) },
      ],
      limits,
    )}`;
}

function faultPart(fault: FaultFigures): Markup {
  const { after, during, timeline } = fault;
  const back =
    fault.recovered_after_s === null
      ? 'Statements did not run again within the time.'
      : `Statements ran again ${shownNumber(fault.recovered_after_s)} s after its end.`;
  return html`<h3>${fault.name}</h3>
    <p>
      Meanwhile ${during.answered} calls were answered, ${during.hits} of them without a statement,
      ${during.coded} were told what is wrong, ${during.failed} failed without that; afterwards
      ${after.failed} failed. ${back}
    </p>
    ${lineChart({
      title: `Calls while ${fault.name}`,
      x: { label: 'seconds', shown: shownNumber },
      y: { label: 'calls in a tenth of a second', shown: shownNumber },
      marks: [
        { x: fault.began_s, label: 'away' },
        { x: fault.ended_s, label: 'back' },
      ],
      series: [
        { name: 'hits', points: timeline.map((one) => [one.at_s, one.hits]) },
        { name: 'statements', points: timeline.map((one) => [one.at_s, one.answered - one.hits]) },
        {
          name: 'told with a code',
          points: timeline.map((one) => [one.at_s, one.refused + one.shed]),
          isDashed: true,
        },
        { name: 'failed', points: timeline.map((one) => [one.at_s, one.failed]), isDashed: true },
      ],
    })}`;
}
