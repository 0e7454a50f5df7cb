// Owns what the parent and the engine process say to each other: orders, reports, exit codes, roles.
// Imports neither side, so that reading it loads no engine.
import { basename } from 'node:path';

import type { ErrorCode } from '../errors.ts';

/** The role that owns everything, and the one that may only read. */
export const OWNER_ROLE = 'postgres';
export const READER_ROLE = 'askonce_reader';
export const DATABASE_NAME = 'postgres';

export type EngineAddress =
  | { readonly path: string }
  /** Loopback, where the system has no sockets in the file system; 0 takes a free port. */
  | { readonly port: number; readonly password: string };

export interface EngineOptions {
  /** Folder of this one database; its lock and its files lie in it. */
  readonly dir: string;
  readonly address: EngineAddress;
}

export type EngineOrder =
  { readonly type: 'start'; readonly options: EngineOptions } | { readonly type: 'stop' };

export type EngineReport =
  | { readonly type: 'ready'; readonly port: number | null }
  | {
      readonly type: 'failed';
      readonly code: ErrorCode;
      readonly message: string;
      readonly hint: string | null;
    };

/** For a database that does not open: what is in it can be had again. */
export function cannotOpenHint(dir: string): string {
  return (
    `Free disk space if there is none and start again; if it stays so, move the folder ` +
    `'${basename(dir)}' in ASKONCE_DATA_DIR aside: it is then built afresh.`
  );
}

export const EXIT_CODES = { stopped: 0, silent: 70, overflow: 71, created: 72 } as const;

/** The child's end of a pipe that nothing is ever sent through: it ends when the parent does. */
export const LIFELINE_FD = 4;
