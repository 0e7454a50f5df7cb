// `npm run bench -- regressions`: whether `askonce validate` finds a stage that was slowed, names it, and is silent where
// nothing was. Two servers of the same program, one of them slowed by message.
import { join } from 'node:path';

import { ReleaseStack } from '../src/lib/release-stack.ts';
import { compareInterleaved } from '../src/validate/compare/compare.ts';
import type { Comparison } from '../src/validate/compare/compare.ts';
import { interleave } from '../src/validate/compare/interleave.ts';
import type { Subject } from '../src/validate/compare/interleave.ts';
import type { BenchContext } from './context.ts';
import { countOption, parseOptions } from './decisions-options.ts';
import type { Slowing } from './slowed-server.ts';
import { SILENT, openTaught } from './taught-server.ts';

export const REGRESSIONS_USAGE = `regressions [--tries N] [--unchanged N] [--rounds N] [--share PERCENT] [--stage NAME]
    Each stage of askonce slowed by --share (20) per cent in one of two servers that are measured in turns, --tries
    (5) times each, and --unchanged (20) times nothing: which were found and named, and how many alarms there were
    for nothing. Two new servers for each try.`;

const STAGES: ReadonlyArray<NonNullable<Slowing['stage']>> = [
  'look up',
  'embed',
  'check',
  'nearest',
  'judge',
  'find rows',
  'connect',
  'statement',
  'stream',
  'call',
];

/** Their wordings, each good for once, have to last for all rounds. */
const QUESTIONS = 150;

export interface Try {
  readonly planted: string | null;
  /** What the comparison names, the worst first. */
  readonly named: ReadonlyArray<{
    readonly part: string;
    readonly scenario: string;
    readonly ratio: number;
  }>;
  /** Of the planted stage, as measured: what busy waiting came to. */
  readonly measured: number | null;
}

export async function runRegressions(
  { progress, root }: BenchContext,
  args: readonly string[],
): Promise<Record<string, unknown>> {
  const given = parseOptions(args, {
    json: { type: 'boolean' },
    tries: { type: 'string' },
    unchanged: { type: 'string' },
    rounds: { type: 'string' },
    share: { type: 'string' },
    stage: { type: 'string' },
  });
  const tries = countOption(given.tries, 'tries', { otherwise: 5 });
  const unchanged = countOption(given.unchanged, 'unchanged', { otherwise: 20 });
  const rounds = countOption(given.rounds, 'rounds', { otherwise: 400 });
  const share = countOption(given.share, 'share', { otherwise: 20 }) / 100;
  const stages = STAGES.filter((stage) => given.stage === undefined || stage === given.stage);
  // Spread over the run, as what else the machine does may be.
  const planned = Array.from({ length: Math.max(tries, 1) }, (_, at): Slowing[] => [
    ...(at < tries ? stages.map((stage) => ({ stage, share })) : []),
    ...Array.from({ length: shareOf(unchanged, at, Math.max(tries, 1)) }, () => NOTHING),
  ]).flat();
  const done: Try[] = [];
  for (const [index, slowing] of planned.entries()) {
    const tried = await takeTry(root, { slowing, rounds });
    done.push(tried);
    const named = tried.named.map(({ part, ratio }) => `${part} ${ratio}`).join(', ');
    progress(
      `${index + 1} of ${planned.length}: ${slowing.stage ?? 'nothing'} slowed (measured ${tried.measured ?? '–'}), named: ${named || 'nothing'}`,
    );
  }
  const isFound = ({ planted, named }: Try): boolean => named[0]?.part === planted;
  return {
    share,
    rounds,
    found: Object.fromEntries(
      stages.map((stage) => {
        const of = done.filter(({ planted }) => planted === stage);
        return [stage, `${of.filter(isFound).length} of ${of.length}`];
      }),
    ),
    false_alarms: `${done.filter(({ planted, named }) => planted === null && named.length > 0).length} of ${unchanged}`,
    tries: done,
  };
}

const NOTHING: Slowing = { stage: null, share: 0 };

/** Of so many, what falls on one of several turns. */
const shareOf = (count: number, turn: number, turns: number): number =>
  Math.floor(((turn + 1) * count) / turns) - Math.floor((turn * count) / turns);

async function takeTry(
  root: string,
  { slowing, rounds }: { readonly slowing: Slowing; readonly rounds: number },
): Promise<Try> {
  const releases = new ReleaseStack();
  const { signal } = new AbortController();
  try {
    const open = async (slowed: Slowing): Promise<Subject> => {
      const program = join(root, 'dist/bench/slowed-server.js');
      const { endpoint, server, source } = await openTaught(
        { root, program, questions: QUESTIONS },
        releases,
      );
      await server.send(slowed);
      return { endpoint, source };
    };
    // At the same time: what starts first is a little slower for as long as it lives.
    const [old, now] = await Promise.all([open(NOTHING), open(slowing)]);
    const pairs = await interleave(old, now, { rounds, signal, tell: SILENT });
    return tryOf(slowing.stage, compareInterleaved(pairs));
  } finally {
    await releases.unwind(0);
  }
}

function tryOf(planted: Slowing['stage'], { compared, slower }: Comparison): Try {
  const measured = compared.find(({ part, scenario }) => part === planted && scenario === 'all');
  return {
    planted,
    named: slower.map(({ part, scenario, ratio }) => ({ part, scenario, ratio })),
    measured: measured?.ratio ?? null,
  };
}
