// Owns a PgBouncer in transaction mode in front of a server of ours, for the time of one test: the program,
// from this machine or the prepared Debian, its settings, its process.
import { randomBytes } from 'node:crypto';
import { chown, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { freePort } from './cluster.ts';
import { waitUntilReady } from './probe.ts';
import { findProgram, launchProgram } from './program.ts';
import type { Surroundings } from './strategy.ts';

export interface Pgbouncer {
  /** The given URL, by way of the pooler. */
  through(url: string): string;
  stop(): Promise<void>;
}

export interface PgbouncerOptions {
  readonly surroundings: Surroundings;
  /** Of databases of one server, with user and password: whoever is not named here is not let in. */
  readonly urls: readonly string[];
  /** Connections to the server for each database and user. */
  readonly poolSize: number;
}

/** It refuses to run as root. */
const PROGRAM = { name: 'pgbouncer', runsAsRoot: false };
const READY_TIMEOUT_MS = 10_000;

/** Null where there is none and none can be had. */
export async function startPgbouncer(options: PgbouncerOptions): Promise<Pgbouncer | null> {
  const { surroundings, urls } = options;
  const place = await findProgram(PROGRAM, surroundings);
  if (place === null) return null;
  const home = join(place.base, `askonce-pgbouncer-${randomBytes(6).toString('hex')}`);
  const folder = join(place.root, home);
  const port = await freePort();
  await mkdir(folder, { mode: 0o700 });
  await writeFile(join(folder, 'pgbouncer.ini'), settings(options, { home, port }));
  await writeFile(join(folder, 'users.txt'), urls.map(userLine).join(''));
  if (place.owner)
    for (const name of ['', 'pgbouncer.ini', 'users.txt'])
      await chown(join(folder, name), place.owner.uid, place.owner.gid);
  const pooler = launchProgram(place, { args: [join(home, 'pgbouncer.ini')], folder });
  const through = (url: string): string => {
    const there = new URL(url);
    there.hostname = '127.0.0.1';
    there.port = String(port);
    return there.href;
  };
  try {
    const { signal } = surroundings;
    await waitUntilReady(through(urls[0]!), { signal, timeoutMs: READY_TIMEOUT_MS });
  } catch (cause) {
    await pooler.stop();
    throw new Error(`PgBouncer did not start:\n${pooler.log()}`, { cause });
  }
  return { through, stop: () => pooler.stop() };
}

function settings(
  { urls, poolSize }: PgbouncerOptions,
  at: { readonly home: string; readonly port: number },
): string {
  const databases = new Set(
    urls.map((url) => {
      const { hostname, port, pathname } = new URL(url);
      return `${pathname.slice(1)} = host=${hostname} port=${port || 5432}`;
    }),
  );
  return [
    '[databases]',
    ...databases,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${at.port}`,
    'unix_socket_dir =',
    'auth_type = scram-sha-256',
    `auth_file = ${join(at.home, 'users.txt')}`,
    'pool_mode = transaction',
    `default_pool_size = ${poolSize}`,
    '',
  ].join('\n');
}

/** Passwords as they are: the pooler needs them for the server, too. */
function userLine(url: string): string {
  const quoted = (text: string): string => `"${decodeURIComponent(text).replaceAll('"', '""')}"`;
  const { username, password } = new URL(url);
  return `${quoted(username)} ${quoted(password)}\n`;
}
