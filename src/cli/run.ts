// Owns `askonce cache`, `askonce completion` and all help: typed words in, an exit code out. Data goes to stdout alone;
// whatever else there is to say goes to stderr.
import type { Writable } from 'node:stream';

import { readTarget } from '../connect/target.ts';
import { AppError } from '../errors.ts';
import { connectCalls } from './calls.ts';
import { ALIASES } from './commands.ts';
import { completionOf } from './completion.ts';
import type { KeyInput } from './keys.ts';
import { lookAt } from './look.ts';
import { Misuse } from './misuse.ts';
import { createProgram } from './program.ts';
import type { Parsed } from './program.ts';
import { createProgress } from './progress.ts';
import { jsonOf } from './show.ts';
import type { Face } from './subcommand.ts';

export interface CliOptions {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  readonly stdin: KeyInput;
  readonly stdout: Output;
  readonly stderr: Output;
}

export interface Output extends Writable {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

const FAULT = 1;
const MISUSE = 2;

/** @returns The exit code. @throws AppError, but with --json, where a fault is told as JSON. */
export async function runCli(options: CliOptions): Promise<number> {
  const { stdout, stderr } = options;
  const [first = '', ...rest] = options.args;
  const args = [...(ALIASES[first] ?? [first]), ...rest];
  const isJson = args.includes('--json');
  // What a write fails with is told where it was made.
  stdout.on('error', () => undefined);
  try {
    return await runArgs(args, options);
  } catch (error) {
    // Whoever reads it has seen enough.
    if ((error as NodeJS.ErrnoException).code === 'EPIPE') return 0;
    if (error instanceof Misuse) {
      const { message } = error;
      stderr.write(isJson ? jsonOf({ error: { code: 'INPUT_INVALID', message } }) : `${message}\n`);
      return MISUSE;
    }
    if (!isJson || !(error instanceof AppError)) throw error;
    const { code, message, hint, retryAfterMs } = error;
    stderr.write(jsonOf({ error: { code, message, hint, retry_after_ms: retryAfterMs } }));
    return FAULT;
  }
}

async function runArgs(args: readonly string[], options: CliOptions): Promise<number> {
  const { env, version, stdin, stdout } = options;
  const look = lookAt({ output: stdout, env, now: Date.now() });
  const program = createProgram({ version, width: look.width });
  const { parsed, told } = program.parse(args);
  const print = printTo(stdout);
  if (parsed === null) await print(told);
  if (parsed?.kind === 'completion') await print(completionOf(program.command, parsed.shell));
  if (parsed?.kind !== 'cache') return 0;
  const isJson = parsed.options['json'] === true;
  const isInteractive = stdin.isTTY === true && stdout.isTTY === true && !isJson;
  const progress = createProgress({ output: options.stderr, clock: () => performance.now() });
  return await runCache(parsed, options, { stdin, print, look, isInteractive, progress });
}

async function runCache(
  { subcommand, url, operands, options }: Extract<Parsed, { readonly kind: 'cache' }>,
  { env, version }: CliOptions,
  face: Face,
): Promise<number> {
  const { progress } = face;
  const calls = await connectCalls({
    target: readTarget({ url, env }),
    version,
    onStage: (text) => progress.tell(text),
    onWait: (reason) => progress.note(`waiting: ${reason}`),
  });
  try {
    const { call } = calls;
    const isJson = options['json'] === true;
    return await subcommand.run({ operands, options, call, face, isJson });
  } finally {
    progress.clear();
    await calls.close();
  }
}

const printTo =
  (stdout: Writable): Face['print'] =>
  (text) =>
    new Promise((resolve, reject) => {
      stdout.write(text, (error) => (error ? reject(error) : resolve()));
    });
