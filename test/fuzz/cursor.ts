// Owns the fuzzer of what leads to rows that are kept: cursors and result URIs that were edited, forged, or belong to
// somebody else. Nobody gets rows that were not given to him, however he asks.
import { randomUUID } from 'node:crypto';

import { ResourceNotFoundError } from '@modelcontextprotocol/server';

import { isAppError } from '../../src/errors.ts';
import { readResultResource } from '../../src/mcp/resources/result.ts';
import type { Answer } from '../../src/query/answer.ts';
import { formatCursor, parseCursor } from '../../src/query/cursor-handle.ts';
import { FORMATS } from '../../src/query/format.ts';
import type { QueryPipeline } from '../../src/query/pipeline.ts';
import { createCursorSeal, sealCursors } from '../../src/query/sealed-cursors.ts';
import type { CursorSeal } from '../../src/query/sealed-cursors.ts';
import { createWholeResults } from '../../src/query/whole-result.ts';
import type { WholeResults } from '../../src/query/whole-result.ts';
import { HARD_LIMITS, contextOf, documentOf, pipelineOf } from '../integration/query/pipelines.ts';
import type { Chance } from './chance.ts';
import { Finding } from './fuzzer.ts';
import type { Fuzzer } from './fuzzer.ts';
import { createMemoryBound } from './memory-bound.ts';

const OWNERS = ['alice', 'bob'] as const;
type Owner = (typeof OWNERS)[number];
const STRANGER = 'mallory';
const ROWS = 2000;
const ANSWER_MS = 5000;
/** Sooner than what is kept ends. */
const RENEW_MS = 300_000;
/** Row by row whose they are. */
const sqlOf = (owner: Owner): string =>
  `select i, '${owner}-owns' as whose, repeat('x', 20) from t order by i`;

interface Given {
  readonly owner: Owner;
  /** Sealed, as its owner has it. */
  readonly cursor: string;
  /** As it is inside. */
  readonly inner: string;
  readonly answerId: string;
}

interface Doors {
  readonly sealed: QueryPipeline;
  /** Whoever had the key could say anything here. */
  readonly bare: QueryPipeline;
  readonly results: WholeResults;
  readonly seal: CursorSeal;
}

interface Tried {
  readonly who: string;
  readonly text: string;
  /** Who may get rows for it; null for nobody. */
  readonly owner: Owner | null;
  readonly open: (text: string, who: string) => Promise<Got>;
}

interface Got {
  readonly text: string;
  readonly rows: number;
}

const JUNK = [
  '\0',
  '.',
  '..',
  '-',
  '_',
  ' ',
  '\n',
  'é',
  '\u202e',
  '\ud800',
  '%2e',
  '/',
  '../',
  "'",
  'a_',
  'c1_',
  '0',
  'z',
  '٣',
  '\u200b',
];
const NUMBERS = [-1, 0, 1, 5, 499, 501, 1999, 2000, 2001, 2 ** 31, 2 ** 40, 36 ** 10 - 1];

export const cursorFuzzer: Fuzzer = {
  about: 'cursors and result URIs, edited, forged and of others: never rows of somebody else',
  async start(t) {
    const setup = `create table t as select i from generate_series(1, ${ROWS}) i`;
    const { pipeline: bare, cache, scoping } = await pipelineOf(t, setup);
    const seal = createCursorSeal();
    const sealed = sealCursors(bare, seal);
    const doors = { sealed, bare, results: createWholeResults({ cache, scoping }), seal };
    let given = await renewed(doors);
    let renewedAt = performance.now();
    const memory = createMemoryBound(() => process.memoryUsage().rss);
    return {
      lanes: 4,
      async attempt(chance) {
        const tried = make(doors, given, chance);
        const begunAt = performance.now();
        const outcome = await outcomeOf(tried);
        const ms = performance.now() - begunAt;
        if (ms > ANSWER_MS) throw new Finding(`it takes ${Math.round(ms)} ms`, tried.text);
        return outcome;
      },
      async settle() {
        memory.require();
        if (performance.now() - renewedAt < RENEW_MS) return;
        given = await renewed(doors);
        renewedAt = performance.now();
      },
      figures: () => memory.figures(),
    };
  },
};

async function renewed({ sealed, seal }: Doors): Promise<readonly Given[]> {
  const given: Given[] = [];
  for (const owner of OWNERS) {
    for (const format of FORMATS) {
      const limits = { maxRows: 5, maxBytes: 50_000, format };
      const answer = await sealed.query(
        {
          question: `rows of ${owner} as ${format}`,
          sql: sqlOf(owner),
          params: [],
          maxAgeSeconds: 0,
          limits,
        },
        contextOf(owner),
      );
      const { text, next } = await read(answer);
      if (next === null) throw new Error(`no cursor: ${text}`);
      const { cursor: inner, answerId } = seal.open(next);
      given.push({ owner, cursor: next, inner, answerId });
    }
  }
  return given;
}

async function read(answer: Answer): Promise<Got & { readonly next: string | null }> {
  const { text, row_count: rows, next_cursor: next } = await documentOf(answer);
  return { text, rows, next };
}

async function outcomeOf({ who, text, owner, open }: Tried): Promise<string> {
  let got: Got;
  try {
    got = await open(text, who);
  } catch (error) {
    const isNotFound = isAppError(error, 'NOT_FOUND') || error instanceof ResourceNotFoundError;
    if (isNotFound || isAppError(error, 'INPUT_INVALID')) {
      if (owner === who) throw new Finding(`its owner is refused: ${String(error)}`, text);
      return isNotFound ? 'NOT_FOUND' : 'INPUT_INVALID';
    }
    throw new Finding(`ends in ${String((error as Error)?.stack)}`, text, { cause: error });
  }
  const others = OWNERS.filter((other) => other !== who && got.text.includes(`${other}-owns`));
  if (others.length > 0) throw new Finding(`${who} gets rows of ${others.join()}`, text);
  if (who === STRANGER || owner === null) throw new Finding(`${who} gets ${got.rows} rows`, text);
  if (got.rows > HARD_LIMITS.maxRows) throw new Finding(`${got.rows} rows at once`, text);
  return 'rows of his own';
}

function make(doors: Doors, all: readonly Given[], chance: Chance): Tried {
  const given = chance.pick(all);
  const who = chance.pick([...OWNERS, STRANGER]);
  const viaSealed: Tried['open'] = async (text, name) =>
    read(await doors.sealed.fetchRows(text, contextOf(name)));
  const viaBare: Tried['open'] = async (text, name) =>
    read(await doors.bare.fetchRows(text, contextOf(name)));
  const viaUri: Tried['open'] = async (uri, name) => {
    const { contents } = await readResultResource(doors.results, uri, contextOf(name));
    return { text: contents[0].text, rows: 0 };
  };
  const ownersOwn = who === given.owner ? given.owner : null;
  /** Who may have rows, where the text was changed in what does not matter. */
  const unless = (same: boolean): Owner | null => (same ? ownersOwn : null);

  return chance.weighted<() => Tried>([
    [
      10,
      () => {
        const text = edited(given.cursor, chance);
        return { who, text, owner: unless(text === given.cursor), open: viaSealed };
      },
    ],
    [
      4,
      () => {
        const other = chance.pick(all);
        const text = crossed(given.cursor, other.cursor, chance);
        const same = all.find(({ cursor }) => cursor === text);
        return { who, text, owner: same?.owner === who ? same.owner : null, open: viaSealed };
      },
    ],
    [
      3,
      () => {
        // By a key of somebody else's.
        const text = createCursorSeal().close(given.inner, given.answerId);
        return { who, text, owner: null, open: viaSealed };
      },
    ],
    [1, () => ({ who, text: given.cursor, owner: ownersOwn, open: viaSealed })],
    [
      2,
      () => {
        const handle = parseCursor(given.inner);
        const isKnown = chance.is(0.8);
        const text = formatCursor({
          resultId: isKnown ? handle.resultId : randomUUID(),
          fromRow: Math.abs(chance.pick(NUMBERS)),
          format: chance.pick(FORMATS),
          maxRows: Math.abs(chance.pick(NUMBERS)),
          maxBytes: Math.abs(chance.pick(NUMBERS)),
        });
        return { who, text, owner: unless(isKnown), open: viaBare };
      },
    ],
    [
      2,
      () => {
        const text = edited(given.inner, chance);
        // An edit of the numbers alone is a cursor as good as any.
        const isSameResult = idOf(text) === idOf(given.inner);
        const open: Tried['open'] = async (one, name) => viaBare(one, name);
        return { who, text, owner: unless(isSameResult && isCursor(text)), open };
      },
    ],
    [
      2,
      () => {
        const uri = `result://${given.answerId}`;
        const text = chance.is(0.2) ? uri : edited(uri, chance);
        return { who, text, owner: unless(text === uri), open: viaUri };
      },
    ],
  ])();
}

function isCursor(text: string): boolean {
  try {
    parseCursor(text);
    return true;
  } catch {
    return false;
  }
}

function idOf(text: string): string | null {
  return isCursor(text) ? parseCursor(text).resultId : null;
}

/** Parts of one in the place of another's. */
function crossed(one: string, other: string, chance: Chance): string {
  const [parts, others] = [one.split('.'), other.split('.')];
  const at = chance.below(parts.length);
  parts[at] = others[at] ?? '';
  return parts.join('.');
}

function edited(text: string, chance: Chance): string {
  const at = chance.below(text.length + 1);
  const [before, behind] = [text.slice(0, at), text.slice(at)];
  return chance.weighted<() => string>([
    [4, () => before + chance.letterOf('0123456789abcxyzABZ-_.') + behind.slice(1)],
    [3, () => before + chance.pick(JUNK) + behind],
    [2, () => before],
    [1, () => behind],
    [1, () => before + behind.slice(1 + chance.below(6))],
    [1, () => text + chance.pick(JUNK)],
    [1, () => text.toUpperCase()],
    [1, () => `${text}.${text}`],
    [1, () => text.split('.').reverse().join('.')],
    [0.5, () => text.replace('c1_', chance.pick(['c2_', 'c1_c1_', 'C1_', '']))],
    [0.1, () => text.repeat(chance.pick([100, 10_000]))],
  ])();
}
