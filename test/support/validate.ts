// Owns what the tests of `askonce validate` share: questions of the small shop as a file, and the report of a run.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

import type { Report } from '../../src/validate/report.ts';
import { temporaryDataDir } from './askonce.ts';

export const QUESTIONS = ['Germany', 'France', 'Spain'].map((country) => ({
  question: `how many customers are in ${country}?`,
  sql: `SELECT count(*) FROM customers WHERE country = '${country}'`,
  rephrasings: [
    `number of customers in ${country}`,
    `the count of customers located in ${country}`,
  ],
}));

export async function questionsFile(t: TestContext, lines: readonly unknown[] = QUESTIONS) {
  const folder = await temporaryDataDir(t);
  const file = join(folder, 'questions.jsonl');
  await writeFile(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  return { folder, file };
}

export async function reportIn(folder: string): Promise<Report> {
  return JSON.parse(await readFile(join(folder, 'report.json'), 'utf8')) as Report;
}
