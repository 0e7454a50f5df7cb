// Owns the commands that prepare a data database for knowing at once what changes in it.
import { parseArgs } from 'node:util';

import type { Config } from './config.ts';
import { createPool } from './db/pool.ts';
import { AppError } from './errors.ts';
import { installTriggers, uninstallTriggers } from './freshness/triggers.ts';
import type { TriggerReport } from './freshness/triggers.ts';
import type { Logger } from './logger.ts';

export const CHANGES_HELP = `Usage:
  askonce install-triggers [URL] [--standby]
  askonce uninstall-triggers [URL]

Makes a trigger on every table of the database, and a log that it writes to: from then on askonce sees
a write within a second of its commit instead of a minute. URL names the database as a role that owns
the tables; default: DATABASE_URL. A running server notices by itself.

A statement that writes pays for one more small row in its transaction; writers do not wait for one
another. Run it again when there are new tables: one without the trigger is watched by its statistics.

  --standby   write the log to the WAL too, for an askonce that queries a standby. Not where a
              publication FOR ALL TABLES has subscribers: they would be sent the log.
`;

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
  command: 'install-triggers' | 'uninstall-triggers',
  options: ChangesOptions,
): Promise<number> {
  const { config, logger, stdout, stderr } = options;
  const { url, forStandbys } = readArgs(options.args, config);
  const pool = createPool({ url, min: 0, max: 1, acquireTimeoutMs: ACQUIRE_MS, logger });
  const onProgress = (line: string): void => void stderr.write(`${line}\n`);
  try {
    const isInstall = command === 'install-triggers';
    const report = isInstall
      ? await installTriggers({ pool, onProgress, forStandbys })
      : await uninstallTriggers({ pool, onProgress });
    stdout.write(summaryOf(report, isInstall));
    return report.failed.length > 0 ? 1 : 0;
  } finally {
    await pool.close();
  }
}

function readArgs(
  args: readonly string[],
  config: Config,
): { readonly url: string; readonly forStandbys: boolean } {
  const { values, positionals } = parsed(args);
  const [given, ...more] = positionals;
  const url = given ?? config.DATABASE_URL;
  if (more.length > 0) throw new AppError('CONFIG_INVALID', `Too much: ${more.join(' ')}`);
  if (url === undefined) {
    throw new AppError('CONFIG_INVALID', 'No database: the embedded demo shop needs no triggers.', {
      hint: 'Name one: askonce install-triggers postgres://owner@host/database',
    });
  }
  if (!/^postgres(ql)?:\/\//.test(url)) {
    throw new AppError('CONFIG_INVALID', 'The URL must begin with postgres://');
  }
  return { url, forStandbys: values.standby === true };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: { standby: { type: 'boolean' } },
      allowPositionals: true,
    });
  } catch (error) {
    throw new AppError('CONFIG_INVALID', error instanceof Error ? error.message : String(error), {
      hint: CHANGES_HELP,
    });
  }
}

function summaryOf({ done, failed }: TriggerReport, isInstall: boolean): string {
  const what = isInstall ? 'with the trigger' : 'without the trigger';
  const rest = failed.map((reason) => `not done: ${reason}\n`).join('');
  return `${done} tables ${what}\n${rest}`;
}
