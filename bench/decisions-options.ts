// Owns the command line of the benchmarks that decide: options in, checked values out.
import { parseArgs } from 'node:util';
import type { ParseArgsConfig } from 'node:util';

import { AppError } from '../src/errors.ts';
import { SETTINGS } from '../src/settings.ts';

export interface DecidingOptions {
  /** An id under models/, or a path. */
  readonly model: string;
  readonly targetErrorRate: number;
}

export const DECIDING = {
  json: { type: 'boolean' },
  model: { type: 'string' },
  target: { type: 'string' },
} as const satisfies ParseArgsConfig['options'];

type Config = NonNullable<ParseArgsConfig['options']>;

/** @throws AppError INPUT_INVALID */
export function parseOptions<const Options extends Config>(
  args: readonly string[],
  options: Options,
) {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw refused(`${error instanceof Error ? error.message : String(error)}.`);
  }
}

/** @throws AppError INPUT_INVALID */
export function requireOption(value: string | undefined, name: string): string {
  if (value !== undefined && value !== '') return value;
  throw refused(`--${name} is missing.`);
}

/** @throws AppError INPUT_INVALID */
export function countOption(
  given: string | undefined,
  name: string,
  { otherwise, least = 0 }: { readonly otherwise: number; readonly least?: number },
): number {
  const count = given === undefined ? otherwise : Number(given);
  if (Number.isSafeInteger(count) && count >= least) return count;
  throw refused(`--${name} takes a whole number from ${least} on.`);
}

/** What is not given is the product's own default. @throws AppError INPUT_INVALID */
export function decidingOptions(given: {
  readonly model?: string | undefined;
  readonly target?: string | undefined;
}): DecidingOptions {
  const target = SETTINGS.TARGET_ERROR_RATE.schema.safeParse(given.target);
  if (!target.success) throw refused(`--target ${target.error.issues[0]?.message ?? 'is wrong'}.`);
  return {
    model: SETTINGS.EMBEDDING_MODEL.schema.parse(given.model),
    targetErrorRate: target.data,
  };
}

function refused(message: string): AppError {
  return new AppError('INPUT_INVALID', message, { hint: 'See npm run bench -- --help.' });
}
