// Owns the mark of what a server was started with: a file that it watches, and ends once that says something else. So a
// server gives way to one with other settings without anybody having to know its process.
import { scrypt } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';

export interface StartedWith {
  readonly path: string;
  /** Leaves our mark; whoever was started with another one ends. */
  mark(): Promise<void>;
  /** Whether the mark that stands there is another; false where none does. */
  isOther(): Promise<boolean>;
}

export interface StartedWithOptions {
  readonly path: string;
  /** Of the program. */
  readonly version: string;
  /** By name, secrets among them: what is left on disk must not be worth guessing at. */
  readonly settings: Readonly<Record<string, string>>;
}

const MARK_BYTES = 32;
/** Of its owner alone. */
const MODE = 0o600;

export function startedWith({ path, version, settings }: StartedWithOptions): StartedWith {
  // The same for all windows, so that those which open at once leave the same mark.
  const text = JSON.stringify([version, settings]);
  let known: Promise<string> | null = null;

  async function own(): Promise<string> {
    known ??= promisify<string, string, number, Buffer>(scrypt)(text, path, MARK_BYTES).then(
      (mark) => mark.toString('hex'),
    );
    return await known;
  }

  return {
    path,
    async mark() {
      const draft = `${path}.${process.pid}`;
      await writeFile(draft, await own(), { mode: MODE });
      await rename(draft, path);
    },
    async isOther() {
      const standing = await readFile(path, 'utf8').catch(() => null);
      return standing !== null && standing !== (await own());
    },
  };
}
