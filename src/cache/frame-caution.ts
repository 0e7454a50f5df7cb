// Owns the small words that change a question without any typed fact seeing it: quantifiers, modality,
// one-sided time words, signs, pronouns that are country codes. Where they differ, nothing is served by
// itself. Each family stands here because an attack got rows for another question past the frames.

interface Family {
  readonly name: string;
  readonly pattern: RegExp;
  /** A mere doubt: often only another wording, so the verifier may be sure in spite of it. */
  readonly mild?: true;
}

const FAMILIES: readonly Family[] = [
  { name: 'a negative number', pattern: /(?:^|[\s(])[-\u2212]\d[\d.,]*/g },
  {
    name: 'all or some of them',
    mild: true,
    pattern: /\b(?:bought|ordered|have|has|had) (?:all|every)\b|\b(?:did|do|does) (?:all|every)\b/g,
  },
  { name: 'most of them', pattern: /\bmost of\b/g },
  {
    name: 'how many of them',
    mild: true,
    pattern:
      /\b(?:any|both|most of)\b|\b(?:bought|ordered|have|has|had|did|do|does) (?:all|some|every|each)\b|\b(?:in|with|from) (?:all|some)\b/g,
  },
  { name: 'should or can', mild: true, pattern: /\b(?:shall|should|must|might)\b/g },
  {
    name: 'from or until when',
    mild: true,
    pattern:
      /\b(?:by|from|to|until|till|since|onwards?|on) (?=(?:the )?(?:\d{4}|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|last|this|next))/g,
  },
  {
    name: 'a short name',
    mild: true,
    pattern:
      /\bfrom (?:us|no|at|be|me)\b|\bin (?:no(?! (?:more|less|fewer|way|case))|at(?! (?:most|least|all))|be|me)\b/g,
  },
  { name: 'what was returned', mild: true, pattern: /\breturn(?:s|ed|ing)?\b/g },
  { name: 'shipped or delivered', mild: true, pattern: /\b(?:ship|deliver|arriv|dispatch)[a-z]*/g },
  {
    name: 'per day, week or month',
    mild: true,
    pattern: /\b(?:daily|weekly|monthly|yearly|hourly)\b/g,
  },
  { name: 'what is asked for', mild: true, pattern: /^what (?:did|do|does)\b/g },
  {
    name: 'what is counted',
    mild: true,
    pattern:
      /(?<=\b(?:than|least|most|over|under|exactly) \d+ )(?!years\b|days\b|months\b|hours\b|minutes\b)[a-z]+s\b/g,
  },
  {
    name: 'in or out of',
    mild: true,
    pattern:
      /\b(?:out of|in|off) (?:stock|service|season|office(?! \w+ ?\d)|order(?! to\b| of\b))\b/g,
  },
  { name: 'who owns whom', pattern: /\bown(?:s|ed)? us\b/g },
  { name: 'who does it', mild: true, pattern: /\bthey\b/g },
];

/** "most products" counts them, "largest product" measures them: one is not the other. */
const COUNTING_EXTREME =
  /(?<!\bat )\b(?:most|fewest)\b(?! (?:people|recent\w*|common\w*|often|popular|dense\w*|expensive|\w+ous|\w+ated)\b)/;
const MEASURING_EXTREME =
  /\b(?:best|largest|greatest|biggest|smallest|worst)\b(?! (?:total )?(?:number|count|amount|quantity|numbers))/;
/** Both ends of a period are a typed fact already; only a lone one passes unseen. */
const CLOSED_PERIOD = /\bfrom \S+(?: \S+){0,3} (?:to|until|till|through) \S+/g;
const FUTURE = /\bwill\b/;
const PAST = /\b(?:was|were|did|had|been)\b/;

/** After these words stands what is counted or picked. */
const SUBJECT =
  /\b(?:how many|number of|count of|count the|which|what) (?:the |all )?([\p{L}_]{3,})/gu;
const RELATIONS = /\b(?:with|having|by|who|that|whose|where|have|has|do|does|did)\b/;

const EXTREMES = 'the questions name the extreme in different words';
const TENSES = 'one question speaks of what was, the other of what will be';
const SUBJECTS = 'the questions may count or pick different things';
const COUNTS = 'one question counts what the other one measures';
const wording = (name: string): string => `the questions differ in a word about ${name}`;

/** All that `cautions` can say. */
export const CAUTIONS: readonly string[] = [
  ...FAMILIES.map(({ name }) => wording(name)),
  EXTREMES,
  TENSES,
  SUBJECTS,
  COUNTS,
];

const MILD: ReadonlySet<string> = new Set([
  ...FAMILIES.filter(({ mild }) => mild).map(({ name }) => wording(name)),
  SUBJECTS,
]);

/** Whether nothing else can make up for it. */
export const isGrave = (caution: string): boolean => !MILD.has(caution);

/** In words, what only one of the two questions says; empty when nothing here differs. */
export function cautions(earlier: string, later: string): string[] {
  const [a, b] = [plain(earlier), plain(later)];
  const found = FAMILIES.filter(({ pattern }) => said(a, pattern) !== said(b, pattern)).map(
    ({ name }) => wording(name),
  );
  if (extremesDiffer(a, b) || extremesDiffer(b, a)) found.push(EXTREMES);
  if (tensesDiffer(a, b) || tensesDiffer(b, a)) found.push(TENSES);
  if (subjectMoved(a, b)) found.push(SUBJECTS);
  if (countsMeasure(a, b) || countsMeasure(b, a)) found.push(COUNTS);
  return found;
}

/** "Return the names" asks; only elsewhere is something returned. */
const IMPERATIVE_RETURN =
  /(?:^|[.,;!?] *|\b(?:and|please|also|then|can you|could you) )returns?\b/g;

function plain(question: string): string {
  return question
    .toLowerCase()
    .replace(CLOSED_PERIOD, ' ')
    .replace(IMPERATIVE_RETURN, ' ')
    .replace(/\bthe us\b/g, 'usa');
}

function said(text: string, pattern: RegExp): string {
  return (text.match(pattern) ?? [])
    .map((word) => word.trim())
    .sort()
    .join(' ');
}

const COUNTED_NOUN = /\b(?:most|fewest) (\p{L}{3,30})/u;

/** "the latest 20" are not "the best 20". */
const DATED_EXTREME = /\b(?:latest|newest|most recent|earliest)\b/;

function extremesDiffer(a: string, b: string): boolean {
  if (DATED_EXTREME.test(a) && !DATED_EXTREME.test(b) && MEASURING_EXTREME.test(b)) return true;
  if (!COUNTING_EXTREME.test(a) || COUNTING_EXTREME.test(b)) return false;
  // "most people" is the "largest population"; "most orders" are not the "largest orders".
  const noun = COUNTED_NOUN.exec(a)?.[1];
  return noun !== undefined && new RegExp(`${MEASURING_EXTREME.source} ${noun}\\b`).test(b);
}

/** "more than 4 ratings" counts them, "a rating above 4" measures one. */
function countsMeasure(a: string, b: string): boolean {
  const counted = /\b(?:than|least|most|over|under|exactly) \d+ ([a-z]{3,})s\b/.exec(a)?.[1];
  if (counted === undefined) return false;
  return new RegExp(
    `\\b${counted} (?:of |is )?(?:above|over|below|under|more|less|higher|lower|greater|at|>|<|=)`,
  ).test(b);
}

function tensesDiffer(a: string, b: string): boolean {
  return FUTURE.test(a) && !FUTURE.test(b) && PAST.test(b);
}

/**
 * The subject of one question stands in the other too, but not as its subject: "how many customers have
 * reviews" against "how many reviews do customers have". Only where a relation can be turned around.
 */
function subjectMoved(a: string, b: string): boolean {
  const [first, second] = [subjectOf(a), subjectOf(b)];
  if (first === null || second === null || first === second) return false;
  // Another word for the same thing is no swap: each must stand in the other question as well.
  if (!a.includes(second) || !b.includes(first)) return false;
  return RELATIONS.test(a) || RELATIONS.test(b);
}

function subjectOf(text: string): string | null {
  const [match] = text.matchAll(SUBJECT);
  return match?.[1]?.replace(/s$/, '') ?? null;
}
