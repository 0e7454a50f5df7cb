// Owns learning from an audit log (AUDIT_TEXT=full) what is asked and how: its questions with their SQL, most asked first,
// and how the principals behind them talk. Lines that are no question are passed over.
import { AppError } from '../../errors.ts';
import type { AgentModel } from '../load/agent-model.ts';
import type { Question, QuestionSource } from './question.ts';

interface Line {
  readonly time: number;
  readonly what: string;
  readonly principal: string;
  readonly question: string;
  readonly sql: string | null;
  readonly source: string | null;
}

export interface AuditedTraffic {
  readonly source: QuestionSource;
  readonly model: AgentModel;
}

/** Calls of one principal within this belong to one turn. */
const TURN_MS = 1000;
/** Who is silent for longer has ended the conversation. */
const CONVERSATION_MS = 30 * 60_000;
const MIN_CALLS = 10;

/** @throws AppError INPUT_INVALID where it says too little. */
export function readAuditLog(text: string, file: string): AuditedTraffic {
  const lines = text
    .split('\n')
    .map(lineOf)
    .filter((line) => line !== null);
  if (lines.length < MIN_CALLS) {
    throw new AppError('INPUT_INVALID', `${file} tells of ${lines.length} questions only.`, {
      hint: 'It takes an audit log with AUDIT_TEXT=full, of at least ten calls of ask and query.',
    });
  }
  const questions = questionsOf(lines);
  return {
    source: { name: file, questions, unasked: () => null },
    model: modelOf(lines, file),
  };
}

function lineOf(text: string): Line | null {
  try {
    const said = JSON.parse(text) as Readonly<Record<string, unknown>>;
    const { outcome, principal, question, source, sql, time, what } = said;
    const isCall = (what === 'ask' || what === 'query') && outcome === 'ok';
    if (!isCall || typeof question !== 'string' || question === '') return null;
    return {
      time: Date.parse(String(time)),
      what,
      principal: String(principal),
      question,
      sql: typeof sql === 'string' && sql !== '' ? sql : null,
      source: typeof source === 'string' ? source : null,
    };
  } catch {
    return null;
  }
}

/** Wordings that led to the same statement are rephrasings of the one asked most. */
function questionsOf(lines: readonly Line[]): Question[] {
  const wordings = new Map<string, { count: number; sql: string | null }>();
  for (const { question, sql } of lines) {
    const known = wordings.get(question) ?? { count: 0, sql: null };
    wordings.set(question, { count: known.count + 1, sql: sql ?? known.sql });
  }
  const byStatement = new Map<string, { count: number; words: string[]; sql: string | null }>();
  const mostFirst = [...wordings].toSorted(([, a], [, b]) => b.count - a.count);
  for (const [question, { count, sql }] of mostFirst) {
    const key = sql ?? question;
    const known = byStatement.get(key) ?? { count: 0, words: [], sql };
    byStatement.set(key, {
      ...known,
      count: known.count + count,
      words: [...known.words, question],
    });
  }
  return [...byStatement.values()]
    .toSorted((a, b) => b.count - a.count)
    .map(({ sql, words: [first = '', ...others] }) => ({
      question: first,
      ...(sql !== null && { sql }),
      rephrasings: others,
      heavy: false,
    }));
}

function modelOf(lines: readonly Line[], file: string): AgentModel {
  const turns: { calls: number; thinkMs: number | null }[] = [];
  const lengths: number[] = [];
  const principals = new Set(lines.map(({ principal }) => principal));
  for (const name of principals) {
    const ofOne = lines.filter(({ principal }) => principal === name);
    const sorted = ofOne
      .filter(({ time }) => Number.isFinite(time))
      .toSorted((a, b) => a.time - b.time);
    let last: Line | undefined;
    for (const line of sorted) {
      const apart = last === undefined ? Infinity : line.time - last.time;
      if (apart <= TURN_MS) turns.at(-1)!.calls += 1;
      else {
        const isNew = apart > CONVERSATION_MS;
        turns.push({ calls: 1, thinkMs: isNew ? null : apart });
        if (isNew) lengths.push(1);
        else lengths[lengths.length - 1]! += 1;
      }
      last = line;
    }
  }
  const thinking = turns.map(({ thinkMs }) => thinkMs).filter((ms) => ms !== null);
  const share = (isOne: (line: Line) => boolean): number =>
    Math.round((1000 * lines.filter(isOne).length) / lines.length) / 1000;
  return {
    name: 'audit log',
    about: `As ${principals.size} principals of ${file} ask: ${lines.length} calls.`,
    turns: spanOf(lengths, { min: 5, max: 20 }),
    think_ms: spanOf(thinking, { min: 2000, max: 10_000 }),
    calls_per_turn: spanOf(
      turns.map(({ calls }) => calls),
      { min: 1, max: 1 },
    ),
    retry: 'as told',
    max_tries: 5,
    shares: {
      rephrased: share(({ source }) => source === 'semantic'),
      new: 0,
      anew: share(({ source }) => source === 'database'),
      heavy: 0,
    },
  };
}

/** The middle four fifths: neither the fastest script nor who went to lunch. */
function spanOf(
  values: readonly number[],
  otherwise: { readonly min: number; readonly max: number },
): { min: number; max: number } {
  if (values.length === 0) return { ...otherwise };
  const sorted = values.toSorted((a, b) => a - b);
  const at = (part: number): number => sorted[Math.floor(part * (sorted.length - 1))]!;
  return { min: at(0.1), max: at(0.9) };
}
