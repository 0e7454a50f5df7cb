// Owns the floor of a streamed result: psql, which copies the rows as PostgreSQL's own JSON.
import { spawn } from 'node:child_process';
import { once } from 'node:events';

import type { Pulled } from './stream-pull.ts';

/**
 * The rows of a query as JSON, a row a line, read to the end.
 * @param command psql, with what stands before it.
 */
export async function copied(
  command: string,
  databaseUrl: string,
  sql: string,
): Promise<Omit<Pulled, 'text'>> {
  const copy = `\\copy (SELECT row_to_json(t) FROM (${sql}) t) TO STDOUT`;
  const [program, ...before] = command.split(' ');
  const started = performance.now();
  const child = spawn(program!, [...before, '-X', '-q', '-d', databaseUrl, '-c', copy], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  let firstMs = Number.NaN;
  let bytes = 0;
  child.stdout.on('data', (piece: Buffer) => {
    if (bytes === 0) firstMs = performance.now() - started;
    bytes += piece.length;
  });
  const [code] = (await ended) as [number | null];
  if (code !== 0) throw new Error(`${command} ended with ${code}`);
  return { ms: performance.now() - started, firstMs, bytes, wireBytes: bytes };
}
