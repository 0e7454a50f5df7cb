// Owns wordings that mean the same as a plainer one, written out before a question is read: "the first three
// months of 2024" is Q1 2024, "more than any other" is "the most". Text to text, outside quotations; pure.
// Each pattern is linear: bounded repeats, no nested ones.
import { readable } from './frame-text.ts';

const MAX_CHARS = 8_000;
/** As the tokens are quoted (frame-text.ts): an apostrophe inside a word closes nothing. */
const QUOTED =
  /("[^"]{1,119}"|(?<![\p{L}\p{N}])'(?:[^']|'(?=[\p{L}\p{N}])){2,119}'(?![\p{L}\p{N}]))/u;
const YEAR = String.raw`(?:19|20)\d\d`;
const MONTH = String.raw`(?:jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]{0,6}`;
const UNIT = String.raw`(?:days?|weeks?|months?|years?|hours?|minutes?|d|wks?|hrs?|mths?)`;
const COUNT = String.raw`(?:\d{1,4}|(?!(?:the|this|that|last|next|past|previous|prior|coming|each|every|all|any|same)\b)[a-z]{3,9}(?:-[a-z]{3,5})?)`;
/** What may follow a phrase that ends: a mark, the end or the next phrase. */
const ENDS = String.raw`(?= ?[?.!,;)]| ?$| (?:in|on|at|by|for|from|across|per|over|during|since|before|after|within|until|between|last|this)\b)`;
const SMALL = String.raw`(?:in|on|at|by|for|from|of|to|with|without|within|outside|inside|before|after|since|until|till|during|except|excluding|including|but|and|or|not|than|last|this|next|over|under|between|among|across|per|when|where|that|which|who|is|was|are|were|has|have|had|does|do|did)\b`;
/** Units that one thing is within, rather than a thing that holds several. */
const ONE_UNIT = String.raw`(?:${UNIT}|miles?|km|kilomet(?:er|re)s?|met(?:er|re)s?|feet|foot|yards?|decades?|quarters?|percent|points?|business|working|calendar|standard|percentage|degrees?|block|stop)\b`;
/** Quarters by the words for three months of a year. */
const THIRDS: ReadonlyMap<string, string> = new Map([
  ['first', 'Q1'],
  ['last', 'Q4'],
  ['final', 'Q4'],
]);

type Rewording = readonly [RegExp, string | ((...parts: string[]) => string)];

const says = (pattern: string, by: Rewording[1]): Rewording => [new RegExp(pattern, 'giu'), by];

const REWORDINGS: readonly Rewording[] = [
  // Abbreviations of time.
  says(String.raw`\b(${YEAR}) ?(q[1-4])\b`, '$1 $2'),
  says(String.raw`\b(${MONTH})\.? '(\d\d)\b`, '$1 20$2'),
  says(
    String.raw`\bl(\d{1,3})([dwm])\b`,
    (_, count, unit) => `last ${count} ${SPANS.get(unit.toLowerCase())}`,
  ),
  // "3D" and "2d" are no days, unless a window says so.
  says(String.raw`\b((?<=\b(?:last|past|next|within) )[23]|[14-9]|\d{2,4}) ?d\b`, '$1 days'),
  says(String.raw`\b(\d{1,4}) (?:nts|nt)\b`, '$1 nights'),
  says(String.raw`\bwks?\b`, 'week'),
  says(String.raw`\b(?:mnth|mth)(s?)\b`, 'month$1'),
  says(String.raw`\bqtr(s?)\b`, 'quarter$1'),
  says(String.raw`\byrs\b`, 'years'),
  // Windows in other words.
  says(
    String.raw`\b(first|last|final) (?:three|3) months of (?:the year )?(${YEAR})\b`,
    (_, which, year) => `${THIRDS.get(which.toLowerCase())} ${year}`,
  ),
  says(
    String.raw`\b(${YEAR})'s (first|last|final) (?:three|3) months\b`,
    (_, year, which) => `${THIRDS.get(which.toLowerCase())} ${year}`,
  ),
  says(String.raw`\bfirst (?:six|6) months of (?:the year )?(${YEAR})\b`, 'first half of $1'),
  says(
    String.raw`\b(?:last|final|second) (?:six|6) months of (?:the year )?(${YEAR})\b`,
    'second half of $1',
  ),
  says(
    String.raw`\b(?:from|between) (?:today|now) (?:to|and|until|up to) (?:today \+ |now \+ )?(${COUNT} ${UNIT})(?: from (?:now|today)| ahead)?\b(?! (?:ago|before|earlier|back)\b)`,
    'in the next $1',
  ),
  says(
    // "over 30 days ahead" is later than that.
    String.raw`\b(?:(?:within|in|during|no (?:further|later|more) than)(?: the)?|over the) (${COUNT} ${UNIT}) (?:from (?:now|today)|of (?:now|today)|ahead(?: of us)?|to come|that lie ahead)\b`,
    'in the next $1',
  ),
  says(
    String.raw`\b(?:no more than|at most|not more than|less than|within) (${COUNT} ${UNIT}) ago\b`,
    'in the last $1',
  ),
  says(
    String.raw`\bthe (?:calendar )?(month|year|week|quarter) (?:before this one|that just ended|just ended|just past)\b`,
    'last $1',
  ),
  says(
    String.raw`\b(?:so far this (year|month|quarter|week)|this (year|month|quarter|week) so far)\b`,
    (_, one, other) => `this ${one ?? other} to date`,
  ),
  says(
    String.raw`\bsince (?:the (?:start|beginning) of (?:this|the) year|(?:january 1(?:st)?|jan 1|1 january|1 jan)(?:,? of this year))\b`,
    'this year to date',
  ),
  says(String.raw`\bytd\b`, 'this year to date'),
  says(String.raw`\b(?:this )?year to date\b`, 'this year to date'),
  says(
    String.raw`\b(?:as of (?:today|now)|right now|at the moment|at present|as of this moment)\b`,
    'now',
  ),
  says(String.raw`\b(?:a )?fortnights?\b`, '14 days'),
  says(String.raw`\bin (${COUNT} ${UNIT}) or (?:sooner|earlier|less)\b`, 'within $1'),
  says(String.raw`\blast month of (?=${YEAR}\b)`, 'December '),
  says(String.raw`\bfirst month of (?=${YEAR}\b)`, 'January '),
  // "the past 1.5 years" and "past 2000 orders" name no date.
  says(
    String.raw`(?<!\bthe )\bpast (?=\d{1,2}\/\d|\d{1,2}\.\d{1,2}\.|${YEAR}\b(?! [a-z]{2,20}s\b)|${MONTH} \d)`,
    'after ',
  ),
  // Amounts.
  says(String.raw`\b(?:exactly once|once and only once|just once|only once)\b`, 'exactly 1 time'),
  says(String.raw`\bone-time\b`, '1 time'),
  says(String.raw`\b(\d{1,2}(?:st|nd|rd|th))-(?=[a-z]+est\b)`, '$1 '),
  // "for each of the two" asks for two figures.
  says(
    String.raw`(?:\bboth|(?<!\b(?:for|of|in|per|at|from|do|did|does|has|have|is|are) )\beach) of the two\b`,
    'both',
  ),
  says(String.raw`\bthru\b`, 'through'),
  says(String.raw`\bone-way\b`, 'way'),
  says(
    // "litres over 100 km", but never "trips over 100 km".
    String.raw`(?:\bper|\/|\bevery|(?<=\b(?:l|lit(?:er|re)s?|kwh|fuel|consumption|consumed?s?) )(?:over|for)) ?(?:a |each )?(?:100|hundred|one hundred) ?(?:km|kilomet(?:er|re)s?)\b`,
    ' per hundredkm',
  ),
  says(String.raw`\bis not null\b`, 'exists'),
  // "leads in Germany" are customers to be.
  says(String.raw`\b(?:leads?|leading) in (?:the )?number of `, 'with the most '),
  says(
    String.raw`(?<=\b(?:who|(?:which|what) \p{L}{2,20}) )leads in (?=(?:sales|revenue|turnover|profit|goals|points|wins|orders|bookings|visits|views|output|production|exports|imports|attendance)\b)`,
    'with the most ',
  ),
  says(String.raw`\bthree quarters of an hour\b`, '45 minutes'),
  // "12T" is the name of something.
  says(String.raw`\b(\d+)( ?)t\b(?!-)`, (all, amount, space) =>
    space === '' && all.endsWith('T') ? all : `${amount} tonnes`,
  ),
  says(String.raw`\bmetric tons?\b`, 'tonnes'),
  says(String.raw`\b(?:square met(?:er|re)s?|sq\.? ?m|m2)(?![\p{L}\p{N}])`, 'sqm'),
  // "2020+" is 2020 or later.
  says(String.raw`\b(${YEAR}) (?:\+|plus) (?=[a-z])`, '$1 and '),
  says(String.raw`\bfrom ([€$£]?[\d.,k-]{1,14}) up to (?=[€$£\d])`, 'between $1 and '),
  says(
    String.raw`\bin the range (?:of |from )?([€$£]?[\d.,]{1,12}k?) ?(?:-|to) ?(?=[€$£\d])`,
    'between $1 and ',
  ),
  says(String.raw`\bup to (?=${YEAR}-)`, 'to '),
  says(String.raw`\b(?:50th|fiftieth) percentile\b`, 'median'),
  says(String.raw`(?<=\bin |\()min\b`, 'minutes'),
  says(String.raw`\b(?:multiple|several) (?=[a-z])`, 'more than one '),
  says(String.raw`\bwithin (?:a single|one|the same) (?!${ONE_UNIT})(?=[a-z])`, 'within the same '),
  says(String.raw`\bin us\b`, 'in usa'),
  says(String.raw`\bin (\p{L}{2,30} (?:and|or)) us\b`, 'in $1 usa'),
  // What picks, counts or leaves out.
  says(
    // "than all others combined" is more than half; what follows ("outside Europe") says of which.
    String.raw`\bmore ((?:[\p{L}-]{1,20} ){1,4}?)than (?:(?:on|in|at|by|for|from) )?(?:any|every|all) others?\b(?!(?: \p{L}{1,20}){0,2} (?:combined|together)\b)(?: (?!${SMALL})\p{L}{1,20}${ENDS})?`,
    (_, things) => `the most ${things?.trimEnd()}`,
  ),
  says(
    String.raw`\bmore ((?:[\p{L}-]{1,20} ){1,4}?)than (?:anyone|anybody|everyone|everybody) else\b`,
    (_, things) => `the most ${things?.trimEnd()}`,
  ),
  says(
    String.raw`\b(?:not counting|without counting|(?:do not|don't) count|not including|without including)\b`,
    'excluding',
  ),
  says(String.raw`\bcounting (?=(?:all|only|just|every)\b)`, 'including '),
  says(
    String.raw`\b(phone|telephone|account|order|invoice|serial|part|room) no\.? (?=of\b|for\b|and\b)`,
    '$1 number ',
  ),
  says(String.raw`\b(?:number|licence|license) plate(s?)\b`, 'plate$1'),
  says(String.raw`\bthe number (?=\d)`, 'number '),
  says(String.raw`\boverall (?=(?:average|mean|avg)\b)`, ''),
  // "average overall rating": a name of something.
  says(String.raw`\b((?:average|mean|avg) \p{L}{1,20}) overall\b${ENDS}`, '$1'),
];
const SPANS: ReadonlyMap<string, string> = new Map([
  ['d', 'days'],
  ['w', 'weeks'],
  ['m', 'months'],
]);

/** 3/4/2024 is March in one country and April in another: another date of the question may tell which. */
const SLASHED = /\b(\d{1,2})\/(\d{1,2})\/(\d{4})\b/gu;
const DAY_FIRST = /\bdd\/mm\b/iu;
const MONTH_FIRST = /\bmm\/dd\b/iu;

/** @param question of any length. */
export function plainWording(question: string): string {
  const text = readable(question.slice(0, MAX_CHARS));
  const isDayFirst = saysDayFirst(text);
  return text
    .split(QUOTED)
    .map((part, at) => (at % 2 === 1 ? part : reworded(dated(part, isDayFirst))))
    .join('');
}

const reworded = (text: string): string =>
  REWORDINGS.reduce(
    (said, [pattern, by]) =>
      typeof by === 'string' ? said.replace(pattern, by) : said.replace(pattern, by),
    text,
  );

/** Null where nothing in the text tells. */
function saysDayFirst(text: string): boolean | null {
  const dates = [...text.matchAll(SLASHED)];
  const isDayFirst = DAY_FIRST.test(text) || dates.some(([, first]) => Number(first) > 12);
  const isMonthFirst = MONTH_FIRST.test(text) || dates.some(([, , second]) => Number(second) > 12);
  return isDayFirst === isMonthFirst ? null : isDayFirst;
}

function dated(text: string, isDayFirst: boolean | null): string {
  if (isDayFirst === null) return text;
  return text.replace(SLASHED, (_, first: string, second: string, year: string) => {
    const [day, month] = isDayFirst ? [first, second] : [second, first];
    return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  });
}
