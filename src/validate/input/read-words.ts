// Owns parsing the words behind a command of validate: what none takes is a slip of whoever typed it.
import { parseArgs } from 'node:util';
import type { ParseArgsConfig } from 'node:util';

import { Misuse } from '../../cli/misuse.ts';

/** @throws Misuse */
export function readWords<Options extends NonNullable<ParseArgsConfig['options']>>(
  args: readonly string[],
  options: Options,
) {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options });
  } catch (error) {
    throw new Misuse(`${(error as Error).message} See: askonce validate --help`);
  }
}
