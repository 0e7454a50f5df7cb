// Owns what the peers are asked, each kind as a source of questions and the shares in which it is drawn. Pure.
import { demoQuestions } from '../../src/validate/questions/demo.ts';
import type { QuestionSource } from '../../src/validate/questions/question.ts';
import type { AgentModel } from '../../src/validate/load/agent-model.ts';

export const WORKLOADS = ['aggregate', 'shop', 'new', 'trivial'] as const;
export type Workload = (typeof WORKLOADS)[number];

export interface Asking {
  readonly source: QuestionSource;
  readonly shares: AgentModel['shares'];
}

export interface AggregateRows {
  /** So many that the statement takes what it is to take on this machine. */
  readonly rows: number;
}

const NONE = { rephrased: 0, new: 0, anew: 0, heavy: 0 };

interface Given {
  readonly aggregate: AggregateRows;
  /** A number that no earlier run over the same cache has begun with. */
  readonly firstNew: number;
}

const ASKINGS: Readonly<Record<Workload, (given: Given) => Asking>> = {
  aggregate: ({ aggregate }) => ({
    source: single('the aggregate', aggregateOf(aggregate.rows)),
    shares: NONE,
  }),
  shop: ({ firstNew }) => ({
    source: demoQuestions(firstNew),
    shares: { ...NONE, rephrased: 1 / 3 },
  }),
  new: ({ firstNew }) => ({ source: demoQuestions(firstNew), shares: { ...NONE, new: 1 } }),
  // It runs each time at askonce, too: what is measured is the way to the database and back.
  trivial: () => ({
    source: single('a trivial statement', { question: 'what is one?', sql: 'SELECT 1 AS one' }),
    shares: { ...NONE, anew: 1 },
  }),
};

export const askingOf = (workload: Workload, given: Given): Asking => ASKINGS[workload](given);

interface Said {
  readonly question: string;
  readonly sql: string;
}

export function aggregateOf(rows: number): Said {
  return {
    question: `what is the sum of the square roots of the first ${rows} numbers?`,
    sql: `SELECT sum(sqrt(i)) FROM generate_series(1, ${rows}) AS i`,
  };
}

function single(name: string, said: Said): QuestionSource {
  return { name, questions: [{ ...said, rephrasings: [], heavy: false }], unasked: () => null };
}
