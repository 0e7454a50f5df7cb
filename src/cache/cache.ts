// Owns the cache as the pipeline sees it: plans, results and answers over the in-process tier and the
// store. Nothing here rejects because the store is down; reads miss, writes are dropped and counted.
import { setTimeout as sleep } from 'node:timers/promises';

import type { Pool } from '../db/pool.ts';
import { AppError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { Metrics } from '../metrics.ts';
import { createAnswerLog } from './answer-log.ts';
import type { AnswerRecord, Report } from './answer-log.ts';
import type { Neighbour, Phrasing } from './entities.ts';
import { createGate } from './gate.ts';
import type { Key } from './key.ts';
import { createMemoryTier } from './memory.ts';
import type { KnownQuestion } from './memory.ts';
import { createPlanStore } from './plan-store.ts';
import type { NearestSearch, NewPhrasing, PlanScope } from './plan-store.ts';
import { createResultStore } from './result-store.ts';
import { createResults } from './results.ts';
import type { Results } from './results.ts';
import { createWriteQueue } from './write-queue.ts';

export interface Cache {
  readonly results: Results;
  findQuestion(key: Key): Promise<FoundQuestion | null>;
  findPhrasing(scope: PlanScope, id: string): Promise<Phrasing | null>;
  nearest(scope: PlanScope, search: NearestSearch): Promise<Neighbour[]>;
  /** Known at once in this process, stored off the answer's path once `embed` has given its vector. */
  remember(scope: PlanScope, entry: RememberEntry): void;
  /** Known in this process only: the answer was found by similarity and nobody confirmed it. */
  note(key: Key, known: KnownQuestion): void;
  /** This question is never again answered by this plan. */
  reject(key: Key, planId: string): Promise<void>;
  recordAnswer(record: AnswerRecord): void;
  findAnswer(resultScope: string, id: string): Promise<AnswerRecord | null>;
  report(report: Report): Promise<void>;
  /** Whether the shared store answers; the in-process tier always does. */
  readonly available: boolean;
  /** Opens the store once its schema is in place. */
  open(): void;
  sweep(): Promise<number>;
  drain(): Promise<void>;
}

export interface FoundQuestion extends KnownQuestion {
  readonly tier: 'memory' | 'store';
}

export interface RememberEntry extends Omit<NewPhrasing, 'embedding'> {
  readonly embed: () => Promise<Float32Array | null>;
}

export interface CacheOptions {
  readonly pool: Pool;
  readonly maxMemoryBytes: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly now: () => number;
}

const QUESTION_TTL_MS = 60 * 60 * 1000;
const QUEUE_MAX_BYTES = 64 * 1024 * 1024;
/** How long a search waits for phrasings of this process to reach the store. */
const OWN_WRITES_WAIT_MS = 250;
const ANSWER_BYTES = 1024;
const MAX_UNWRITTEN_ANSWERS = 10_000;

export function createCache(options: CacheOptions): Cache {
  const { pool, logger, metrics, now } = options;
  const memory = createMemoryTier({
    maxBytes: options.maxMemoryBytes,
    questionTtlMs: QUESTION_TTL_MS,
    now,
  });
  const gate = createGate({ logger, metrics, now });
  const queue = createWriteQueue({
    maxBytes: QUEUE_MAX_BYTES,
    onDropped: () => metrics.cacheDropped('write'),
    onFailed: (error) => logger.warn({ error: String(error) }, 'cache write failed'),
  });
  const plans = createPlanStore(pool);
  const resultStore = createResultStore(pool);
  const answers = createAnswerLog(pool);
  let unwritten: AnswerRecord[] = [];
  /** Phrasings on their way into the store, and the newest of them. */
  let unsaved = 0;
  let lastSave: Promise<void> = Promise.resolve();

  const writeAnswers = async (): Promise<void> => {
    const batch = unwritten;
    unwritten = [];
    if (batch.length > 0) {
      await gate.attempt('record-answer', undefined, () => answers.write(batch));
    }
  };

  return {
    results: createResults({ memory, store: resultStore, gate, queue, now }),

    async findQuestion(key) {
      const known = memory.question(key);
      if (known) return { ...known, tier: 'memory' };
      const phrasing = await gate.attempt('find-question', null, () => plans.find(key));
      if (!phrasing) return null;
      memory.putQuestion(key, { phrasing, match: null });
      return { phrasing, match: null, tier: 'store' };
    },

    findPhrasing: (scope, id) =>
      gate.attempt('find-phrasing', null, () => plans.findById(scope, id)),

    async nearest(scope, search) {
      // What this process has just learned is found: an agent rephrases right after it has asked.
      if (unsaved > 0) await Promise.race([lastSave, sleep(OWN_WRITES_WAIT_MS)]);
      return await gate.attempt('nearest', [], () => plans.nearest(scope, search));
    },

    remember(scope, { embed, ...phrasing }) {
      memory.putQuestion(phrasing.questionKey, { phrasing, match: null });
      if (!gate.open) return;
      queue.add({
        id: phrasing.id,
        bytes: ANSWER_BYTES + 4 * (phrasing.plan.sql.length + phrasing.question.length),
        write: async () => {
          const embedding = await embed();
          await gate.attempt('save-plan', undefined, () =>
            plans.save(scope, { ...phrasing, embedding }),
          );
        },
      });
      unsaved += 1;
      lastSave = queue.settled(phrasing.id).then(() => {
        unsaved -= 1;
      });
    },

    note: (key, known) => memory.putQuestion(key, known),

    async reject(key, planId) {
      memory.dropQuestion(key);
      memory.dropMatched(planId);
      await queue.drain();
      await gate.attempt('reject', undefined, () => plans.reject(key, planId));
    },

    recordAnswer(record) {
      unwritten.push(record);
      // The first of a batch schedules its write; those that come meanwhile travel with it.
      const scheduled =
        unwritten.length > 1 ||
        queue.add({ id: 'answers', bytes: ANSWER_BYTES, write: writeAnswers });
      if (!scheduled || unwritten.length > MAX_UNWRITTEN_ANSWERS) unwritten = [];
    },

    async findAnswer(resultScope, id) {
      await queue.drain();
      if (!gate.open) throw storeDown();
      return await gate.attempt('find-answer', null, () => answers.find(resultScope, id));
    },

    async report(report) {
      if (!gate.open) throw storeDown();
      await answers.report(report);
    },

    get available() {
      return gate.open;
    },
    open: () => gate.ready(),
    async sweep() {
      let total = 0;
      for (;;) {
        // In batches, so that no statement deletes for long; to the end, so that the store is bounded.
        const gone = await gate.attempt(
          'sweep',
          0,
          async () => (await resultStore.sweep()) + (await answers.sweep()),
        );
        if (gone === 0) return total;
        total += gone;
      }
    },
    drain: () => queue.drain(),
  };
}

function storeDown(): AppError {
  return new AppError('OVERLOADED', 'The cache database cannot be reached; nothing was recorded.', {
    retryAfterMs: 2000,
    hint: 'Send the report again later.',
  });
}
