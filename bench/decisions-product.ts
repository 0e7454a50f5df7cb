// Owns putting the product's own decision path together without its databases: questions understood by
// scoping, statements read by the guard, neighbours decided by recall. Nothing here decides anything.
import { createLogger } from '../src/logger.ts';
import { createMetrics } from '../src/metrics.ts';
import { idOf } from '../src/cache/key.ts';
import { createDecider } from '../src/cache/decide.ts';
import { createVerifier, readVerifier } from '../src/cache/verifier.ts';
import type { Cache } from '../src/cache/cache.ts';
import { NO_FACTS } from '../src/cache/facts.ts';
import type { Plan } from '../src/cache/entities.ts';
import type { Embedder } from '../src/embedding/embedder.ts';
import { isAppError } from '../src/errors.ts';
import type { RequestContext } from '../src/query/context.ts';
import { createStatementGuard } from '../src/guard/guard.ts';
import { createJudging } from '../src/query/judging.ts';
import { createRebinder } from '../src/query/rebind-statement.ts';
import { createRecall } from '../src/query/recall.ts';
import type { Recall } from '../src/query/recall.ts';
import { createRememberer } from '../src/query/remember.ts';
import type { Remember } from '../src/query/remember.ts';
import { createScoping } from '../src/query/scope.ts';
import type { Asked, Scoping } from '../src/query/scope.ts';
import { AS_LOGIN } from '../src/db/identity.ts';
import { createScopeKeys } from '../src/cache/key.ts';
import { NO_TRACE } from '../src/tracing.ts';

/** All that finding and remembering touch of the cache. */
export type PlanMemory = Pick<Cache, 'nearest' | 'remember'>;

export interface Product {
  readonly context: RequestContext;
  /** One for each database: no question of one is known in another. */
  scopingOf(databaseId: string): Scoping;
  /** Null for what the product refuses as a question: empty, or too long. */
  ask(question: string, scoping: Scoping): Promise<Asked | null>;
  /** What of these is embedded: cleaned as the product does, without what it refuses. */
  textsOf(questions: readonly string[]): Promise<string[]>;
  /** Null where there is no question, or no vector of it: the product goes on with a miss. */
  vectorOf(asked: Asked | null): Promise<Float32Array | null>;
  /** As the product remembers a statement; one that it refuses has no facts, and is counted. */
  planOf(sql: string, asked: Asked, scoping: Scoping): Plan;
  recallOver(memory: PlanMemory): Recall;
  rememberIn(memory: PlanMemory): Remember;
  /** Distinct statements without facts, by the code of their fault. */
  unread(): Readonly<Record<string, number>>;
}

export interface ProductOptions {
  readonly embedder: Embedder;
  readonly modelsDir: string;
  readonly targetErrorRate: number;
}

const PRINCIPAL = { name: 'bench', role: 'user', identity: AS_LOGIN } as const;

type Statement = Pick<Plan, 'sql' | 'tables' | 'facts' | 'volatility'> & {
  readonly canonical: string;
};

export async function createProduct(options: ProductOptions): Promise<Product> {
  const { embedder, modelsDir, targetErrorRate } = options;
  const guard = await createStatementGuard();
  const model = await readVerifier(modelsDir);
  const decider = createDecider(createVerifier({ ...model, targetErrorRate }));
  // Without a database no column has known values: what is rebound is numbers, dates, codes and quotations.
  const judging = createJudging({ enter: async () => () => undefined });
  const rebinder = createRebinder({ guard, knownValues: () => [] });
  const logger = createLogger('silent');
  const metrics = createMetrics();
  const statements = new Map<string, Statement>();
  const faults: Record<string, number> = {};

  function statementOf(sql: string): Statement {
    try {
      return guard.check(sql);
    } catch (error) {
      if (!isAppError(error)) throw error;
      faults[error.code] = (faults[error.code] ?? 0) + 1;
      return { sql, canonical: sql, tables: [], facts: NO_FACTS, volatility: 'stable' };
    }
  }

  const scopingOf = (databaseId: string): Scoping =>
    createScoping({
      keys: createScopeKeys(Buffer.alloc(32)),
      sharing: 'identity',
      databaseId,
      role: 'bench',
      modelId: embedder.modelId,
      tableRules: { allowed: [], denied: [], masked: [] },
      schemaVersion: () => Promise.resolve('bench'),
    });

  async function ask(question: string, scoping: Scoping): Promise<Asked | null> {
    try {
      return await scoping.ask(question, PRINCIPAL);
    } catch (error) {
      if (isAppError(error, 'INPUT_INVALID')) return null;
      throw error;
    }
  }

  return {
    context: {
      requestId: 'bench',
      takesLinks: true,
      atStage: () => undefined,
      trace: NO_TRACE,
      principal: PRINCIPAL,
      signal: new AbortController().signal,
      logger,
    },

    scopingOf,

    ask,

    async textsOf(questions) {
      const scoping = scopingOf('texts');
      const asked = await Promise.all(questions.map((question) => ask(question, scoping)));
      return asked.flatMap((one) => (one ? [one.question] : []));
    },

    async vectorOf(asked) {
      return asked ? await embedder.embed(asked.question).catch(() => null) : null;
    },

    planOf(sql, asked, scoping) {
      const statement = statements.get(sql) ?? statementOf(sql);
      statements.set(sql, statement);
      const { canonical, ...rest } = statement;
      const statementKey = scoping.statementKey(asked, canonical, []);
      return { ...rest, id: idOf(statementKey), statementKey, params: [] };
    },

    // The other halves of the cache, rows and answers, are never reached from here.
    recallOver: (memory) =>
      createRecall({ cache: memory, embedder, metrics, decider, judging, rebinder }),
    rememberIn: (memory) => createRememberer({ cache: memory, embedder }),
    unread: () => faults,
  };
}
