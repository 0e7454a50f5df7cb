// Owns what a reader should know first: in sentences, what is well and what is not. Pure.
import type { ContextGrowth } from './baseline/growth.ts';
import type { Comparison } from './compare/compare.ts';
import type { FaultFigures } from './conditions/faults.ts';
import type { LimitFigures } from './conditions/phase.ts';
import { partText } from './html/compare-section.ts';
import { shownBytes, shownMs, shownNumber, shownShare } from './html/shown.ts';
import type { BurstFigures } from './load/burst.ts';
import type { Knee } from './load/knee.ts';
import type { LevelFigures } from './load/levels.ts';
import type { CapacityPlan } from './plan/capacity.ts';
import type { Report } from './report.ts';

export interface Finding {
  readonly isGood: boolean;
  readonly text: string;
}

const good = (text: string): Finding => ({ isGood: true, text });
const bad = (text: string): Finding => ({ isGood: false, text });

/** The generator itself is then what is measured. */
const BUSY = 0.9;
const MAX_SLOWER = 5;
const MAX_FAULTS = 3;

export function findingsOf(report: Report): Finding[] {
  const { baseline, burst, comparison, conditions, load, plan } = report;
  return [
    ...(comparison ? onComparison(comparison) : []),
    ...(load?.knee ? [onKnee(load.knee)] : []),
    ...(load ? onLevels(load.levels) : []),
    ...(burst ? [onBurst(burst)] : []),
    ...(baseline ? onGrowth(baseline.context_growth) : []),
    ...(conditions?.faults ?? []).map(onFault),
    ...(conditions?.limits ?? []).map(onLimit),
    ...(plan ? [onPlan(plan)] : []),
  ];
}

function onComparison({ slower }: Comparison): Finding[] {
  if (slower.length === 0)
    return [good('Nothing is slower than in the run that it was compared with.')];
  return slower.slice(0, MAX_SLOWER).map((one) => {
    const range = `${shownNumber(one.low)} to ${shownNumber(one.high)}`;
    return bad(
      `${partText(one)} is slower than before: ${shownNumber(one.ratio)} times (${range}).`,
    );
  });
}

function onKnee({ answered_per_second, conversations, shape, why }: Knee): Finding {
  if (shape === 'flat') return good(why);
  if (conversations === null) return bad(`It keeps up at no level. ${why}`);
  const rate = shownNumber(answered_per_second);
  return bad(`It keeps up with ${conversations} conversations, ${rate} answers a second. ${why}`);
}

function onLevels(levels: readonly LevelFigures[]): Finding[] {
  const last = levels.at(-1);
  if (!last) return [];
  const sum = (of: (level: LevelFigures) => number): number =>
    levels.reduce((total, level) => total + of(level), 0);
  const [calls, failed] = [sum((level) => level.calls), sum((level) => level.failed)];
  const faults = [...new Set(levels.flatMap((level) => Object.keys(level.faults)))];
  const hits = `hits came within ${shownMs(last.latency_ms.hits.p50)} at the median`;
  return [
    failed === 0
      ? good(`Of ${shownNumber(calls)} calls none failed: each was answered or told to come again.`)
      : bad(
          `${shownNumber(failed)} of ${shownNumber(calls)} calls failed: ${faults.slice(0, MAX_FAULTS).join('; ')}`,
        ),
    ...(last.hit_ratio === null || last.latency_ms.hits.p50 === null
      ? []
      : [
          good(
            `${shownShare(last.hit_ratio)} of the answers needed no statement; ${hits} with ${last.conversations} conversations.`,
          ),
        ]),
    ...(levels.some((level) => level.generator_busy > BUSY)
      ? [
          bad(
            'At some levels the load itself was at the limit of this machine: bring it from another one, or read only the lower levels.',
          ),
        ]
      : []),
  ];
}

function onBurst({ at_once, failed, given_up, seconds }: BurstFigures): Finding {
  const through = `A burst of ${at_once} calls was through after ${shownNumber(seconds)} s`;
  const lost = failed + given_up;
  return lost === 0 ? good(`${through}.`) : bad(`${through}, ${lost} of them lost.`);
}

function onGrowth({ rising, turns }: ContextGrowth): Finding[] {
  if (rising.length === 0)
    return [
      good(`Nothing rises with the length of a conversation, over ${shownNumber(turns)} turns.`),
    ];
  return rising.map(({ what, per_thousand_turns: by }) => {
    const shown = what === 'latency' ? shownMs(by) : shownBytes(by);
    return bad(`In a long conversation ${what} rises by ${shown} in a thousand turns.`);
  });
}

function onFault({
  after,
  dependency,
  during,
  name,
  recovered_after_s: back,
}: FaultFigures): Finding {
  const lost = during.failed + after.failed;
  const meanwhile = `${during.answered} calls were answered meanwhile, ${during.coded} were told what is wrong`;
  const failed = lost === 0 ? '' : `, ${lost} failed`;
  const again =
    back === null
      ? 'statements did not run again within the time'
      : `statements ran again after ${shownNumber(back)} s`;
  // Whoever asks a server that is gone cannot be told anything: only what comes then is the others' doing.
  const isGood = (dependency === null ? after.failed : lost) === 0 && back !== null;
  const behind = dependency === null && lost > 0 ? ` (${after.failed} of them behind that)` : '';
  return { isGood, text: `When ${name}: ${meanwhile}${failed}${behind}; ${again}.` };
}

function onLimit({ cpus, failed, memory_bytes, readings }: LimitFigures): Finding {
  const isGood = readings.oomKills === 0 && failed === 0;
  const held = isGood ? 'it answers all' : 'it does not hold';
  const most = shownBytes(readings.memoryPeakBytes);
  return {
    isGood,
    text: `With ${cpus} processor and ${shownBytes(memory_bytes)} ${held}; it took ${most} at most.`,
  };
}

function onPlan({ database_connections, expected, per_replica, replicas }: CapacityPlan): Finding {
  const each = shownBytes(per_replica.memory_limit_bytes);
  return good(
    `For ${shownNumber(expected.conversations)} conversations: ${replicas} replicas of ${each}, ${database_connections} connections of the database.`,
  );
}
