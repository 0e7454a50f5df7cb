// Owns the figures that are quoted for kinds of MCP servers, and what this one came to beside them. Pure.
import { shownMs, shownNumber, shownShare } from './html/shown.ts';
import type { LevelFigures, LoadFigures } from './load/levels.ts';

export interface FieldRow {
  readonly quoted: string;
  readonly here: string;
}

const NOT_TRIED = 'not tried: give larger --conversations';

/** As the field tells them of itself: rules of thumb, of other machines and other questions. */
export function fieldRows({ knee, levels }: LoadFigures): FieldRow[] {
  const best = levels.toSorted((a, b) => b.answered_per_second - a.answered_per_second)[0];
  const last = levels.at(-1);
  if (!best || !last) return [];
  const held = knee?.shape === 'flat' ? last.conversations : (knee?.conversations ?? 0);
  const more = knee?.shape === 'flat' ? ', as many as were tried' : '';
  const here = `${shownNumber(best.answered_per_second)} answers a second; ${shownNumber(held)} agents kept up with${more}`;
  return [
    { quoted: 'stdio, a process for each user: 1 to 2 requests a second, 10 to 20 users', here },
    {
      quoted: 'HTTP with a session for each user: 25 to 35 requests a second, 40 to 60 users',
      here,
    },
    { quoted: 'HTTP with shared sessions: more than 1000 users', here: at(levels, 1000, lostAt) },
    { quoted: 'collapse beyond 25 users', here: at(levels, 25, lostAt) },
    { quoted: '150 users at 340 ms', here: at(levels, 150, latencyAt) },
  ];
}

/** The least level with so many. */
function at(
  levels: readonly LevelFigures[],
  users: number,
  tell: (level: LevelFigures) => string,
): string {
  const level = levels.find(({ conversations }) => conversations >= users);
  return level ? `${tell(level)} at ${level.conversations} agents` : NOT_TRIED;
}

function lostAt({ calls, failed, given_up, latency_ms, shed }: LevelFigures): string {
  const lost = calls === 0 ? null : (shed + failed + given_up) / calls;
  return `${shownShare(lost)} lost, 95 % answered within ${shownMs(latency_ms.all.p95)}`;
}

function latencyAt({ latency_ms }: LevelFigures): string {
  const { p50, p95 } = latency_ms.all;
  return `${shownMs(p50)} at the median, ${shownMs(p95)} for 95 %`;
}
