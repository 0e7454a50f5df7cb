// Owns the reading of a question's tokens into typed facts and content words, left to right, once.
// Pure and total, linear in the tokens; it never compares two questions.
import { type Bound, type Cue, cueAt } from './frame-cues.ts';
import type { ContentWord, Fact, FactKind } from './frame-facts.ts';
import { boundKey, intervalOf, windowKey, windowOf } from './frame-interval.ts';
import { isNumberWord, numberAt } from './frame-number.ts';
import {
  BOUND_REACH,
  WORDS_WITHIN_BOUND,
  boundBehind,
  isVerb,
  isAside,
  isNamed,
  isNumberSign,
  isWeakBound,
  meetsDate,
  runsOn,
  RECURRING,
  EVENT_BOUND,
  RANGE_JOINTS,
  QUANTIFIED,
  SORT_REACH,
  AGENT_VERB,
  TITLE_CASE_SHARE,
  FLIPPED,
} from './frame-reader-words.ts';
import type { Pending, BoundBehind } from './frame-reader-words.ts';
import type { Token } from './frame-text.ts';
import { isPeriodWord, timeAt } from './frame-time.ts';
import { isUnit } from './frame-unit.ts';
import {
  conceptOf,
  interrogativeNoun,
  isGenericNoun,
  isOftenCapital,
  isStopWord,
} from './words.ts';

export class FrameReader {
  readonly facts: Fact[] = [];
  readonly words: ContentWord[] = [];
  asksEverything = false;
  readonly #tokens: readonly Token[];
  readonly #titleCase: boolean;
  #pending: Pending | undefined;
  /** Read already, with what stands before it. */
  #skip: BoundBehind | undefined;
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
    const words = tokens.filter((token) => token.kind === 'word' && !token.quoted);
    const capitals = words.filter((token) => token.capital).length;
    this.#titleCase = words.length > 2 && capitals > words.length * TITLE_CASE_SHARE;
  }

  read(): void {
    while (this.#at < this.#tokens.length) this.#at += this.#step();
    this.#expire(Number.POSITIVE_INFINITY);
  }

  #step(): number {
    const token = this.#tokens[this.#at];
    if (token === undefined) return 1;
    if (this.#skip?.at === this.#at) return this.#skip.length;
    this.#expire(this.#at);
    if (token.quoted) {
      if (token.kind !== 'mark') this.#push(token.text, 'quoted');
      return 1;
    }
    const quantity = this.#quantity();
    if (quantity > 0) return quantity;
    const found =
      !this.#titleCase && isNamed(this.#tokens, this.#at)
        ? undefined
        : cueAt(this.#tokens, this.#at);
    const consumed = found === undefined ? 0 : this.#cue(found.cue, found.length);
    if (consumed > 0) return consumed;
    this.#word(token);
    return 1;
  }

  #text(at: number): string {
    const token = this.#tokens[at];
    return token === undefined || token.quoted ? '' : token.text;
  }

  #said(length: number, from = this.#at): string {
    return this.#tokens
      .slice(from, from + length)
      .map((token) => token.text)
      .join(' ');
  }

  #fact(kind: FactKind, key: string, said: string): void {
    this.facts.push({ kind, key, said, at: this.#at });
  }

  #push(text: string, value: ContentWord['value'], implied = false): void {
    const concept = value === 'quoted' || value === 'code' ? text : conceptOf(text);
    this.words.push({ text, concept, at: this.#at, value, implied });
  }

  /** A bound that met no number compares with something else: "above the asking price". */
  #expire(at: number): void {
    const pending = this.#pending;
    if (pending === undefined) return;
    const words = this.words.filter((word) => word.at > pending.at && !word.implied).length;
    if (words <= (pending.weak ? 0 : WORDS_WITHIN_BOUND) && at - pending.at <= BOUND_REACH) return;
    const key = pending.bounds[0] ?? '';
    const next = this.#text(pending.at + 1);
    const dangling = next === '' || '.?!,;'.includes(next);
    const event = EVENT_BOUND.exec(pending.said)?.[0];
    if (event !== undefined && !dangling) {
      // "after an incident": an event, not a date; compared as a word is.
      this.words.push({ text: event, concept: event, at: pending.at, value: null, implied: true });
    } else if (!pending.weak && !dangling)
      this.facts.push({ kind: 'comparison', key, said: pending.said, at: pending.at });
    this.#pending = undefined;
  }

  #quantity(): number {
    const time = timeAt(this.#tokens, this.#at);
    const found = time ?? this.#number(this.#at);
    if (found === undefined) return 0;
    const awaited = this.#awaited(found);
    if (awaited > 0) return awaited;
    if (time !== undefined && runsOn(this.#tokens, this.#at, found.length)) {
      this.#bound('>=', found.key, this.#said(found.length + 1));
      return found.length + 1;
    }
    const after = cueAt(this.#tokens, this.#at + found.length);
    if (after?.cue.kind === 'compare-after') {
      const length = found.length + after.length;
      // "not 50 or more" is "less than 50".
      const last = this.facts.at(-1);
      const negated = last?.kind === 'negation' && this.#at - last.at <= 2;
      if (negated) this.facts.pop();
      const key = negated ? FLIPPED[after.cue.key] : after.cue.key;
      this.#bound(key, found.key, this.#said(length));
      return length;
    }
    const later =
      time === undefined ? boundBehind(this.#tokens, this.#at + found.length) : undefined;
    if (later !== undefined) {
      this.#bound(later.cue.key, found.key, `${this.#said(found.length)} ${later.said}`);
      this.#skip = later;
      return found.length;
    }
    const next = this.#at + found.length + 1;
    const range =
      RANGE_JOINTS.has(this.#text(next - 1)) &&
      (time === undefined ? numberAt(this.#tokens, next) : timeAt(this.#tokens, next)) !==
        undefined;
    if (range) {
      this.#bound('>=', found.key, this.#said(found.length));
      this.#pending = {
        start: next - 1,
        at: next - 1,
        said: this.#said(1, next - 1),
        bounds: ['<='],
        weak: true,
      };
      return found.length + 1;
    }
    const days = time === undefined ? undefined : intervalOf(found.key);
    const key = days === undefined ? found.key : windowKey(days);
    this.#fact(time === undefined ? 'number' : 'time', key, this.#said(found.length));
    return found.length;
  }

  /** A quantity that an earlier bound waits for; 0 where none does. */
  #awaited(found: { readonly key: string; readonly length: number }): number {
    const isDate = intervalOf(found.key) !== undefined;
    if (isDate && isAside(this.#tokens, this.#at, this.#pending, this.words))
      this.#expire(Infinity);
    const pending = this.#pending;
    const bound = pending?.bounds[0];
    if (pending !== undefined && bound !== undefined) {
      const end = this.#at + found.length;
      this.#bound(bound, found.key, this.#said(end - pending.start, pending.start));
      const bounds = pending.bounds.slice(1);
      this.#pending =
        bounds.length === 0 ? undefined : { ...pending, start: end, at: end - 1, bounds };
      return found.length;
    }
    return 0;
  }

  #bound(bound: Bound, quantity: string, said: string): void {
    const last = this.facts.at(-1);
    let key = boundKey(bound, quantity);
    if (last?.kind === 'comparison') {
      // "between Jan 1 and Dec 31, 2023": the year is said once for both.
      const year = /^< (\d{4})-/u.exec(key)?.[1];
      const lacksYear = /^>= (?:month )?(q[1-4]|\d\d(?:-\d\d)?)$/u.exec(last.key)?.[1];
      const first =
        year !== undefined && lacksYear !== undefined
          ? boundKey('>=', `${quantity.slice(0, 4)}-${lacksYear}`)
          : last.key;
      const window = windowOf(first, key);
      if (window !== undefined) {
        this.facts.pop();
        return this.#fact('time', window, `${last.said} ${said}`);
      }
    }
    // A count is whole: "more than 0" is "at least 1"; other whole steps stay apart, prices have cents.
    if (key === '> 0') key = '>= 1';
    this.#fact('comparison', key, said);
  }

  #number(at: number): { readonly key: string; readonly length: number } | undefined {
    const text = this.#text(at);
    const bounded =
      this.#pending !== undefined || cueAt(this.#tokens, at + 1)?.cue.kind === 'compare-after';
    // "the one with", "which one": a pronoun unless something counts with it.
    const alone = !isNumberWord(this.#text(at + 1)) && this.#text(at + 1) !== '-';
    if ((text === 'one' || text === 'single') && !bounded && alone) return undefined;
    if (text === 'a' || text === 'an') {
      // "over an hour" counts one; "a customer" counts nothing.
      const token = this.#tokens[at];
      const unit = this.#tokens[at + 1];
      if (!bounded || token === undefined || unit === undefined || !isUnit(unit.text))
        return undefined;
      return numberAt([{ ...token, kind: 'number', text: '1' }, unit], 0);
    }
    if (text === 'once' && bounded) return { key: '1', length: 1 };
    const found = numberAt(this.#tokens, at);
    if (found === undefined) return undefined;
    // "23 years old" is the age 23.
    if (this.#text(at + found.length) !== 'old' || !found.key.endsWith(' mo')) return found;
    this.#push('age', null, true);
    return { key: String(Number(found.key.slice(0, -3)) / 12), length: found.length + 1 };
  }

  #cue(cue: Cue, length: number): number {
    switch (cue.kind) {
      case 'drop':
        return length;
      case 'word':
        for (const word of cue.word.split(' ')) this.#push(word, null);
        return length;
      case 'not':
        return this.#negation(length);
      case 'compare':
        return this.#comparison(cue.key, cue.word, length);
      case 'between':
        this.#pending = {
          start: this.#at,
          at: this.#at,
          said: this.#said(length),
          bounds: ['>=', '<='],
          weak: true,
        };
        return length;
      case 'direction':
        return this.#direction(cue.key, cue.word, length);
      case 'aggregate':
        return this.#aggregate(cue.key, length);
      case 'sort':
      case 'distinct':
      case 'or':
        this.#fact(cue.kind, 'key' in cue ? cue.key : cue.kind, this.#said(length));
        return length;
      case 'by':
        return meetsDate(this.#tokens, this.#at + length)
          ? this.#comparison('<=', undefined, length)
          : this.#grouping('by', length);
      case 'each':
        return this.#grouping('each', length);
      case 'from':
        return this.#role('from');
      case 'to':
        return meetsDate(this.#tokens, this.#at + length)
          ? this.#comparison('<=', undefined, length)
          : this.#role('to');
      case 'compare-after':
        // Met only where no number stands before it: then it is a word like others.
        return 0;
      default:
        return cue satisfies never;
    }
  }

  #direction(key: 'highest' | 'lowest', word: string | undefined, length: number): number {
    const phrase = this.#said(length);
    // "min 50 accounts" bounds; "min price" asks for the lowest.
    if (
      /^(?:min|max)(?:imum)?$/u.test(phrase) &&
      numberAt(this.#tokens, this.#at + length) !== undefined
    ) {
      return this.#comparison(phrase.startsWith('min') ? '>=' : '<=', word, length);
    }
    if (phrase === 'min' && this.#text(this.#at - 1) === 'in') {
      this.#push('minute', null);
      return length;
    }
    if (phrase === 'last' && isVerb(this.#tokens, this.#at, length)) {
      this.#push('length', null, true);
      return length;
    }
    if (this.#ordersRows(phrase)) return length;
    this.#fact('direction', key, phrase);
    if (word !== undefined) this.#push(word, null, true);
    return length;
  }

  /** "…, highest revenue first", "newest on top": how rows are sorted, not which are picked. */
  #ordersRows(phrase: string): boolean {
    const before = this.#text(this.#at - 1);
    const isLast = phrase === 'first' || (phrase === 'top' && /^(?:on|the|at)$/u.test(before));
    if (!isLast) return false;
    const last = this.facts.at(-1);
    if (last?.kind === 'direction' && this.#at - last.at <= SORT_REACH) {
      this.facts.pop();
      const key = last.key === 'highest' ? 'descending' : 'ascending';
      this.facts.push({ ...last, kind: 'sort', key, said: `${last.said} ${phrase}` });
      return true;
    }
    if (!/.est$/u.test(before)) return false;
    this.#fact('sort', 'sorted', `${before} ${phrase}`);
    return true;
  }

  #comparison(bound: Bound, word: string | undefined, length: number): number {
    const said = this.#said(length);
    const weak = isWeakBound(this.#tokens, this.#at + length, said);
    // "over the last 7 days", "within this week": a window, not a bound.
    const next = this.#at + length + (this.#text(this.#at + length) === 'the' ? 1 : 0);
    const window = timeAt(this.#tokens, next);
    const rolls = window !== undefined && /^(?:last|past|next|this) /u.test(window.key);
    const spans = isPeriodWord(this.#text(next)) && timeAt(this.#tokens, next + 1) !== undefined;
    if ((rolls || spans) && /^(?:over|within|through)$/u.test(said)) return length;
    this.#expire(Number.POSITIVE_INFINITY);
    this.#pending = { start: this.#at, at: this.#at + length - 1, said, bounds: [bound], weak };
    if (word !== undefined) this.#push(word, null, true);
    return length;
  }

  #negation(length: number): number {
    const isSign = this.#said(length) === 'no' && isNumberSign(this.#tokens, this.#at);
    const names = this.#text(this.#at - 1) === '_' || this.words.at(-1)?.at === this.#at - 1;
    if (isSign && names) return length + (this.#text(this.#at + 1) === '.' ? 1 : 0);
    // "not be below 4" is "at least 4".
    for (let gap = 0; gap < 2; gap += 1) {
      const after = cueAt(this.#tokens, this.#at + length + gap);
      if (after?.cue.kind === 'compare') {
        return this.#comparison(
          FLIPPED[after.cue.key],
          after.cue.word,
          length + gap + after.length,
        );
      }
    }
    this.#fact('negation', 'not', this.#said(length));
    return length;
  }

  #aggregate(key: string, length: number): number {
    const before = this.#text(this.#at - 1);
    const next = this.#at + length;
    if (key === 'avg' && before === 'i') return length;
    if (key === 'sum' && cueAt(this.#tokens, next)?.cue.kind === 'aggregate') return length;
    if (key === 'count') {
      // "number of days" measures, "average number of orders" averages.
      if (isUnit(this.#text(next)) || isUnit(this.#text(next + 1))) return length;
      const last = this.facts.at(-1);
      if (last?.kind === 'aggregate' && last.key !== 'sum' && this.#at - last.at <= 2)
        return length;
      // "the account number of": a name of something.
      const names = /^numbers? of$/u.test(this.#said(length));
      const noun = before !== '' && this.words.at(-1)?.at === this.#at - 1;
      if (names && noun && !QUANTIFIED.test(before)) {
        this.#push('number', null);
        return length;
      }
    }
    this.#fact('aggregate', key, this.#said(length));
    return length;
  }

  #target(place: number): Token | undefined {
    let at = place;
    const isFiller = (text: string): boolean => isStopWord(text) || text === 'calendar';
    while (isFiller(this.#text(at)) && at - place < 4) at += 1;
    return this.#tokens[at];
  }

  #grouping(kind: 'by' | 'each', length: number): number {
    const target = this.#target(this.#at + length);
    const word = target?.kind === 'word' && !target.quoted;
    if (kind === 'by') {
      const agent = length === 1 && AGENT_VERB.test(this.#text(this.#at - 1));
      const measure = this.facts.some((fact) => fact.kind === 'direction' || fact.kind === 'sort');
      const cue = cueAt(this.#tokens, this.#at + length) !== undefined;
      const name = target?.capital === true && !this.#titleCase;
      if ((agent || name) && target?.kind === 'word')
        this.#fact('role', `by ${conceptOf(target.text)}`, `by ${target.text}`);
      if (agent || measure || cue || name || !word || target.text.endsWith('ing')) return length;
    }
    this.#fact(
      'group',
      word ? conceptOf(target.text) : '',
      `${this.#said(length)} ${target?.text ?? ''}`.trim(),
    );
    return length;
  }

  #role(kind: 'from' | 'to'): number {
    const target = this.#target(this.#at + 1);
    if (target?.kind === 'word') {
      this.#fact('role', `${kind} ${conceptOf(target.text)}`, `${kind} ${target.text}`);
    }
    return 1;
  }

  #mark(text: string): void {
    if (text === '/') this.#fact('or', 'or', '/');
    else if (text === '#') this.#aggregate('count', 1);
    // Emoji, operators and the like mean something, though not to this reader.
    else if (/[^\p{P}\p{Z}$+]/u.test(text)) this.#push(text, null);
  }

  #word(token: Token): void {
    if (token.kind === 'code') return this.#push(token.text, 'code');
    if (token.kind === 'mark') return this.#mark(token.text);
    const first = this.#at === 0 || '.?!:;'.includes(this.#text(this.#at - 1));
    const proper = token.capital && !first && !this.#titleCase;
    const noun = interrogativeNoun(token.text);
    if (noun !== undefined && (first || this.#at <= 1)) return this.#push(noun, null);
    if (isStopWord(token.text)) {
      // "the IT department", "songs by Them": a name that happens to be a function word.
      if (proper && !isOftenCapital(token.text)) this.#push(token.text, 'proper');
      return;
    }
    if (RECURRING.test(token.text)) this.#fact('group', conceptOf(token.text), token.text);
    if (token.text === 'calendar' && isPeriodWord(this.#text(this.#at + 1))) return;
    if (isPeriodWord(token.text) && timeAt(this.#tokens, this.#at + 1) !== undefined) return;
    if (isGenericNoun(conceptOf(token.text))) {
      this.asksEverything = true;
      return;
    }
    this.#push(token.text, proper ? 'proper' : null);
  }
}
