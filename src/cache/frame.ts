// Owns the frame of a question: its typed facts and its content words, in the order they were said.
// Pure and total: any text gives a frame, in time linear in its (bounded) length; it never compares.
import { repairCue } from './frame-cues.ts';
import { isNumberWord } from './frame-number.ts';
import type { ContentWord, Fact } from './frame-facts.ts';
import { FrameReader } from './frame-reader.ts';
import { type Request, requestOf } from './frame-request.ts';
import { MAX_TOKENS, type Token, tokenize } from './frame-text.ts';
import { plainWording } from './frame-wording.ts';
import { conceptOf, isStopWord } from './words.ts';

export interface Frame {
  readonly tokens: readonly Token[];
  readonly texts: ReadonlySet<string>;
  /** The tokens as one text, with what is quoted left out. */
  readonly unquoted: string;
  /** The concept of each token. */
  readonly concepts: readonly string[];
  /** Concepts of neighbouring words written as one: "check in" as "checkin". */
  readonly joins: ReadonlySet<string>;
  readonly facts: readonly Fact[];
  readonly words: readonly ContentWord[];
  /** What it asks to see. */
  readonly request: Request;
  /** Asks for all that is known ("details", "information"). */
  readonly asksEverything: boolean;
  /** Not English prose (another script, pasted SQL, too long): only the same text is the same question. */
  readonly opaque: boolean;
}

const isFunctionWord = (word: string): boolean => isStopWord(word) || isNumberWord(word);

function repaired(tokens: readonly Token[]): readonly Token[] {
  return tokens.map((token) =>
    token.kind === 'word' && !token.quoted && !token.capital
      ? { ...token, text: repairCue(token.text, isFunctionWord) }
      : token,
  );
}

const FOREIGN = /(?!\p{Script=Latin})\p{L}/u;
const SQL_HEAD_CHARS = 400;
const PASTED_SQL = /^\s*(?:select|with|explain|insert|update|delete|table|values)\b/iu;
const SQL_SIGNS = /[*();=]|\b(?:where|join)\b/iu;
const SQL_CLAUSE = /\b(?:from|into|set|as|values)\b/iu;

function isPastedSql(question: string): boolean {
  const head = question.slice(0, SQL_HEAD_CHARS);
  return PASTED_SQL.test(head) && SQL_CLAUSE.test(head) && SQL_SIGNS.test(head);
}

function joinsOf(tokens: readonly Token[]): ReadonlySet<string> {
  const joins = new Set<string>();
  tokens.forEach((token, index) => {
    const next = tokens[index + 1];
    if (token.kind === 'word' && next?.kind === 'word')
      joins.add(conceptOf(token.text + next.text));
  });
  return joins;
}

export function frameOf(question: string): Frame {
  const tokens = repaired(tokenize(plainWording(question)));
  const concepts = tokens.map((token) => conceptOf(token.text));
  const reader = new FrameReader(tokens);
  reader.read();
  return {
    tokens,
    texts: new Set(tokens.map((token) => token.text)),
    unquoted: tokens.map((token) => (token.quoted ? '"' : token.text)).join(' '),
    concepts,
    joins: joinsOf(tokens),
    facts: reader.facts,
    words: reader.words,
    request: requestOf({ tokens, concepts }),
    asksEverything: reader.asksEverything,
    opaque:
      tokens.length >= MAX_TOKENS ||
      tokens.some((token) => FOREIGN.test(token.text)) ||
      isPastedSql(question),
  };
}
