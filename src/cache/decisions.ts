// Owns decisions on their way into the log and labels on theirs, and what follows from them: the cuts in
// force. Nothing here rejects because the store is down; a label that cannot be kept is lost.
import type { Metrics } from '../metrics.ts';
import type { DecisionLog, DecisionRecord, Label, OpenDecision } from './decision-log.ts';
import type { Gate } from './gate.ts';
import type { Key } from './key.ts';
import type { Cuts } from './live-cuts.ts';
import { createWriteBatch } from './write-batch.ts';
import type { WriteQueue } from './write-queue.ts';

export interface Decisions {
  add(record: DecisionRecord): void;
  /** Kept for every decision about this question and this plan; tightens the cuts where it must. */
  label(planScope: string, label: Label): Promise<void>;
  /** Earlier questions that were judged for this one, not served, and are without a label. */
  open(questionKey: Key): Promise<readonly OpenDecision[]>;
  /** Holds the cuts against what was served and labelled, on any replica. */
  learn(planScope: string): Promise<void>;
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
}

const RECORD_BYTES = 4096;

export function createDecisions(options: DecisionsOptions): Decisions {
  const { log, gate, queue, metrics, cuts } = options;
  const batch = createWriteBatch<DecisionRecord>({
    gate,
    queue,
    operation: 'record-decision',
    itemBytes: RECORD_BYTES,
    write: (records) => log.write(records),
  });

  async function learn(planScope: string): Promise<void> {
    const hits = await gate.attempt('learn', null, () => log.hits(planScope));
    if (hits) cuts?.learn(hits);
  }

  return {
    learn,
    flush: () => void batch.flush(),
    add(record) {
      if (!batch.add(record)) metrics.cacheDropped('decision');
    },
    async label(planScope, label) {
      metrics.cacheLabel(label.source, label.label);
      // The decision itself may still wait to be written.
      await batch.flush();
      await gate.attempt('label', undefined, () => log.label(label));
      if (label.label === 'different') await learn(planScope);
    },
    async open(questionKey) {
      await batch.flush();
      return await gate.attempt('open-decisions', [], () => log.open(questionKey));
    },
  };
}
