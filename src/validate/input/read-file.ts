// Owns files that an operator brings: read, and checked against what they are to hold.
import { readFile } from 'node:fs/promises';

import type { z } from 'zod';

import { AppError } from '../../errors.ts';

/** @throws AppError INPUT_INVALID */
export async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const { code = String(error) } = error as NodeJS.ErrnoException;
    throw new AppError('INPUT_INVALID', `${file} cannot be read: ${code}.`, {
      hint: 'Name a file that is there.',
    });
  }
}

/** @throws AppError INPUT_INVALID with the first thing that is wrong, and the hint. */
export async function readDocument<Schema extends z.ZodType>(
  file: string,
  { schema, hint }: { readonly schema: Schema; readonly hint: string },
): Promise<z.output<Schema>> {
  const parsed = schema.safeParse(jsonOf(await readText(file), file));
  if (parsed.success) return parsed.data;
  const { path = [], message = '' } = parsed.error.issues[0] ?? {};
  const what = [path.join('.'), message].filter(Boolean).join(': ');
  throw new AppError('INPUT_INVALID', `${file}: ${what}`, { hint });
}

function jsonOf(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new AppError('INPUT_INVALID', `${file} is no JSON: ${(error as Error).message}`);
  }
}
