// `npm run bench -- plan`: how near the plan of capacity comes. A server is measured up to so many agents, twice as many are
// foretold from that, and then measured.
import { setMaxListeners } from 'node:events';

import { ReleaseStack } from '../src/lib/release-stack.ts';
import { PROFILES } from '../src/validate/load/agent-model.ts';
import { AT_WILL } from '../src/validate/load/agents.ts';
import { takeLevels } from '../src/validate/load/levels.ts';
import type { LevelFigures } from '../src/validate/load/levels.ts';
import { ASKONCE } from '../src/validate/load/manner.ts';
import { predict } from '../src/validate/plan/capacity.ts';
import type { Prediction } from '../src/validate/plan/capacity.ts';
import type { BenchContext } from './context.ts';
import { countOption, parseOptions } from './decisions-options.ts';
import { round } from './statistics.ts';
import { SILENT, openTaught } from './taught-server.ts';

export const PLAN_USAGE = `plan [--tries N] [--seconds N]
    For each profile of agents a server is measured up to so many conversations; what twice as many come to is foretold
    and then measured, --tries (3) times, --seconds (20) a level: foretold over measured, at 1 exactly right.`;

/** Up to where twice as many are still within what this machine holds, the load beside the server. */
const UP_TO = { 'support-desk': 400, analyst: 50, 'autonomous-agent': 20 } as const;

type Figure = keyof Omit<Prediction, 'conversations'>;

interface Try {
  readonly profile: string;
  readonly conversations: number;
  readonly foretold: Prediction;
  readonly measured: Readonly<Record<Figure, number | null>>;
  readonly foretold_over_measured: Readonly<Record<Figure, number | null>>;
}

export async function runPlan(
  { progress, root }: BenchContext,
  args: readonly string[],
): Promise<Record<string, unknown>> {
  const given = parseOptions(args, {
    json: { type: 'boolean' },
    tries: { type: 'string' },
    seconds: { type: 'string' },
  });
  const tries = countOption(given.tries, 'tries', { otherwise: 3 });
  const secondsEach = countOption(given.seconds, 'seconds', { otherwise: 20 });
  const done: Try[] = [];
  for (let at = 0; at < tries; at += 1) {
    for (const profile of ['support-desk', 'analyst', 'autonomous-agent'] as const) {
      const tried = await takeTry(root, profile, secondsEach);
      progress(
        `${profile}: foretold over measured ${JSON.stringify(tried.foretold_over_measured)}`,
      );
      done.push(tried);
    }
  }
  return { seconds_each: secondsEach, tries: done };
}

async function takeTry(
  root: string,
  profile: keyof typeof UP_TO,
  secondsEach: number,
): Promise<Try> {
  const releases = new ReleaseStack();
  try {
    const { endpoint, source } = await openTaught({ root }, releases);
    const { signal } = new AbortController();
    // Every agent listens to it.
    setMaxListeners(0, signal);
    const parts = {
      endpoint,
      source,
      manner: ASKONCE,
      model: PROFILES[profile],
      pace: AT_WILL,
      signal,
      tell: SILENT,
    };
    const most = UP_TO[profile];
    const levels = [most / 4, most / 2, most].map(Math.round);
    const load = await takeLevels(parts, { conversations: levels, secondsEach });
    const foretold = predict(load, 2 * most);
    if (foretold === null) throw new Error('no level kept up');
    const twice = await takeLevels(parts, { conversations: [2 * most], secondsEach });
    const measured = measuredAt(twice.levels[0]!);
    return {
      profile,
      conversations: 2 * most,
      foretold,
      measured,
      foretold_over_measured: over(foretold, measured),
    };
  } finally {
    await releases.unwind(0);
  }
}

function measuredAt({ answered_per_second, seconds, server }: LevelFigures): Try['measured'] {
  const held = server?.dependencies['data database']?.seconds ?? null;
  return {
    answers_per_second: answered_per_second,
    cores: server?.cpu_seconds == null ? null : round(server.cpu_seconds / seconds),
    busy_connections: held === null ? null : round(held / seconds),
    memory_bytes: server?.rss_bytes ?? null,
  };
}

function over(foretold: Prediction, measured: Try['measured']): Try['measured'] {
  const ratio = (figure: Figure): number | null => {
    const [expected, found] = [foretold[figure], measured[figure]];
    return expected === null || !found ? null : round(expected / found);
  };
  return {
    answers_per_second: ratio('answers_per_second'),
    cores: ratio('cores'),
    busy_connections: ratio('busy_connections'),
    memory_bytes: ratio('memory_bytes'),
  };
}
