// Owns reading the input of a benchmark: JSON lines, each checked against a schema, none skipped in
// silence. Every fault names its line; the input is hostile until it has passed here.
import { open } from 'node:fs/promises';

import type { z } from 'zod';

import { AppError } from '../src/errors.ts';

/** Everything is held in memory, with a vector for each distinct question. */
const MAX_LINES = 200_000;
const MAX_BYTES = 256 * 1024 * 1024;
const MAX_SHOWN_CHARS = 200;

/** @throws AppError INPUT_INVALID */
export async function readLines<Row>(path: string, schema: z.ZodType<Row>): Promise<Row[]> {
  const file = await open(path).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  try {
    const { size } = await file.stat();
    if (size > MAX_BYTES) throw tooLarge(path, `${MAX_BYTES / 1024 / 1024} MiB`);
    const rows: Row[] = [];
    let number = 0;
    for await (const line of file.readLines({ autoClose: false })) {
      number += 1;
      const text = number === 1 ? line.replace(/^\uFEFF/, '') : line;
      if (text.trim() === '') continue;
      if (rows.length >= MAX_LINES) throw tooLarge(path, `${MAX_LINES} lines`);
      rows.push(parseLine(text, schema, `${path}, line ${number}`));
    }
    if (rows.length === 0) throw invalid(`${path} holds no lines.`);
    return rows;
  } catch (error) {
    throw error instanceof AppError ? error : unreadable(path, error);
  } finally {
    await file.close();
  }
}

function parseLine<Row>(text: string, schema: z.ZodType<Row>, where: string): Row {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw invalid(`${where}: not JSON (${shown(String(error))}).`);
  }
  const outcome = schema.safeParse(value);
  if (outcome.success) return outcome.data;
  const faults = outcome.error.issues.map(({ path, message }) => {
    const field = path.join('.');
    return field === '' ? message : `${field}: ${message}`;
  });
  throw invalid(`${where}: ${shown(faults.join('; '))}.`);
}

function shown(text: string): string {
  return text.length > MAX_SHOWN_CHARS ? `${text.slice(0, MAX_SHOWN_CHARS)}…` : text;
}

function invalid(message: string): AppError {
  return new AppError('INPUT_INVALID', message, {
    hint: 'The file holds one JSON object a line; npm run bench -- --help names its fields.',
  });
}

function tooLarge(path: string, limit: string): AppError {
  return new AppError('INPUT_INVALID', `${path} is larger than ${limit}.`, {
    hint: 'Split it and measure the parts.',
  });
}

function unreadable(path: string, cause: unknown): AppError {
  const { code = 'unknown reason' } = cause as { code?: string };
  return new AppError('INPUT_INVALID', `${path} cannot be read (${code}).`, {
    cause,
    hint: 'Name a file that is there.',
  });
}
