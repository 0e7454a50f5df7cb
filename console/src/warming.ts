// Owns what is taught: a file of questions held against what cache_warm takes, and sent a batch at a time.
import type { WarmFault, Warmed } from './contract-warm.ts';
import { count } from './format.ts';
import { Fault } from './http.ts';
import type { Session } from './session.ts';

export interface Lesson {
  readonly question: string;
  readonly sql: string;
  readonly params: readonly unknown[];
}

export interface FileLesson extends Lesson {
  /** Of the file, from 1. */
  readonly number: number;
}

export interface LessonFile {
  readonly name: string;
  readonly lessons: readonly FileLesson[];
  /** Not to be sent at all. */
  readonly refused: readonly WarmFault[];
}

export interface Tally {
  readonly sent: number;
  readonly learned: number;
  readonly known: number;
  readonly refused: number;
  readonly faults: readonly WarmFault[];
}

/** What one call may bring: cache_warm takes so many, and a body has an end. */
const BATCH = 200;
const BATCH_BYTES = 900_000;
/** It is held as text and as values at once. */
const MAX_FILE_BYTES = 64 * 1024 * 1024;
/** As exports and the list of costly statements have them; where it is from and what it cost is for people to read. */
const NAMES = new Set(['question', 'sql', 'params', 'made_by', 'made_at', 'origin', 'cost']);

/** @throws Fault for a file that is no list of questions. */
export async function readLessons(file: File): Promise<LessonFile> {
  if (file.size > MAX_FILE_BYTES) {
    throw unreadable('The file is larger than 64 MB.', 'askonce cache warm takes any length.');
  }
  const values = parsed(await textOf(file));
  const lessons: FileLesson[] = [];
  const refused: WarmFault[] = [];
  for (const [at, value] of values.entries()) {
    const message = faultOf(value);
    const { question, sql, params = [] } = (value ?? {}) as Partial<Lesson>;
    const number = at + 1;
    if (message === null) lessons.push({ number, question: question!, sql: sql!, params });
    else refused.push({ number, question: typeof question === 'string' ? question : '', message });
  }
  return { name: file.name, lessons, refused };
}

async function textOf(file: File): Promise<string> {
  try {
    return await file.text();
  } catch {
    throw unreadable('The file cannot be read.', 'Choose it again.');
  }
}

function parsed(text: string): readonly unknown[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw unreadable('The file is no JSON.', error instanceof Error ? error.message : '');
  }
  if (Array.isArray(value)) return value;
  throw unreadable(
    'The file is no list of questions.',
    'It begins with [ and has objects with question, sql and params.',
  );
}

const unreadable = (message: string, hint: string): Fault =>
  new Fault(0, { code: 'INPUT_INVALID', message, hint });

/** A call with one of these would be refused as a whole. */
function faultOf(value: unknown): string | null {
  if (typeof value !== 'object' || value === null) return 'It is no object.';
  const { question, sql, params = [] } = value as Record<string, unknown>;
  if (typeof question !== 'string' || question.trim() === '') return 'It has no question.';
  if (typeof sql !== 'string') return 'It has no sql.';
  if (!Array.isArray(params)) return 'Its params are no list.';
  // The list of costly statements has nulls where values belong.
  if ('cost' in value && params.includes(null)) return 'A value of its params is still null.';
  const other = Object.keys(value).find((name) => !NAMES.has(name));
  if (other !== undefined) return `${other} is not known: question, sql and params are.`;
  return bytesOf({ question, sql, params }) > BATCH_BYTES ? 'It is too long to be sent.' : null;
}

const ENCODER = new TextEncoder();
const bytesOf = (lesson: Lesson): number => ENCODER.encode(JSON.stringify(lesson)).length;

export interface Teaching {
  readonly isRun: boolean;
  readonly signal: AbortSignal;
  /** After each batch, with what all have come to. */
  readonly onSent: (tally: Tally) => void;
}

export const NOTHING_SENT: Tally = { sent: 0, learned: 0, known: 0, refused: 0, faults: [] };

/**
 * Goes on behind what was sent before.
 * @throws Fault where a call fails; what was told to `onSent` stays learnt.
 */
export async function teachAll(
  session: Pick<Session, 'call'>,
  lessons: readonly FileLesson[],
  before: Tally,
  { isRun, signal, onSent }: Teaching,
): Promise<void> {
  let tally = before;
  for (const batch of batchesOf(lessons.slice(before.sent))) {
    const questions = batch.map(({ question, sql, params }) => ({ question, sql, params }));
    const warmed = await session.call<Warmed>('cache_warm', { questions, run: isRun }, signal);
    const faults = warmed.faults.map((fault) => ({
      ...fault,
      number: batch[fault.number - 1]!.number,
    }));
    tally = {
      sent: tally.sent + batch.length,
      learned: tally.learned + warmed.learned,
      known: tally.known + warmed.known,
      refused: tally.refused + warmed.refused,
      faults: [...tally.faults, ...faults],
    };
    onSent(tally);
  }
}

function* batchesOf(lessons: readonly FileLesson[]): Generator<readonly FileLesson[]> {
  let batch: FileLesson[] = [];
  let bytes = 0;
  for (const lesson of lessons) {
    const more = bytesOf(lesson);
    if (batch.length === BATCH || (batch.length > 0 && bytes + more > BATCH_BYTES)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(lesson);
    bytes += more;
  }
  if (batch.length > 0) yield batch;
}

export const said = ({
  learned,
  known,
  refused,
}: Pick<Tally, 'learned' | 'known' | 'refused'>): string =>
  `${count(learned)} learned, ${count(known)} known already, ${count(refused)} refused`;

/** A value as one types it: a number or a truth value where it reads as one, otherwise a text. */
export function typedValue(text: string): number | boolean | string {
  if (text === 'true' || text === 'false') return text === 'true';
  const number = Number(text);
  return Number.isFinite(number) && String(number) === text ? number : text;
}
