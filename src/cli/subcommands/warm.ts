// Owns `askonce cache warm`: a file of questions into what a server knows, a batch at a time, or statements of the
// database that are worth a question.
import { fstatSync } from 'node:fs';
import type { Readable } from 'node:stream';

import { streamArray } from 'stream-json/streamers/stream-array.js';
import { z } from 'zod';

import type { StatementDocument } from '../../admin/statements.ts';
import { AppError } from '../../errors.ts';
import { ENTRY } from '../../mcp/tools/cache-warm.ts';
import type { Entry } from '../../query/transfer.ts';
import { duration, some } from '../figures.ts';
import { visible, visibleDocument } from '../look.ts';
import { Misuse } from '../misuse.ts';
import { jsonOf } from '../show.ts';
import { argumentsOf } from '../subcommand.ts';
import type { Invocation, Subcommand } from '../subcommand.ts';

/** What one call may bring: cache_warm takes so many, and a body may be so long. */
const BATCH = 200;
const BATCH_CHARS = 1_000_000;
const SOME_REFUSED = 1;

export const warm: Subcommand = {
  definition: {
    name: 'warm',
    summary: 'teach questions with their statements, from stdin; what is known stays',
    about:
      'Teaches a server questions with their statements, as export gives them or as they are written by hand: [{"question": "…", "sql": "SELECT …", "params": []}]. What it knows already stays. Without --run statements are only parsed. askonce cache-warm is the same.',
    options: [
      { flags: '--run', about: "read each statement's rows, too: for whom the token belongs to" },
      {
        flags: '--from <source>',
        about: 'print the costliest statements of the database, to be given questions and values',
        choices: ['pg_stat_statements'],
      },
      { flags: '--limit <n>', about: 'with --from: at most n (20)', isNumber: true },
    ],
    examples: [
      ['warm --run < known.json', 'from another server, or from a list'],
      ['warm --from pg_stat_statements > known.json', 'what to give questions to'],
    ],
  },
  async run(invocation) {
    const { options, face } = invocation;
    if (options['from'] !== undefined) return await suggest(invocation);
    if (options['limit'] !== undefined) throw new Misuse('--limit belongs to --from.');
    if (face.stdin.isTTY) {
      throw new Misuse('askonce cache warm reads questions from stdin: askonce cache warm < FILE');
    }
    return await warmAll(invocation);
  },
};

/** The document is what warm takes, once each has its question. */
async function suggest({ options, call, face, isJson }: Invocation): Promise<number> {
  const args = argumentsOf(options, { from: 'from', limit: 'limit' });
  const document = await call('cache_warm', args);
  if (isJson) {
    await face.print(jsonOf(document));
    return 0;
  }
  const statements = document['statements'] as readonly StatementDocument[];
  const usable = statements.filter(({ fault }) => fault === null);
  for (const { sql, fault } of statements) {
    if (fault !== null) face.progress.note(`left out: ${visible(sql)}: ${visible(fault)}`);
  }
  const entries = usable.map((statement) => ({
    cost: costOf(statement),
    question: '',
    sql: statement.sql,
    params: Array.from({ length: statement.params }, () => null),
  }));
  await face.print(jsonOf(entries));
  face.progress.note(
    'Give each a question that names its values, and for each null under params its value; delete the others.',
  );
  return 0;
}

const costOf = ({ calls, total_ms: total, mean_ms: mean }: StatementDocument): string =>
  `${some(calls, 'call')}, ${duration(total)} in all, ${duration(mean)} each`;

/** As it stands in the file; what came from the history of the database says what it cost, and has nulls for values. */
const IN_FILE = ENTRY.extend({ cost: z.string().optional() })
  .superRefine(({ cost, question, params }, context) => {
    const tell = (path: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [path], message });
    if (cost === undefined) return;
    if (question.trim() === '') tell('question', 'is still empty');
    const at = params.indexOf(null);
    if (at >= 0) tell('params', `the value of $${at + 1} is still null`);
  })
  .transform(({ question, sql, params }): Entry => ({ question, sql, params }));

type Total = Record<'learned' | 'known' | 'ran' | 'refused', number>;

interface Fault {
  /** In the file, from 1. */
  readonly number: number;
  readonly question: string | null;
  readonly message: string;
}

async function warmAll({ options, call, face, isJson }: Invocation): Promise<number> {
  const { stdin, progress, print } = face;
  const run = options['run'] === true;
  const size = sizeOf(stdin);
  const total: Total = { learned: 0, known: 0, ran: 0, refused: 0 };
  const faults: Fault[] = [];
  let batch: Entry[] = [];
  /** Where each of the batch stands in the file, from 1. */
  let numbers: number[] = [];
  let chars = 0;

  function refuse(fault: Fault): void {
    const { number, question, message } = visibleDocument(fault);
    if (isJson) faults.push(fault);
    else progress.note(`refused: number ${[number, question, message].filter(Boolean).join(': ')}`);
  }

  async function flush(): Promise<void> {
    if (batch.length === 0) return;
    const report = await call('cache_warm', { questions: batch, run });
    for (const name of Object.keys(total) as Array<keyof Total>)
      total[name] += Number(report[name]);
    const refused = report['faults'] as readonly Fault[];
    for (const fault of refused) refuse({ ...fault, number: numbers[fault.number - 1]! });
    const unsaid = Number(report['refused']) - refused.length;
    if (unsaid > 0 && !isJson) progress.note(`refused: ${unsaid} more of these ${batch.length}`);
    progress.tell(`${said(total)} so far`, size && bytesOf(stdin) / size);
    batch = [];
    numbers = [];
    chars = 0;
  }

  const items = stdin.pipe(streamArray.withParserAsStream());
  stdin.on('error', (error) => items.destroy(error));
  try {
    for await (const { key, value } of items as AsyncIterable<{ key: number; value: unknown }>) {
      const entry = IN_FILE.safeParse(value);
      if (!entry.success) {
        total.refused += 1;
        refuse({ number: key + 1, question: null, message: whyNot(entry.error.issues) });
        continue;
      }
      const length = JSON.stringify(value).length;
      if (chars + length > BATCH_CHARS) await flush();
      batch.push(entry.data);
      numbers.push(key + 1);
      chars += length;
      if (batch.length === BATCH) await flush();
    }
  } catch (error) {
    if (error instanceof AppError) throw error;
    const reason = visible(error instanceof Error ? error.message : String(error));
    throw new AppError('INPUT_INVALID', `The file is no JSON array of questions: ${reason}`, {
      hint: `Before that: ${said(total)}. Correct the file and repeat; what is known stays as it is.`,
    });
  }
  await flush();
  if (isJson) await print(jsonOf({ status: 'warmed', ...total, faults }));
  else progress.note(`done: ${said(total)}`);
  return total.refused > 0 ? SOME_REFUSED : 0;
}

const said = ({ learned, known, ran, refused }: Readonly<Total>): string =>
  `${learned} learned, ${known} known already, ${ran} run, ${refused} refused`;

const whyNot = (
  issues: ReadonlyArray<{ readonly path: readonly PropertyKey[]; readonly message: string }>,
): string =>
  issues
    .map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(': '))
    .join('; ');

/** Undefined where nobody knows, as behind a pipe. */
function sizeOf(stdin: Readable & { readonly fd?: number }): number | undefined {
  if (stdin.fd === undefined) return undefined;
  const file = fstatSync(stdin.fd);
  return file.isFile() && file.size > 0 ? file.size : undefined;
}

const bytesOf = (stdin: Readable & { readonly bytesRead?: number }): number => stdin.bytesRead ?? 0;
