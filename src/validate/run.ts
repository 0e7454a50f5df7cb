// Owns a run: a server to try, questions that it knows, then one phase after the other, and the report of them all.
import os from 'node:os';

import { ReleaseStack } from '../lib/release-stack.ts';
import { takeBaseline } from './baseline/baseline.ts';
import { takeConditions } from './conditions/phase.ts';
import type { ConditionsExtent, ConditionsParts } from './conditions/phase.ts';
import { createEndpoint } from './endpoint.ts';
import type { Endpoint } from './endpoint.ts';
import type { AgentModel } from './load/agent-model.ts';
import type { Pace } from './load/agents.ts';
import { takeBurst } from './load/burst.ts';
import { takeLevels } from './load/levels.ts';
import type { Manner } from './load/manner.ts';
import type { Phase } from './options.ts';
import type { QuestionSource } from './questions/question.ts';
import { REPORT_FORMAT } from './report.ts';
import type { Machine, Report } from './report.ts';
import { teach } from './teach.ts';
import type { Tell } from './tell.ts';

export interface RunOptions {
  readonly version: string;
  readonly phases: readonly Phase[];
  readonly extent: Extent;
  readonly isQuick: boolean;
  readonly source: QuestionSource;
  readonly model: AgentModel;
  readonly manner: Manner;
  readonly pace: Pace;
  readonly token: string | undefined;
  readonly signal: AbortSignal;
  readonly tell: Tell;
  /** Resolves when the server can be asked. */
  readonly openTarget: (releases: ReleaseStack) => Promise<Target>;
}

export interface Target {
  readonly url: URL;
  readonly own: ConditionsParts['own'];
}

/** How much of everything. */
export interface Extent {
  readonly blocks: number;
  readonly turns: number;
  readonly conversations: readonly number[];
  readonly secondsEach: number;
  /** Levels that may be put between, where the knee is. */
  readonly refinements: number;
  readonly burst: number;
  readonly conditions: ConditionsExtent;
}

export const QUICK: Extent = {
  blocks: 6,
  turns: 1000,
  conversations: [1, 10, 50, 200],
  secondsEach: 6,
  refinements: 2,
  burst: 500,
  conditions: {
    networks: ['cross-region', 'lossy'],
    networkSeconds: 4,
    limitSeconds: 5,
    fault: { beforeMs: 1500, awayMs: 2000, afterMs: 4500 },
  },
};

export const WHOLE: Extent = {
  blocks: 20,
  turns: 5000,
  conversations: [1, 5, 10, 25, 50, 100, 200, 500, 1000],
  secondsEach: 20,
  refinements: 3,
  burst: 1000,
  conditions: {
    networks: ['same-zone', 'cross-zone', 'cross-region', 'home', 'mobile-4g', 'lossy'],
    networkSeconds: 15,
    limitSeconds: 20,
    fault: { beforeMs: 5000, awayMs: 5000, afterMs: 15_000 },
  },
};

/** Beyond that callers wait for each other here, and not at the server. */
const MAX_CONNECTIONS = 2000;
const TIMEOUT_MS = 60_000;

/** @throws AppError where the server cannot be tried at all. */
export async function runValidation(options: RunOptions): Promise<Report> {
  const { extent, phases, signal } = options;
  const releases = new ReleaseStack();
  const started = performance.now();
  try {
    const target = await options.openTarget(releases);
    const endpoint = createEndpoint({
      url: target.url,
      token: options.token,
      maxConnections: MAX_CONNECTIONS,
      timeoutMs: TIMEOUT_MS,
      version: options.version,
    });
    releases.push('endpoint', () => endpoint.close());
    const source = await knownSource(endpoint, options);
    const settle = async (): Promise<void> => await target.own?.server.collectGarbage();
    const parts = { ...options, endpoint, source, settle };
    const isNext = (phase: Phase): boolean => phases.includes(phase) && !signal.aborted;
    const found = {
      ...(isNext('baseline') && { baseline: await takeBaseline(parts, extent) }),
      ...(isNext('load') && { load: await takeLevels(parts, extent) }),
      ...(isNext('load') && { burst: await takeBurst(parts, extent.burst) }),
      ...(isNext('conditions') && {
        conditions: await takeConditions({ ...parts, own: target.own }, extent.conditions),
      }),
    };
    return {
      format: REPORT_FORMAT,
      at: new Date().toISOString(),
      askonce: options.version,
      target: {
        url: target.url.href,
        own: target.own !== null,
        questions: source.name,
        question_count: source.questions.length,
      },
      machine: thisMachine(),
      quick: options.isQuick,
      stopped: signal.aborted,
      seconds: Math.round((performance.now() - started) / 1000),
      ...found,
      notes: notesOn(options.source, source),
    };
  } finally {
    await releases.unwind(0);
  }
}

/** Those of its questions that the server answers. */
async function knownSource(endpoint: Endpoint, options: RunOptions): Promise<QuestionSource> {
  const { source } = options;
  const questions = await teach(endpoint, source, options);
  return { name: source.name, questions, unasked: () => source.unasked() };
}

function notesOn(brought: QuestionSource, known: QuestionSource): string[] {
  const unanswered = brought.questions.length - known.questions.length;
  return unanswered === 0
    ? []
    : [
        `${unanswered} of ${brought.questions.length} questions are not answered by the server and were left out.`,
      ];
}

function thisMachine(): Machine {
  const cpus = os.cpus();
  return {
    cores: os.availableParallelism(),
    processor: cpus[0]?.model.trim() ?? 'unknown',
    memory_bytes: os.totalmem(),
    node: process.version,
    platform: `${os.platform()} ${os.arch()}`,
  };
}
