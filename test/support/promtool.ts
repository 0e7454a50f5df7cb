// Owns running promtool in tests, from wherever it can be had.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import { providePromtool } from '../../dev/promtool.ts';

export const DEPLOY = fileURLToPath(new URL('../../../deploy', import.meta.url));

export interface Checked {
  readonly code: number | null;
  /** Of both its streams. */
  readonly said: string;
}

export type Promtool = (args: readonly string[], input?: string) => Promise<Checked>;

/** Why there is none, where none can be had: its tests are left out then. */
export async function findPromtool(): Promise<Promtool | { readonly skip: string }> {
  const signal = new AbortController().signal;
  const progress = (line: string): void => void process.stderr.write(`${line}\n`);
  try {
    const program = await providePromtool({ env: process.env, signal, progress });
    return (args, input = '') => check(program, args, input);
  } catch (error) {
    return { skip: `there is no promtool: ${(error as Error).message}` };
  }
}

async function check(program: string, args: readonly string[], input: string): Promise<Checked> {
  const child = spawn(program, args, { cwd: DEPLOY, stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data: Buffer) => (said += data.toString()));
  child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, said };
}
