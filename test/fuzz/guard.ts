// Owns the fuzzer of the guard: mutated SQL, of which everything that it lets through runs as a superuser. Most of it
// in a transaction that may write, so that the guard alone stands between a statement and the data.
import type { TestContext } from 'node:test';

import { openCursor } from '../../src/db/cursor.ts';
import { createPool } from '../../src/db/pool.ts';
import type { Client, Pool } from '../../src/db/pool.ts';
import { translateDatabaseError } from '../../src/db/sqlstate.ts';
import { withReadOnlyTransaction } from '../../src/db/transaction.ts';
import { isAppError } from '../../src/errors.ts';
import { createStatementGuard } from '../../src/guard/guard.ts';
import type { GuardedStatement, StatementGuard } from '../../src/guard/guard.ts';
import { createServerCatalog } from '../../src/guard/server-catalog.ts';
import { createLogger } from '../../src/logger.ts';
import { LineWriter } from '../../src/query/line-writer.ts';
import { admin, freshDatabase } from '../support/database.ts';
import { createStatementTables } from '../support/statement-tables.ts';
import type { Chance } from './chance.ts';
import { Finding } from './fuzzer.ts';
import type { Fuzzer, Target } from './fuzzer.ts';
import { createMemoryBound } from './memory-bound.ts';
import { fuzzedStatement } from './sql-mutations.ts';
import { OWN_SQL, readSqlParts } from './sql-parts.ts';
import { createWriteDetector } from './write-detector.ts';
import type { WriteDetector } from './write-detector.ts';

const STATEMENT_TIMEOUT_MS = 300;
/** What a statement takes that PostgreSQL does not stop at its limit. */
const HANG_MS = 5000;
/** The guard is bounded by the length of the text alone. */
const JUDGE_MS = 2000;
const MAX_ROWS = 200;
/** A transaction as the product has them is the lesser test: the server would refuse a write there, too. */
const READ_ONLY_SHARE = 0.2;
const MASKED_SHARE = 0.3;

/** What no row may show: the server's passwords and files. */
const SECRETS = /SCRAM-SHA-256\$|root:x:0|max_connections = /;
/** Nor, under the rules of the operator, these: what support/statement-tables.ts puts there. */
const KEPT_BACK = /MASKED-LEAK|DENIED-LEAK/;

interface Ruled {
  readonly guard: StatementGuard;
  readonly hidden: RegExp;
}

interface Run {
  readonly sql: string;
  readonly isReadOnly: boolean;
}

export const guardFuzzer: Fuzzer = {
  about:
    'mutated SQL; what the guard lets through runs as a superuser, beside a detector of writes',
  async start(t, { ownsServer }) {
    const { url } = await freshDatabase(t);
    await createStatementTables(url);
    await admin(url, OWN_SQL);
    const parts = await readSqlParts(url);
    const pool = createPool({
      url,
      min: 1,
      max: 2,
      acquireTimeoutMs: 10_000,
      logger: createLogger('silent'),
    });
    t.after(() => pool.close());
    const guards = await guardsOver(pool);
    const detector = await createWriteDetector(t, url, { ownsServer });
    return createTarget({
      t,
      pool,
      detector,
      ...guards,
      make: (chance) => fuzzedStatement(parts, chance),
    });
  },
};

async function guardsOver(pool: Pool): Promise<{ readonly open: Ruled; readonly ruled: Ruled }> {
  const catalog = createServerCatalog({
    runQuery: (sql, params) => pool.query(sql, params),
    wants: { relations: true, columns: true },
    logger: createLogger('silent'),
    now: () => 0,
  });
  await catalog.fresh();
  const given = { catalog: () => catalog.current(), functionSchemas: ['tools'] };
  const tables = { allowed: [], denied: ['salaries'], masked: ['customers.email'] };
  return {
    open: { guard: await createStatementGuard(given), hidden: SECRETS },
    ruled: {
      guard: await createStatementGuard({ ...given, tables }),
      hidden: new RegExp(`${SECRETS.source}|${KEPT_BACK.source}`),
    },
  };
}

interface TargetParts {
  readonly t: TestContext;
  readonly pool: Pool;
  readonly detector: WriteDetector;
  readonly open: Ruled;
  readonly ruled: Ruled;
  readonly make: (chance: Chance) => string;
}

function createTarget({ pool, detector, open, ruled, make }: TargetParts): Target {
  const memory = createMemoryBound(() => process.memoryUsage().rss);
  const figures = { executed: 0, answered: 0, slowest_judged_ms: 0 };
  /** Since the detector was asked last. */
  let batch: Run[] = [];

  async function attempt(chance: Chance): Promise<string> {
    const rules = chance.is(MASKED_SHARE) ? ruled : open;
    const isReadOnly = chance.is(READ_ONLY_SHARE);
    const sql = make(chance);
    const judged = judge(rules.guard, sql);
    if (typeof judged === 'string') return judged;
    const run = { sql: judged.sql, isReadOnly };
    batch.push(run);
    figures.executed += 1;
    const outcome = await execute(run, judged.parameterCount, rules.hidden);
    if (outcome === 'answered') figures.answered += 1;
    return outcome;
  }

  /** What came of it instead, or what would run. */
  function judge(
    guard: StatementGuard,
    sql: string,
  ): string | Pick<GuardedStatement, 'sql' | 'parameterCount'> {
    const begunAt = performance.now();
    try {
      const guarded = guard.check(sql);
      guard.redacted(guarded.sql);
      guarded.meaning();
      return { sql: guard.masked(guarded.sql), parameterCount: guarded.parameterCount };
    } catch (error) {
      if (isAppError(error)) return error.code;
      throw new Finding(`the guard fails: ${(error as Error).stack}`, sql, { cause: error });
    } finally {
      const ms = performance.now() - begunAt;
      figures.slowest_judged_ms = Math.max(figures.slowest_judged_ms, Math.round(ms));
      // oxlint-disable-next-line no-unsafe-finally
      if (ms > JUDGE_MS) throw new Finding(`the guard takes ${ms} ms`, sql);
    }
  }

  async function execute(
    { sql, isReadOnly }: Run,
    parameterCount: number,
    hidden: RegExp,
  ): Promise<string> {
    const params = Array.from({ length: parameterCount }, (_, at) => (at % 2 === 0 ? '1' : null));
    const begunAt = performance.now();
    const seen: { fault: string | null } = { fault: null };
    let outcome = 'answered';
    const work = async (client: Client): Promise<void> => {
      const shown = hidden.exec(await textOf(client, sql, params));
      const trace = await detector.traceOf(client);
      if (shown) seen.fault = `shows ${shown[0]}`;
      else if (trace !== null) seen.fault = `leaves a trace: ${trace}`;
    };
    try {
      const options = { statementTimeoutMs: STATEMENT_TIMEOUT_MS, signal: NEVER };
      if (isReadOnly) await withReadOnlyTransaction(pool, options, work);
      else await inWritingTransaction(pool, work);
    } catch (error) {
      const { code, message, cause } = translateDatabaseError(error);
      outcome = `ran into ${code}`;
      if (code === 'INTERNAL' || code === 'DATABASE_UNAVAILABLE')
        seen.fault = `${outcome}: ${message} (${String(cause)})`;
      if (/read-only transaction/.test(message))
        seen.fault = `is left to the server to refuse: ${message}`;
    }
    const ms = performance.now() - begunAt;
    if (ms > HANG_MS) seen.fault ??= `takes ${Math.round(ms)} ms`;
    if (seen.fault !== null) throw new Finding(seen.fault, sql);
    return outcome;
  }

  /** Which of the batch it was: each is run again alone. */
  async function culprit(changed: readonly string[]): Promise<Finding> {
    for (const run of batch) {
      await execute(run, 0, SECRETS).catch(() => undefined);
      const again = await detector.changes();
      if (again.length > 0) return new Finding(`changes ${again.join(', ')}`, run.sql);
    }
    const all = batch.map(({ sql }) => sql).join('\n');
    return new Finding(`one of many changed ${changed.join(', ')}, none when alone`, all);
  }

  return {
    // One after another: what has changed was changed by it.
    lanes: 1,
    attempt,
    async settle() {
      const changed = await detector.changes();
      const found = changed.length > 0 ? await culprit(changed) : null;
      batch = [];
      if (found) throw found;
      memory.require();
    },
    figures: () => ({ ...figures, ...memory.figures() }),
  };
}

const NEVER = new AbortController().signal;

/** As a client without askonce would: whatever it writes stays. */
async function inWritingTransaction(
  pool: Pool,
  work: (client: Client) => Promise<void>,
): Promise<void> {
  await pool.withClient(async (client, discard) => {
    await client.query(
      `BEGIN READ WRITE; SET LOCAL statement_timeout = ${STATEMENT_TIMEOUT_MS}; SET LOCAL lock_timeout = ${STATEMENT_TIMEOUT_MS}`,
    );
    try {
      await work(client);
      await client.query('COMMIT');
    } catch (error) {
      await client.query('ROLLBACK').catch(discard);
      throw error;
    }
  });
}

async function textOf(client: Client, sql: string, params: readonly unknown[]): Promise<string> {
  const lines = new LineWriter();
  const cursor = openCursor(client, sql, params, lines);
  const pieces: string[] = [];
  try {
    for (let rows = 0, came = await cursor.next(); came > 0; came = await cursor.next()) {
      for (const chunk of lines.take()) pieces.push(chunk.body.toString());
      rows += came;
      if (rows >= MAX_ROWS) break;
    }
  } finally {
    await cursor.close().catch(() => undefined);
  }
  return pieces.join('\n');
}
