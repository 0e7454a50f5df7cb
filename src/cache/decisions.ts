// Owns decisions on their way into the log and labels on theirs, and what follows from them: the cuts in
// force. Nothing here rejects because the store is down; a label that cannot be kept is lost.
import { LRUCache } from 'lru-cache';

import type { Metrics } from '../metrics.ts';
import type {
  DecisionLog,
  DecisionRecord,
  Label,
  OpenDecision,
  ServedHit,
} from './decision-log.ts';
import type { Gate } from './gate.ts';
import type { Key } from './key.ts';
import type { Cuts } from './live-cuts.ts';
import { createWriteBatch } from './write-batch.ts';
import type { WriteQueue } from './write-queue.ts';

export interface Decisions {
  add(record: DecisionRecord): void;
  /** Kept for every decision about this question and this plan; moves the cuts where it must. */
  label(label: Label): Promise<void>;
  /**
   * Earlier questions that were judged for this one, not served, and are without a label.
   * @param planId of the statement that is held against them: once, until more is decided.
   */
  open(planScope: string, questionKey: Key, planId: string): Promise<readonly OpenDecision[]>;
  /** Holds the cuts against what was served and labelled, on any replica. */
  learn(planScope: string): Promise<void>;
  /** Decisions may be gone from the log: what is decided from now on is logged anew. */
  forgotten(): void;
  /** Hands what waits to the write queue now. */
  flush(): void;
}

export interface DecisionsOptions {
  readonly log: DecisionLog;
  readonly gate: Gate;
  readonly queue: WriteQueue;
  readonly metrics: Metrics;
  /** Null without a verifier: then nothing is served that could be tightened. */
  readonly cuts: Cuts | null;
  /** Whether other replicas decide over the same store. */
  readonly isShared: boolean;
}

const RECORD_BYTES = 4096;
const MAX_SCOPES = 200;
/** A decision that comes out as it did is logged once in this time: a month of them has room. */
const LOGGED_FOR_MS = 60 * 60 * 1000;
/** About 2 MB. Of a question that is forgotten a label may be lost, never an answer. */
const MAX_NOTED = 10_000;

export function createDecisions(options: DecisionsOptions): Decisions {
  const { log, gate, queue, metrics, cuts, isShared } = options;
  /** By question that was decided about, the plan last held against that: null before the first. */
  const noted = new Map<Key, string | null>();
  /** By plan scope. */
  const hitsOf = new LRUCache<string, readonly ServedHit[]>({ max: MAX_SCOPES });
  const logged = new LRUCache<string, true>({ max: MAX_NOTED, ttl: LOGGED_FOR_MS });
  const batch = createWriteBatch<DecisionRecord>({
    gate,
    queue,
    operation: 'record-decision',
    itemBytes: RECORD_BYTES,
    write: (records) => log.write(records),
  });

  async function learn(planScope: string): Promise<void> {
    const hits = await gate.attempt('learn', null, () => log.hits(planScope));
    if (hits === null) return;
    hitsOf.set(planScope, hits);
    cuts?.learn([...hitsOf.values()].flat());
  }

  function note(questionKey: Key, planId: string | null): void {
    // The newest last, so that the oldest goes first.
    noted.delete(questionKey);
    noted.set(questionKey, planId);
    const [oldest] = noted.keys();
    if (noted.size > MAX_NOTED && oldest !== undefined) noted.delete(oldest);
  }

  return {
    learn,
    flush: () => void batch.flush(),
    forgotten: () => logged.clear(),
    add(record) {
      const { questionKey, phrasingId, outcome } = record;
      const decided = `${questionKey} ${phrasingId} ${outcome}`;
      // Agents ask the same again and again; what it is asked to be checked for is told each time.
      if (logged.has(decided) && !record.isChecked) return;
      logged.set(decided, true);
      if (record.outcome === 'confirm' || record.outcome === 'miss') note(record.questionKey, null);
      if (!batch.add(record)) metrics.cacheDropped('decision');
    },
    async label(label) {
      metrics.cacheLabel(label.source, label.label ?? 'none');
      // The decision itself may still wait to be written.
      await batch.flush();
      await gate.attempt('label', undefined, () => log.label(label));
      const isNews = label.label === 'different' || label.source === 'review';
      if (isNews) await learn(label.planScope);
    },
    async open(planScope, questionKey, planId) {
      const held = noted.get(questionKey);
      // Most statements stop here. What was not decided here may have been decided by another replica.
      if (held === planId || (held === undefined && !isShared)) return [];
      note(questionKey, planId);
      await batch.flush();
      return await gate.attempt('open-decisions', [], () => log.open(planScope, questionKey));
    },
  };
}
