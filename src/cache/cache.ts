// Owns the cache as the pipeline sees it: plans, results and answers over the in-process tier and the
// store. Nothing here rejects because the store is down; reads miss, writes are dropped and counted.
import { setTimeout as sleep } from 'node:timers/promises';

import type { Pool } from '../db/pool.ts';
import type { Logger } from '../logger.ts';
import type { Metrics } from '../metrics.ts';
import { createAnswerLog } from './answer-log.ts';
import type { AnswerRecord, Report } from './answer-log.ts';
import { createAnswers } from './answers.ts';
import type { Neighbour, Phrasing } from './entities.ts';
import { createDecisionLog } from './decision-log.ts';
import { createDecisions } from './decisions.ts';
import type { Decisions } from './decisions.ts';
import { createEviction } from './eviction.ts';
import type { EvictionLimits } from './eviction.ts';
import { createGate } from './gate.ts';
import { idOf } from './key.ts';
import type { Key } from './key.ts';
import { UNSHARED, createLeases } from './leases.ts';
import type { Leases } from './leases.ts';
import type { Cuts } from './live-cuts.ts';
import { createMemoryTier } from './memory.ts';
import type { KnownQuestion, MemoryTier } from './memory.ts';
import type { Notices } from './notices.ts';
import { createPlanStore } from './plan-store.ts';
import { createPolicies } from './policies.ts';
import type { Policies, Policy } from './policies.ts';
import type { NearestSearch, NewPhrasing, PlanScope, StoredPage } from './plan-store.ts';
import { createRecheck } from './recheck.ts';
import { createResultStore } from './result-store.ts';
import { createResults } from './results.ts';
import type { Results } from './results.ts';
import { createScopeRegister } from './scope-register.ts';
import type { ScopeRegister } from './scope-register.ts';
import type { Seal } from './seal.ts';
import { createServed } from './served.ts';
import type { Served } from './served.ts';
import { createSearchIndexes } from './search-indexes.ts';
import { createUsage } from './usage.ts';
import { createWriteQueue } from './write-queue.ts';

export interface Cache {
  readonly results: Results;
  readonly decisions: Decisions;
  /** Of statements that run, among the replicas that share the store. */
  readonly leases: Leases;
  readonly policies: Policies;
  readonly served: Served;
  readonly scopes: ScopeRegister;
  readonly memory: Pick<MemoryTier, 'bytes' | 'maxBytes'>;
  /** No replica holds anything of what it has read: what is gone from the store is answered by nobody. */
  dropHeld(): Promise<void>;
  /**
   * By this process; what other replicas may have been told of it meanwhile is known within seconds.
   * @param by Who asks: what somebody else has just bound may be bound in the store already.
   */
  heldQuestion(planScope: string, key: Key, by: string): Promise<FoundQuestion | null>;
  /** As heldQuestion, at once; and in vain it counts for nothing: somebody will look again. */
  peekQuestion(planScope: string, key: Key, by: string): Promise<FoundQuestion | null>;
  /** In the store; this process holds it from then on. */
  findQuestion(planScope: string, key: Key): Promise<FoundQuestion | null>;
  findPhrasing(scope: PlanScope, id: string): Promise<Phrasing | null>;
  /** What is stored of the scope, in the order of ids, behind one of these; null when the store cannot be asked. */
  page(scope: PlanScope, after: string | null, limit: number): Promise<StoredPage | null>;
  /** Null when the store cannot be asked. */
  nearest(scope: PlanScope, search: NearestSearch): Promise<Neighbour[] | null>;
  /** Ids of the plans that never answer this question; null when the store cannot be asked. */
  rejected(planScope: string, questionKey: Key): Promise<ReadonlySet<string> | null>;
  /** Known at once in this process, stored off the answer's path once `embed` has given its vector. */
  remember(scope: PlanScope, entry: RememberEntry): void;
  /** Known in this process only: the answer was found by similarity and nobody confirmed it. */
  note(planScope: string, key: Key, known: KnownQuestion): void;
  /** This question is never again answered by this plan. */
  reject(rejection: Rejection): Promise<void>;
  recordAnswer(record: AnswerRecord): void;
  findAnswer(resultScope: string, id: string): Promise<AnswerRecord | null>;
  report(report: Report): Promise<void>;
  /** Whether the shared store answers; the in-process tier always does. */
  readonly available: boolean;
  /** Opens the store once its schema is in place; resolves when the policy in it is in force. */
  open(): Promise<void>;
  sweep(): Promise<number>;
  /** Takes the questions and rows that were used last into memory, behind whatever else there is to do. */
  warm(scope: PlanScope): Promise<void>;
  /** Keeps an index for each scope that has grown large. @param pool Whose connections may be held for minutes. */
  maintainIndexes(pool: Pool): Promise<void>;
  drain(): Promise<void>;
  /** As drain, with what was counted: nothing is served from here on. */
  close(): Promise<void>;
}

export interface FoundQuestion extends KnownQuestion {
  readonly tier: 'memory' | 'store';
}

export interface Rejection {
  readonly planScope: string;
  readonly questionKey: Key;
  readonly planId: string;
  /** The phrasing that led to the plan. */
  readonly phrasingId: string | null;
  /** The principal that says so. */
  readonly by: string;
}

export interface RememberEntry extends Omit<NewPhrasing, 'embedding'> {
  readonly embed: () => Promise<Float32Array | null>;
}

export interface CacheOptions {
  readonly pool: Pool;
  readonly maxMemoryBytes: number;
  /** Of the verifier, tightened by what is learned; null without one. */
  readonly cuts: Cuts | null;
  /** Whether other replicas use the same store. */
  readonly isShared: boolean;
  readonly limits: EvictionLimits;
  /** Over what is stored of plans, and of the policy. */
  readonly seal: Seal;
  /** Name of the servers that share scopes. */
  readonly deployment: string;
  /** Where no operator has set another one. */
  readonly policy: Policy;
  /** Of the replicas that use it. */
  readonly notices: Notices;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly now: () => number;
}

const QUESTION_TTL_MS = 60 * 60 * 1000;
const QUEUE_MAX_BYTES = 64 * 1024 * 1024;
/** How long a search waits for phrasings of this process to reach the store. */
const OWN_WRITES_WAIT_MS = 250;
const PHRASING_BYTES = 1024;
const WARM_QUESTIONS = 500;

export function createCache(options: CacheOptions): Cache {
  const { pool, cuts, isShared, notices, logger, metrics, now } = options;
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
  const indexes = createSearchIndexes(pool);
  const plans = createPlanStore(pool, {
    seal: options.seal,
    indexes,
    onForged(rows) {
      metrics.cacheFailure('forged');
      logger.warn({ rows }, 'plans that no server with our secret has stored are not used');
    },
  });
  const resultStore = createResultStore(pool, now);
  const answerLog = createAnswerLog(pool);
  const answers = createAnswers({ log: answerLog, gate, queue, metrics });
  const decisionLog = createDecisionLog(pool);
  const decisions = createDecisions({ log: decisionLog, gate, queue, metrics, cuts, isShared });
  const usage = createUsage(pool);
  const served = createServed(pool);
  const scopes = createScopeRegister(pool, options.deployment);
  const policies = createPolicies({
    pool,
    gate,
    seal: options.seal,
    notices,
    deployment: options.deployment,
    settings: options.policy,
    onOtherMatches: () => memory.dropMatched(),
    onChange({ targetErrorRate }) {
      cuts?.aim(targetErrorRate);
      metrics.cacheTarget(targetErrorRate);
    },
    logger,
  });
  const eviction = createEviction(pool, options.limits);
  const results = createResults({
    memory,
    store: resultStore,
    gate,
    queue,
    metrics,
    now,
    onUsed: ({ resultScope, id }) => usage.result(resultScope, id),
  });
  const leases = isShared ? createLeases(pool, gate, now) : UNSHARED;
  /** Phrasings on their way into the store, and the newest of them. */
  let unsaved = 0;
  let lastSave: Promise<void> = Promise.resolve();

  notices.on('rejected', forget);
  notices.on('forgotten', dropHeld);

  function forget(questionKey: Key, planId: string): void {
    memory.dropQuestion(questionKey);
    memory.dropMatched(planId);
  }

  function dropHeld(): void {
    memory.clear();
    decisions.forgotten();
  }

  const rechecked = createRecheck({ memory, plans, gate, notices, now });
  /** What this process has still to write is newer than the store. */
  const isRechecked = (known: KnownQuestion): boolean =>
    isShared && gate.open && !queue.isWaiting(known.phrasing.id);

  /** The id of what is on its way into the store, and its maker's alone: only there is it known who was first. */
  function onItsWay(key: Key, by: string): string | null {
    const held = memory.question(key);
    if (held?.match !== null || held.phrasing.madeBy === by) return null;
    return queue.isWaiting(held.phrasing.id) ? held.phrasing.id : null;
  }

  async function peekQuestion(
    planScope: string,
    key: Key,
    by: string,
  ): Promise<FoundQuestion | null> {
    const held = onItsWay(key, by) === null ? memory.question(key) : undefined;
    const known = held && isRechecked(held) ? await rechecked(planScope, key, held) : held;
    if (!known) return null;
    metrics.cacheLookup('memory', 'hit');
    usage.plan(planScope, known.phrasing.plan.id);
    return { ...known, tier: 'memory' };
  }

  function drain(): Promise<void> {
    answers.flush();
    decisions.flush();
    return queue.drain();
  }

  async function tellUse(): Promise<void> {
    await usage.flush();
    await served.flush();
    await scopes.flush();
  }

  return {
    results,
    decisions,
    leases,
    policies,
    served,
    scopes,
    memory,

    async heldQuestion(planScope, key, by) {
      const waiting = onItsWay(key, by);
      if (waiting !== null) await Promise.race([queue.settled(waiting), sleep(OWN_WRITES_WAIT_MS)]);
      const known = await peekQuestion(planScope, key, by);
      if (!known) metrics.cacheLookup('memory', 'miss');
      return known;
    },

    peekQuestion,

    async findQuestion(planScope, key) {
      const phrasing = await gate.attempt('find-question', undefined, () =>
        plans.find(planScope, key),
      );
      metrics.cacheLookup('store', phrasing ? 'hit' : phrasing === null ? 'miss' : 'error');
      if (!phrasing) return null;
      memory.putQuestion(key, { phrasing, match: null });
      usage.plan(planScope, phrasing.plan.id);
      return { phrasing, match: null, tier: 'store' };
    },

    findPhrasing: (scope, id) =>
      gate.attempt('find-phrasing', null, () => plans.findById(scope, id)),

    page: (scope, after, limit) =>
      gate.attempt('export', null, () => plans.page(scope, after, limit)),

    async nearest(scope, search) {
      // What this process has just learned is found: an agent rephrases right after it has asked.
      if (unsaved > 0) await Promise.race([lastSave, sleep(OWN_WRITES_WAIT_MS)]);
      return await gate.attempt('nearest', null, () => plans.nearest(scope, search));
    },

    rejected: (planScope, questionKey) =>
      gate.attempt('rejected', null, () => plans.rejected(planScope, questionKey)),

    remember(scope, { embed, ...phrasing }) {
      const { questionKey } = phrasing;
      if (isOfAnother(memory.question(questionKey), phrasing)) return;
      memory.putQuestion(questionKey, { phrasing, match: null });
      if (!gate.open) return;
      queue.add({
        id: phrasing.id,
        bytes: PHRASING_BYTES + 4 * (phrasing.plan.sql.length + phrasing.question.length),
        write: async () => {
          const embedding = await embed();
          const isBound = await gate.attempt('save-plan', true, () =>
            plans.save(scope, { ...phrasing, embedding }),
          );
          // Somebody else was first, which only the store knew.
          if (!isBound) memory.dropQuestion(questionKey);
        },
      });
      unsaved += 1;
      lastSave = queue.settled(phrasing.id).then(() => {
        unsaved -= 1;
      });
    },

    note(planScope, key, known) {
      // What an agent has bound meanwhile is no guess.
      if (memory.question(key)?.match !== null) memory.putQuestion(key, known);
      usage.plan(planScope, known.phrasing.plan.id);
    },

    async reject({ planScope, questionKey, planId, phrasingId, by }) {
      forget(questionKey, planId);
      // What still waits to bring the plan, or to bind this question to it, would undo the rejection.
      await Promise.all([
        queue.settled(idOf(questionKey)),
        phrasingId && queue.settled(phrasingId),
      ]);
      await gate.attempt('reject', undefined, () =>
        plans.reject({ planScope, questionKey, planId, by }),
      );
      if (isShared) await notices.tell('rejected', questionKey, planId);
    },

    async dropHeld() {
      dropHeld();
      if (isShared) await notices.tell('forgotten');
    },

    recordAnswer: (record) => answers.add(record),
    findAnswer: (resultScope, id) => answers.find(resultScope, id),
    report: (report) => answers.report(report),

    get available() {
      return gate.open;
    },
    async open() {
      gate.ready();
      void gate.attempt('indexes', undefined, () => indexes.refresh());
      await policies.refresh();
    },
    async sweep() {
      let total = 0;
      await gate.attempt('usage', undefined, tellUse);
      for (;;) {
        // In batches, so that no statement deletes for long; to the end, so that the store is bounded.
        const gone = await gate.attempt(
          'sweep',
          0,
          async () =>
            (await resultStore.sweep()) +
            (await answerLog.sweep()) +
            (await decisionLog.sweep()) +
            (await leases.sweep()) +
            (await served.sweep()) +
            (await scopes.sweep()) +
            (await eviction.sweep()),
        );
        if (gone === 0) return total;
        total += gone;
      }
    },
    warm: (scope) =>
      gate.attempt('warm', undefined, async () => {
        for (const { questionKey, phrasing } of await plans.recent(scope, WARM_QUESTIONS)) {
          if (!memory.question(questionKey))
            memory.putQuestion(questionKey, { phrasing, match: null });
        }
        await results.warm();
      }),
    maintainIndexes: (builders) =>
      gate.attempt('indexes', undefined, () => indexes.maintain(builders)),
    drain,
    async close() {
      await gate.attempt('usage', undefined, tellUse);
      await drain();
    },
  };
}

/** A question keeps what it was bound to first, unless whoever bound it, or an admin, binds it anew. */
const isOfAnother = (
  known: KnownQuestion | undefined,
  { madeBy, isByAdmin }: Pick<NewPhrasing, 'madeBy' | 'isByAdmin'>,
): boolean =>
  known !== undefined && known.match === null && known.phrasing.madeBy !== madeBy && !isByAdmin;
