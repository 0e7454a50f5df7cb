// Owns a peer to be measured beside askonce: the binary of the MCP Toolbox for Databases with one tool
// that runs `select 1`. Nothing of it ships; whoever measures names it.
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { AppError } from '../src/errors.ts';
import { stopped } from './child-process.ts';
import type { BenchServer } from './child-process.ts';
import { HOST, accepting, freePort } from './free-port.ts';

export const TOOLBOX_TOOL = 'one';

/** @throws AppError INPUT_INVALID where it does not come up. */
export async function startToolbox(binary: string, databaseUrl: string): Promise<BenchServer> {
  const folder = await mkdtemp(join(tmpdir(), 'askonce-toolbox-'));
  const file = join(folder, 'tools.yaml');
  await writeFile(file, toolsFile(databaseUrl));
  const port = await freePort();
  const args = ['--config', file, '--port', `${port}`, '--disable-reload', '--log-level', 'ERROR'];
  const child = spawn(binary, [...args, '--disable-version-check'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const failed = new Promise<never>((_, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`it ended with ${code}`)));
  });
  const stop = async (): Promise<void> => {
    failed.catch(() => undefined);
    await stopped(child);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await Promise.race([failed, accepting(port)]);
  } catch (cause) {
    await stop();
    throw new AppError('INPUT_INVALID', `The toolbox did not start: ${String(cause)}.`, {
      cause,
      hint: 'Name its binary with --toolbox and a PostgreSQL with --database-url.',
    });
  }
  return { url: `http://${HOST}:${port}/mcp`, pid: child.pid!, stop };
}

/** The values are JSON strings, which YAML reads as they are. */
export function toolsFile(databaseUrl: string): string {
  const { hostname, port, pathname, username, password } = new URL(databaseUrl);
  const text = (value: string): string => JSON.stringify(decodeURIComponent(value));
  return `sources:
  data:
    kind: postgres
    host: ${text(hostname)}
    port: ${port || 5432}
    database: ${text(pathname.slice(1))}
    user: ${text(username)}
    password: ${text(password)}
tools:
  ${TOOLBOX_TOOL}:
    kind: postgres-sql
    source: data
    description: One.
    statement: select 1
`;
}
