// Owns small inputs for the benchmarks that decide, written by hand, and the files they stand in.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));
export const COUNT = "SELECT count(*) FROM customers WHERE country = 'Germany'";
export const LIST = 'SELECT * FROM customers';

export interface Scratch {
  readonly path: (name: string) => string;
  /** Writes one JSON object a line. */
  write(name: string, rows: readonly unknown[]): Promise<string>;
  read(name: string): Promise<unknown[]>;
  remove(): Promise<void>;
}

export async function createScratch(): Promise<Scratch> {
  const folder = await mkdtemp(join(tmpdir(), 'askonce-bench-test-'));
  const path = (name: string): string => join(folder, name);
  return {
    path,
    async write(name, rows) {
      await writeFile(path(name), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
      return path(name);
    },
    async read(name) {
      const text = await readFile(path(name), 'utf8');
      return text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown);
    },
    remove: () => rm(folder, { recursive: true }),
  };
}
