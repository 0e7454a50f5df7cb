// Owns the commands that prepare a data database for knowing at once what changes in it.
import { parseArgs } from 'node:util';

import type { Config } from './config.ts';
import { createPool } from './db/pool.ts';
import { AppError } from './errors.ts';
import type { ChangeReport } from './freshness/change-tables.ts';
import { installPublication, uninstallPublication } from './freshness/publication.ts';
import { installTriggers, uninstallTriggers } from './freshness/triggers.ts';

import type { Logger } from './logger.ts';

export const CHANGES_HELP = `Usage:
  askonce install-triggers [URL] [--standby]      askonce uninstall-triggers [URL]
  askonce install-publication [URL]               askonce uninstall-publication [URL]

With either of them askonce sees a write within one or two seconds of its commit instead of a minute.
URL names the database as a role that owns the tables and may CREATE in it, or as a superuser: where the
tables have several owners, always the same one; default: DATABASE_URL. A running server notices
by itself. Run it again when there are new tables: what is left out is watched by its statistics.

install-triggers makes a trigger of the statement on every table, and a log that it writes to. A
transaction that writes pays for one more small row for each table; writers do not wait for one another.
  --standby   write the log to the WAL too, for an askonce that queries a standby. Not where a
              publication FOR ALL TABLES has subscribers: they would be sent the log.

install-publication makes the publication "askonce" of every table with a primary key. The server
needs wal_level = logical and a max_slot_wal_keep_size, and askonce a REPLICATION_URL: the same database
as a role with the REPLICATION attribute. A table that loses its primary key must leave the publication,
or PostgreSQL refuses its updates. uninstall-publication takes askonce's slots away, too: a server that reads
one drops it by itself; any other only a role with the REPLICATION attribute can drop.
`;

export type ChangesCommand =
  'install-triggers' | 'uninstall-triggers' | 'install-publication' | 'uninstall-publication';

interface Output {
  write(text: string): unknown;
}

export interface ChangesOptions {
  readonly args: readonly string[];
  readonly config: Config;
  readonly logger: Logger;
  readonly stdout: Output;
  readonly stderr: Output;
}

const ACQUIRE_MS = 10_000;

/** @returns The exit code. @throws AppError */
export async function runChanges(
  command: ChangesCommand,
  options: ChangesOptions,
): Promise<number> {
  const { config, logger, stdout, stderr } = options;
  const { url, forStandbys } = readArgs(command, options.args, config);
  const pool = createPool({ url, min: 0, max: 1, acquireTimeoutMs: ACQUIRE_MS, logger });
  const tell = ({ done, failed }: ChangeReport, what: string): number => {
    for (const reason of failed) stderr.write(`not done: ${reason}\n`);
    stdout.write(`${done} tables ${what}\n`);
    return failed.length > 0 ? 1 : 0;
  };
  const onProgress = (line: string): void => void stderr.write(`${line}\n`);
  try {
    if (command === 'install-triggers')
      return tell(await installTriggers({ pool, onProgress, forStandbys }), 'with the trigger');
    if (command === 'uninstall-triggers')
      return tell(await uninstallTriggers({ pool, onProgress }), 'without the trigger');
    if (command === 'install-publication') {
      const report = await installPublication({ pool, onProgress });
      for (const name of report.leftOut) onProgress(`${name}: left out: it has no primary key`);
      return tell(report, 'published');
    }
    const { dropped, left } = await uninstallPublication(pool);
    stdout.write(`nothing is published to askonce any more; ${dropped} slots dropped\n`);
    for (const { name, reason } of left) {
      stderr.write(
        `not done: slot ${name} keeps the log of the server: ${reason}. As a role with the REPLICATION attribute: ` +
          `SELECT pg_drop_replication_slot('${name}')\n`,
      );
    }
    return left.length > 0 ? 1 : 0;
  } catch (error) {
    throw toCommandError(error);
  } finally {
    await pool.close();
  }
}

/** What the database says, for whoever runs the command and not for an agent. */
function toCommandError(error: unknown): unknown {
  const cause = error instanceof AppError ? error.cause : null;
  if (!(cause instanceof Error)) return error;
  return new AppError('CONFIG_INVALID', `The database does not do it: ${cause.message}`, {
    hint:
      'Run it as a superuser, or as a role that owns the tables and may CREATE in the database; ' +
      'as the same one each time.',
  });
}

function readArgs(
  command: ChangesCommand,
  args: readonly string[],
  config: Config,
): { readonly url: string; readonly forStandbys: boolean } {
  const { values, positionals } = parsed(command, args);
  const [given, ...more] = positionals;
  const url = given ?? config.DATABASE_URL;
  if (more.length > 0) {
    throw new AppError('CONFIG_INVALID', `Too much: ${more.join(' ')}`, { hint: CHANGES_HELP });
  }
  if (url === undefined) {
    throw new AppError(
      'CONFIG_INVALID',
      'No database: the embedded demo shop needs nothing of this.',
      {
        hint: `Name one: askonce ${command} postgres://owner@host/database`,
      },
    );
  }
  if (!/^postgres(ql)?:\/\//.test(url)) {
    throw new AppError('CONFIG_INVALID', 'The URL must begin with postgres://');
  }
  return { url, forStandbys: values.standby === true };
}

function parsed(command: ChangesCommand, args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: command === 'install-triggers' ? { standby: { type: 'boolean' as const } } : {},
      allowPositionals: true,
    });
  } catch (error) {
    throw new AppError('CONFIG_INVALID', error instanceof Error ? error.message : String(error), {
      hint: CHANGES_HELP,
    });
  }
}
