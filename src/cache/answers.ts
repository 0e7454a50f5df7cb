// Owns answers on their way into the log: written in batches off the answer's path, and found here until
// they are there, so that a report never waits for what else is to be written.
import type { Metrics } from '../metrics.ts';
import type { AnswerLog, AnswerRecord, Report } from './answer-log.ts';
import { storeDown } from './gate.ts';
import type { Gate } from './gate.ts';
import { createWriteBatch } from './write-batch.ts';
import type { WriteQueue } from './write-queue.ts';

export interface Answers {
  add(record: AnswerRecord): void;
  /**
   * @param resultScope of the caller: an answer given to another scope is not found.
   * @throws AppError OVERLOADED when only the store could know it and cannot be reached.
   */
  find(resultScope: string, id: string): Promise<AnswerRecord | null>;
  /** @throws AppError OVERLOADED when the store cannot be reached. */
  report(report: Report): Promise<void>;
  /** Hands what waits to the write queue now. */
  flush(): void;
}

export interface AnswersOptions {
  readonly log: AnswerLog;
  readonly gate: Gate;
  readonly queue: WriteQueue;
  readonly metrics: Metrics;
}

const ANSWER_BYTES = 1024;

export function createAnswers({ log, gate, queue, metrics }: AnswersOptions): Answers {
  const unwritten = new Map<string, AnswerRecord>();
  const batch = createWriteBatch<AnswerRecord>({
    gate,
    queue,
    operation: 'record-answer',
    itemBytes: ANSWER_BYTES,
    write: (records) => log.write(records),
    onSettled: (records) => records.forEach(({ id }) => unwritten.delete(id)),
  });

  return {
    flush: () => void batch.flush(),

    add(record) {
      if (batch.add(record)) unwritten.set(record.id, record);
      else metrics.cacheDropped('answer');
    },

    async find(resultScope, id) {
      const known = unwritten.get(id);
      if (known) return known.resultScope === resultScope ? known : null;
      if (!gate.open) throw storeDown('Repeat the call in a moment.');
      return await gate.attempt('find-answer', null, () => log.find(resultScope, id));
    },

    async report(report) {
      if (!gate.open) throw storeDown('Nothing was recorded: send the report again in a moment.');
      await log.report(report);
    },
  };
}
