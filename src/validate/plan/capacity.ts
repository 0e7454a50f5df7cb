// Owns the plan of capacity: from what answers were measured to cost, and the traffic that is expected, to replicas and
// their limits. Straight lines below the knee, and nothing is promised beyond it. Pure.
import { linearRegression } from 'simple-statistics';

import { median, rounded } from '../figures.ts';
import type { LevelFigures, LoadFigures } from '../load/levels.ts';

/** What so many conversations come to, as far as the levels that were measured tell. */
export interface Prediction {
  readonly conversations: number;
  readonly answers_per_second: number;
  /** Of all replicas together. */
  readonly cores: number | null;
  readonly busy_connections: number | null;
  /** Of one replica that had all of it. */
  readonly memory_bytes: number | null;
}

export interface CapacityPlan {
  readonly expected: Prediction;
  /** Answers a second that one replica was measured to give; null where nothing says how many it gives at most. */
  readonly answers_per_replica: number;
  /** Whether that is where it gave way, or only as far as was tried. */
  readonly is_limit_known: boolean;
  readonly replicas: number;
  readonly per_replica: {
    readonly cpu_request_cores: number | null;
    readonly memory_limit_bytes: number | null;
  };
  readonly settings: Readonly<Record<string, string>>;
  /** Connections that the data database has to admit for all replicas. */
  readonly database_connections: number;
  /** What the figures rest on, in sentences. */
  readonly because: readonly string[];
}

/** Traffic comes in waves, and one replica of several may be away. */
const HEADROOM = 1.4;
/** One that is restarted, or that fails, leaves another. */
const MIN_REPLICAS = 2;
const MIB = 2 ** 20;
/** Below this the model, the runtime and a burst do not fit together: a pod of 512 MB is killed in its first burst. */
const MIN_MEMORY_BYTES = 1024 * MIB;
const MEMORY_STEP_BYTES = 256 * MIB;
const MEMORY_MARGIN = 1.35;
const MIN_POOL = 10;
const LOST = 0.05;
/** Of the sessions leased, at the highest reading. */
const CROWDED = 0.7;
const BUSY = 0.9;

/** Levels that say what an answer costs: the server kept up, and so did the load. */
export function healthyLevels({ knee, levels }: LoadFigures): LevelFigures[] {
  const most = knee?.conversations ?? Infinity;
  return levels.filter(
    (level) =>
      level.answered > 0 &&
      level.conversations <= most &&
      level.generator_busy < BUSY &&
      (level.shed + level.failed) / level.calls < LOST,
  );
}

/** @returns null where no level kept up. */
export function predict(load: LoadFigures, conversations: number): Prediction | null {
  const healthy = healthyLevels(load);
  const top = healthy.at(-1);
  if (!top) return null;
  // The larger levels have more calls, and less of what a start costs.
  const upper = healthy.slice(-3);
  const perConversation = median(
    upper.map((level) => level.answered_per_second / level.conversations),
  );
  const rate = perConversation * conversations;
  const perAnswer = (of: (level: LevelFigures) => number | null): number | null => {
    let [cost, answers] = [0, 0];
    for (const level of upper) {
      cost += of(level) ?? 0;
      answers += of(level) === null ? 0 : level.answered;
    }
    return answers === 0 ? null : cost / answers;
  };
  const cpu = perAnswer(({ server }) => server?.cpu_seconds ?? null);
  const held = perAnswer(({ server }) => server?.dependencies['data database']?.seconds ?? null);
  return {
    conversations,
    answers_per_second: rounded(rate),
    cores: cpu && rounded(cpu * rate),
    busy_connections: held && rounded(held * rate),
    memory_bytes: memoryAt(healthy, conversations),
  };
}

/** Highest readings over the levels as a straight line: what is there anyway, and what each conversation adds. */
function memoryAt(levels: readonly LevelFigures[], conversations: number): number | null {
  const points = levels
    .map(({ conversations: count, server }) => [count, server?.rss_bytes ?? null] as const)
    .filter((point): point is readonly [number, number] => point[1] !== null);
  if (points.length === 0) return null;
  const highest = Math.max(...points.map(([, bytes]) => bytes));
  if (points.length < 2) return highest;
  const { m, b } = linearRegression(points.map(([x, y]) => [x, y]));
  return Math.round(Math.max(highest, b + Math.max(0, m) * conversations));
}

/** @returns null where no level kept up, or the server tells nothing of itself: then nothing tells what an answer costs. */
export function planFor(load: LoadFigures, conversations: number): CapacityPlan | null {
  const expected = predict(load, conversations);
  const top = healthyLevels(load).at(-1);
  if (!expected || !top?.server) return null;
  const isLimitKnown = load.knee !== null && load.knee.shape !== 'flat';
  const most = top.answered_per_second;
  const replicas = Math.max(
    MIN_REPLICAS,
    Math.ceil((expected.answers_per_second * HEADROOM) / most),
  );
  const each = predict(load, Math.ceil(conversations / replicas))!;
  const memory = each.memory_bytes && memoryLimit(each.memory_bytes);
  const pool = poolFor(each.busy_connections ?? 0);
  return {
    expected,
    answers_per_replica: most,
    is_limit_known: isLimitKnown,
    replicas,
    per_replica: {
      cpu_request_cores: each.cores && Math.max(0.25, Math.ceil(each.cores * HEADROOM * 4) / 4),
      memory_limit_bytes: memory,
    },
    settings: { DB_POOL_MAX: String(pool), ...sessionSettings(top) },
    database_connections: replicas * (pool + 1),
    because: [
      `${rounded(expected.answers_per_second)} answers a second are expected of ${conversations} conversations, at the pace of ${load.agents.name}.`,
      isLimitKnown
        ? `One replica gave ${most} a second before it gave way.`
        : `One replica gave ${most} a second, and was not driven to its limit: fewer replicas may do.`,
      `A margin of ${Math.round(100 * (HEADROOM - 1))} % for waves, and ${MIN_REPLICAS} replicas at least, so that one can be restarted.`,
    ],
  };
}

/** Left alone where most of the sessions were free at the highest level. */
function sessionSettings({ server }: LevelFigures): Readonly<Record<string, string>> {
  if ((server?.session_pool_utilization ?? 0) < CROWDED) return {};
  return { SESSION_POOL_MAX: '400', MAX_QUEUE: '2000' };
}

function memoryLimit(bytes: number): number {
  const wanted = Math.max(MIN_MEMORY_BYTES, bytes * MEMORY_MARGIN);
  return Math.ceil(wanted / MEMORY_STEP_BYTES) * MEMORY_STEP_BYTES;
}

/** Callers come by chance: of so many busy at the middle, three deviations of a Poisson more are seldom busy. */
function poolFor(busy: number): number {
  return Math.max(MIN_POOL, Math.ceil(busy + 3 * Math.sqrt(busy)) + 2);
}
