// Owns the running of other programs: no shell, a clean environment, bounded output, and an error that
// carries the end of what the program said. Never used for long-lived servers.
import { execFile } from 'node:child_process';
import { delimiter } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;
const SHOWN_TAIL_LINES = 8;
const DEFAULT_TIMEOUT_MS = 60_000;
/** Where chroot and debootstrap stand; a root made by `su` has not these in its PATH. */
const ADMIN_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

export interface CommandOptions {
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly owner?: { readonly uid: number; readonly gid: number } | null;
  /** Every user can enter "/", the default; the folder that we were called in perhaps not. */
  readonly cwd?: string;
}

/** @returns what it wrote to stdout. */
export async function run(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  try {
    const { stdout } = await execute(command, args, {
      cwd: options.cwd ?? '/',
      env: { ...cleanEnv(), ...options.env },
      maxBuffer: MAX_OUTPUT_BYTES,
      timeout: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
      ...(options.signal ? { signal: options.signal } : {}),
      ...options.owner,
    });
    return stdout;
  } catch (cause) {
    options.signal?.throwIfAborted();
    const said = (cause as { stderr?: string }).stderr?.trim() || (cause as Error).message;
    const tail = said.split('\n').slice(-SHOWN_TAIL_LINES).join('\n');
    throw new Error(`${command} failed: ${tail}`, { cause });
  }
}

/** Whether the program exists and ends well with these arguments. */
export async function succeeds(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<boolean> {
  return run(command, args, options).then(
    () => true,
    () => {
      options.signal?.throwIfAborted();
      return false;
    },
  );
}

export function isProcess(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Without PGDATA, PGPORT and the like, which would steer the programs elsewhere. */
function cleanEnv(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('PG'));
  const env = Object.fromEntries(kept);
  return { ...env, LC_ALL: 'C', PATH: [env['PATH'], ...ADMIN_FOLDERS].join(delimiter) };
}
