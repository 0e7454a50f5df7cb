// Owns what the report shows of phase 2: the degradation curve with its knee, hit rate and latency over time, the burst.
import type { BurstFigures } from '../load/burst.ts';
import type { LevelFigures, LoadFigures } from '../load/levels.ts';
import type { Moment } from '../load/tally.ts';
import { fieldRows } from '../field.ts';
import type { FieldRow } from '../field.ts';
import { lineChart } from './chart.ts';
import { html } from './markup.ts';
import type { Markup } from './markup.ts';
import { shownBytes, shownMs, shownNumber, shownShare } from './shown.ts';
import { table } from './table.ts';

const MS = { label: 'milliseconds', isLog: true, shown: shownNumber };

export function loadSection(load: LoadFigures): Markup {
  const { agents, knee, levels } = load;
  const counts = { label: 'conversations', isLog: true, shown: shownNumber };
  const over = (of: (level: LevelFigures) => number | null): (readonly [number, number])[] =>
    levels.map((level) => [level.conversations, of(level) ?? Number.NaN] as const);
  const marks = knee?.conversations ? [{ x: knee.conversations, label: 'knee' }] : [];
  return html`<h2 id="load">More and more agents</h2>
    <p>${knee ? `${shapeWords[knee.shape]} ${knee.why}` : 'No level was finished.'}</p>
    <p class="quiet">
      Agents of the model <code>${agents.name}</code>: ${agents.about} ${agents.calls_per_turn.min}
      to ${agents.calls_per_turn.max} calls at once, then ${shownMs(agents.think_ms.min)} to
      ${shownMs(agents.think_ms.max)} to think; who is shed tries again
      ${agents.retry === 'never' ? 'never' : agents.retry}.
    </p>
    <h3>Latency of answers</h3>
    ${lineChart({
      title: 'Latency over conversations',
      x: counts,
      y: MS,
      marks,
      series: [
        { name: 'p50', points: over(({ latency_ms }) => latency_ms.all.p50) },
        { name: 'p95', points: over(({ latency_ms }) => latency_ms.all.p95) },
        { name: 'p99', points: over(({ latency_ms }) => latency_ms.all.p99), isDashed: true },
        { name: 'hits, p50', points: over(({ latency_ms }) => latency_ms.hits.p50) },
      ],
    })}
    <h3>Answers a second, and what is lost</h3>
    ${lineChart({
      title: 'Answers a second over conversations',
      x: counts,
      y: { label: 'answers a second', shown: shownNumber },
      marks,
      series: [
        { name: 'answered', points: over((level) => level.answered_per_second) },
        { name: 'shed or failed', points: over(lostRatio), isShare: true, isDashed: true },
        { name: 'hit rate', points: over((level) => level.hit_ratio), isShare: true },
      ],
    })}
    ${levelTable(levels)} ${overTime(levels)}
    <h3>Beside what is quoted</h3>
    <p class="quiet">
      Rules of thumb of the field, from other machines and other questions; an agent of this model
      calls in bursts.
    </p>
    ${table<FieldRow>(
      [
        { title: 'as quoted', of: ({ quoted }) => quoted, isText: true },
        { title: 'here', of: ({ here }) => here, isText: true },
      ],
      fieldRows(load),
    )}`;
}

const shapeWords = {
  flat: 'No knee within what was tried.',
  linear: 'Beyond the knee the wait grows evenly.',
  exponential: 'Beyond the knee the wait multiplies.',
  cliff: 'Beyond the knee it falls off a cliff.',
} as const;

const lostRatio = ({ calls, failed, given_up, shed }: LevelFigures): number | null =>
  calls === 0 ? null : (shed + failed + given_up) / calls;

function levelTable(levels: readonly LevelFigures[]): Markup | null {
  return table<LevelFigures>(
    [
      { title: 'conversations', of: (level) => shownNumber(level.conversations) },
      { title: 'answers/s', of: (level) => shownNumber(level.answered_per_second) },
      { title: 'p50', of: ({ latency_ms }) => shownMs(latency_ms.all.p50) },
      { title: 'p95', of: ({ latency_ms }) => shownMs(latency_ms.all.p95) },
      { title: 'p99', of: ({ latency_ms }) => shownMs(latency_ms.all.p99) },
      { title: 'hits', of: (level) => shownShare(level.hit_ratio) },
      { title: 'shed', of: (level) => shownNumber(level.shed) },
      { title: 'failed', of: (level) => shownNumber(level.failed + level.refused) },
      { title: 'processor', of: (level) => cores(level) },
      { title: 'memory', of: ({ server }) => shownBytes(server?.rss_bytes) },
      { title: 'connections', of: ({ server }) => shownNumber(server?.pool_connections) },
      { title: 'load itself', of: (level) => shownShare(level.generator_busy) },
    ],
    levels,
  );
}

function cores({ seconds, server }: LevelFigures): string {
  const used = server?.cpu_seconds;
  return used === null || used === undefined ? '–' : `${shownNumber(used / seconds)} cores`;
}

function overTime(levels: readonly LevelFigures[]): Markup | null {
  const seconds: Moment[] = [];
  const marks: { x: number; label: string }[] = [];
  let began = 0;
  for (const level of levels) {
    marks.push({ x: began, label: shownNumber(level.conversations) });
    seconds.push(...level.timeline.map((one) => ({ ...one, at_s: one.at_s + began })));
    began += Math.ceil(level.seconds);
  }
  return html`<h3>From second to second</h3>
    ${lineChart({
      title: 'Hit rate and latency over time',
      x: { label: 'seconds', shown: shownNumber },
      y: MS,
      marks,
      series: [
        { name: 'p50', points: seconds.map((one) => [one.at_s, one.p50_ms ?? Number.NaN]) },
        { name: 'p99', points: seconds.map((one) => [one.at_s, one.p99_ms ?? Number.NaN]) },
        {
          name: 'hit rate',
          isShare: true,
          points: seconds.map((one) => [
            one.at_s,
            one.answered === 0 ? Number.NaN : one.hits / one.answered,
          ]),
        },
      ],
    })}`;
}

export function burstSection(burst: BurstFigures): Markup {
  const { timeline } = burst;
  const lost = burst.shed + burst.failed;
  return html`<h2 id="burst">A burst of ${burst.at_once} calls</h2>
    <p>
      All were answered or told to come again within ${shownNumber(burst.seconds)} s; p50
      ${shownMs(burst.latency_ms.all.p50)}, p99 ${shownMs(burst.latency_ms.all.p99)};
      ${lost === 0 ? 'nothing was shed, nothing failed.' : `${burst.shed} times shed, ${burst.failed} failed.`}
    </p>
    ${lineChart({
      title: 'The course of the burst',
      x: { label: 'seconds', shown: shownNumber },
      y: { label: 'answers', shown: shownNumber },
      series: [
        { name: 'answered', points: timeline.map((one) => [one.at_s, one.answered]) },
        { name: 'hits', points: timeline.map((one) => [one.at_s, one.hits]) },
        {
          name: 'shed or failed',
          points: timeline.map((one) => [one.at_s, one.shed + one.failed]),
        },
      ],
    })}`;
}
