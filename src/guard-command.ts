// Owns the command that judges statements without a database: what the guard lets through, and why it does not.
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';

import { AppError } from './errors.ts';
import { createStatementGuard } from './guard/guard.ts';

export const GUARD_HELP = `Usage:
  askonce guard "SQL"       would askonce run this statement?
  askonce guard < FILE      the same, for a statement that is read from stdin

Prints JSON: whether it is allowed, and the rule and the place where it is not; the tables that it reads, and how
long its rows may be served (stable: until they change; day: until midnight; clock, volatile: never again).
Judged offline, by PostgreSQL's grammar and askonce's lists. A server refuses more: what its own functions of the
same name may do, and the tables that its settings deny. Exit code: 0 allowed, 1 refused, 2 no statement.
`;

export interface GuardCommandOptions {
  readonly args: readonly string[];
  readonly stdin: Readable;
  readonly stdout: { write(text: string): unknown };
}

/** @returns The exit code. @throws AppError */
export async function runGuard({ args, stdin, stdout }: GuardCommandOptions): Promise<number> {
  const [given, ...more] = args;
  if (more.length > 0 || (given !== undefined && /^--[\w-]+$/.test(given))) {
    throw new AppError('INPUT_INVALID', 'askonce guard takes one statement, in quotes.', {
      hint: GUARD_HELP,
    });
  }
  const sql = given ?? (await text(stdin));
  const guard = await createStatementGuard();
  const tell = (verdict: object): unknown => stdout.write(`${JSON.stringify(verdict, null, 2)}\n`);
  try {
    const { kind, tables, volatility, parameterCount } = guard.check(sql);
    tell({ allowed: true, kind, tables, volatility, parameters: parameterCount });
    return 0;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const { code, message, hint } = error;
    tell({ allowed: false, code, reason: message, hint });
    return code === 'INPUT_INVALID' ? 2 : 1;
  }
}
