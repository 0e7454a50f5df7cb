// Owns the phrases that say what a query does: aggregate, direction, comparison, negation, grouping.
// A table and its look-up; what a found cue means for its neighbours is the frame's work.
import { isSlipOf } from './frame-slip.ts';
import type { Token } from './frame-text.ts';

export type Bound = '>' | '>=' | '<' | '<=';

export type Cue =
  | { readonly kind: 'aggregate'; readonly key: 'count' | 'sum' | 'avg' | 'median' }
  | { readonly kind: 'direction'; readonly key: 'highest' | 'lowest'; readonly word?: string }
  | { readonly kind: 'sort'; readonly key: 'ascending' | 'descending' | 'sorted' }
  | { readonly kind: 'compare'; readonly key: Bound; readonly word?: string }
  /** Stands behind its number: "5 or more". */
  | { readonly kind: 'compare-after'; readonly key: '>=' | '<=' }
  | {
      readonly kind: 'between' | 'not' | 'distinct' | 'or' | 'by' | 'each' | 'to' | 'from' | 'drop';
    }
  /** One word for a phrase, or two for one that names two things. */
  | { readonly kind: 'word'; readonly word: string };

export interface CueMatch {
  readonly cue: Cue;
  readonly length: number;
}

/** Superlatives, with the measure that the word itself names, if any. */
const SUPERLATIVES: readonly (readonly ['highest' | 'lowest', string | undefined, string])[] = [
  [
    'highest',
    undefined,
    'most|top|highest|largest|biggest|greatest|maximum|maximal|max|best|utmost',
  ],
  ['lowest', undefined, 'least|bottom|lowest|smallest|fewest|minimum|minimal|min|worst'],
  ['highest', 'long', 'longest|lengthiest'],
  ['lowest', 'long', 'shortest'],
  ['highest', 'tall', 'tallest'],
  ['highest', 'age', 'oldest|eldest'],
  ['lowest', 'age', 'youngest'],
  ['highest', 'date', 'latest|newest|most recent|most recently|last'],
  ['lowest', 'date', 'earliest|first|least recent'],
  ['highest', 'price', 'most expensive|priciest|dearest|most costly|costliest'],
  ['lowest', 'price', 'cheapest|least expensive|least costly'],
  ['highest', 'popular', 'most popular|most common|most frequent|commonest'],
  ['lowest', 'popular', 'least popular|least common|least frequent|rarest'],
  ['highest', 'weight', 'heaviest'],
  ['lowest', 'weight', 'lightest'],
  ['highest', 'speed', 'fastest|quickest'],
  ['lowest', 'speed', 'slowest'],
  ['highest', 'population', 'most populous|most populated'],
  ['lowest', 'population', 'least populous|least populated'],
  ['highest', 'depth', 'deepest'],
  ['highest', 'difficult', 'hardest|most difficult|toughest'],
  ['lowest', 'difficult', 'easiest|least difficult'],
  ['highest', 'distance', 'farthest|furthest'],
  ['lowest', 'distance', 'nearest|closest'],
  ['highest', 'often', 'most often|most frequently'],
  ['lowest', 'often', 'least often|least frequently'],
];
const COUNTED = [
  'number of',
  'total number of',
  'numbers of',
  'count of',
  'amount of',
  'quantity of',
];

const COMPARATIVES: readonly (readonly [Bound, string | undefined, string])[] = [
  [
    '>',
    undefined,
    'more than|greater than|higher than|larger than|bigger than|over|above|exceeding|exceeds|exceed|exceeded|in excess of|beyond|upwards of|more|greater|higher|larger|bigger|>|after|later than|strictly after|better than',
  ],
  [
    '<',
    undefined,
    'less than|fewer than|lower than|smaller than|under|below|beneath|short of|less|fewer|lower|smaller|<|before|prior to|earlier than|sooner than|strictly before|worse than',
  ],
  [
    '>=',
    undefined,
    'at least|no less than|no fewer than|>=|≥|minimum of|a minimum of|at minimum|at or above|in or after|on or after|at or after|since|starting from|starting in|greater than or equal to|more than or equal to|higher than or equal to|larger than or equal to|equal to or greater than|equal or greater than|not less than|from at least|since at least',
  ],
  [
    '<=',
    undefined,
    'at most|no more than|no greater than|<=|≤|up to|maximum of|a maximum of|at maximum|at or below|in or before|on or before|at or before|by the end of|until|till|through|thru|less than or equal to|fewer than or equal to|lower than or equal to|smaller than or equal to|equal to or less than|equal or less than|not more than|up until|within',
  ],
  ['>', 'age', 'older than|elder than|above the age of|over the age of'],
  ['<', 'age', 'younger than|below the age of|under the age of'],
  ['>', 'long', 'longer than'],
  ['<', 'long', 'shorter than'],
  ['>', 'tall', 'taller than'],
  ['>', 'weight', 'heavier than'],
  ['<', 'weight', 'lighter than'],
  ['>', 'speed', 'faster than'],
  ['<', 'speed', 'slower than'],
  ['>', 'price', 'more expensive than|costlier than|pricier than'],
  ['<', 'price', 'cheaper than|less expensive than'],
];

const PHRASES: readonly (readonly [Cue, string])[] = [
  [
    { kind: 'aggregate', key: 'count' },
    'how many|number of|numbers of|total number of|total number|the number of|count|counts|counted|counting|total count|total count of|no of|headcount|tally|how many in total|count of|counts of|how many times|number of times',
  ],
  [
    { kind: 'aggregate', key: 'sum' },
    'altogether|added up|add up|adds up|add up to|adds up to|added up to|summed up|summing up|total sum|total sum of|total|totals|sum|summed|combined|cumulative|total amount of|sum total|sum of|total of|grand total|overall',
  ],
  [
    { kind: 'aggregate', key: 'avg' },
    'average|averages|avg|mean|on average|averaged|mean of|average of|typical average',
  ],
  [{ kind: 'aggregate', key: 'median' }, 'median'],
  [
    { kind: 'sort', key: 'ascending' },
    'ascending|ascending order|asc|in ascending order|increasing order|in increasing order|alphabetical|alphabetically|alphabetic|alphabetical order|in alphabetical order|lexicographic order|in lexicographical order|from lowest to highest|lowest to highest|from smallest to largest|smallest to largest|from least to most|least to most|lowest first|smallest first|oldest first|earliest first|from oldest to newest|from youngest to oldest|youngest to oldest|from low to high|low to high|from a to z|chronologically|in chronological order',
  ],
  [
    { kind: 'sort', key: 'descending' },
    'descending|descending order|desc|in descending order|decreasing order|in decreasing order|reverse order|in reverse order|reverse alphabetical order|in reverse alphabetical order|from highest to lowest|highest to lowest|from largest to smallest|largest to smallest|biggest to smallest|from most to least|most to least|highest first|largest first|biggest first|newest first|latest first|most recent first|from newest to oldest|from oldest to youngest|oldest to youngest|from high to low|high to low|from z to a|in reverse chronological order',
  ],
  [
    { kind: 'sort', key: 'sorted' },
    'sorted|sorted by|sort by|sort|ordered by|order by|order them by|order the results by|order the result by|ranked by|rank by|arranged by|arrange by|in order of|in the order of|sorted according to|sort them by|sort the results by|sort the result by|sorted in|ordered in|sort in',
  ],
  [
    { kind: 'compare-after', key: '>=' },
    'or more|or greater|or higher|or above|or over|or later|or older|or longer|or after|or larger|or better|or better than|and above|and up|and over|and older|and later|and more|and higher|and after|onwards|onward|upwards|+|plus|as a minimum',
  ],
  [
    { kind: 'compare-after', key: '<=' },
    'or less|or fewer|or below|or under|or lower|or earlier|or younger|or before|or smaller|or shorter|and below|and under|and less|and lower|and earlier|and younger|as a maximum',
  ],
  [{ kind: 'between' }, 'between|ranging from|in the range of|in the range|range from'],
  [
    { kind: 'not' },
    'not|no|never|without|excluding|exclude|excludes|excluded|excl|except|except for|excepting|other than|apart from|aside from|w / o|with no|have no|has no|had no|having no|with none|who have no|that have no|leaving out|leave out|leaves out|ignoring|ignore|omit|omitting|omitted|outside|outside of|non|none|nobody|nothing|neither|nor|lacking|lack|lacks|lacked|minus|rather than|but not|unless|no one|disregard|disregarding|anything but|everything but|anyone but|everyone but|anywhere but|everywhere but|skip|skipping|fail to|failed to|fails to|zero|!=|<>|≠|different from|differs from|differ from',
  ],
  [
    { kind: 'distinct' },
    'distinct|different|unique|distinctly|uniquely|deduplicated|without duplicates|without repetition|without repetitions|without repeats|without duplication|without repeating|no repeats|no repetition|no duplicates|no duplicate|each once|each only once|not repeated',
  ],
  [{ kind: 'or' }, 'or|either'],
  [
    { kind: 'by' },
    'by|grouped by|group by|broken down by|split by|grouped on|according to each|breakdown by|segmented by|partitioned by|arranged according to',
  ],
  [
    { kind: 'each' },
    'per|each|every|for each|for every|by each|in each|of each|each of the|for all different|for each of the|with each|from each|to each|on each|at each|in every|of every|within each',
  ],
  [{ kind: 'from' }, 'from'],
  [{ kind: 'to' }, 'to|into|->'],
  [
    { kind: 'drop' },
    'besides|in addition to|w /|in total|in all|all in all|as well as|along with|together with|such that|in order to|over the course of|each of|exactly|equal to|equals|=|==|at all|per se|of all time|ever|the following|as follows|how much|in terms of|list of|a list of|the list of|out of|up with|over all|set to|made up of|go over|whether or not|in the database|located in|located at|located on|located within|situated in|based in|based at|living in|who live in|that live in|residing in|reside in|who reside in|taking place in|take place in|in each case|more information|more details|more about|most of',
  ],
  [
    { kind: 'word', word: 'firstname lastname' },
    'first and last name|first and last names|first and the last name|first and last|first , last name|first , last names|first or last name|first name and last name',
  ],
  [{ kind: 'word', word: 'fullname' }, 'full name|full names'],
  [{ kind: 'word', word: 'firstname' }, 'first name|first names|given name|given names'],
  [{ kind: 'word', word: 'lastname' }, 'last name|last names|family name|family names'],
  [{ kind: 'word', word: 'middlename' }, 'middle name|middle names'],
  [
    { kind: 'word', word: 'zipcode' },
    'zip code|zip codes|postal code|postal codes|post code|post codes|postcode|postcodes|zip',
  ],
  [
    { kind: 'word', word: 'birthdate' },
    'date of birth|dates of birth|birth date|birth dates|birthday|birthdays|dob',
  ],
  [{ kind: 'word', word: 'age' }, 'how old|ages|age|aged'],
  [{ kind: 'word', word: 'height' }, 'how tall|how high'],
  [{ kind: 'word', word: 'size' }, 'how big|how large'],
  [{ kind: 'word', word: 'length' }, 'how long'],
  [{ kind: 'word', word: 'distance' }, 'how far'],
  [{ kind: 'word', word: 'weight' }, 'how heavy'],
  [{ kind: 'word', word: 'often' }, 'how often|how frequently|often|frequently'],
  [
    { kind: 'word', word: 'date' },
    'what day|what date|on what date|which date|on which date|what time',
  ],
  [{ kind: 'word', word: 'register' }, 'sign up|signed up|signs up|signing up'],
  [{ kind: 'word', word: 'participate' }, 'take part|took part|takes part|taking part|taken part'],
  [
    { kind: 'word', word: 'usa' },
    'united states|united states of america|the us|the usa|u . s . a|u . s .|u . s|the states',
  ],
  [
    { kind: 'word', word: 'traverse' },
    'run through|runs through|running through|flow through|flows through|flowing through|pass through|passes through|passing through|go through|goes through|traverses',
  ],
  [
    { kind: 'word', word: 'border' },
    'next to|adjacent to|neighboring|neighbouring|surrounding|bordering',
  ],
  [{ kind: 'word', word: 'uk' }, 'united kingdom|great britain'],
];

function buildTable(): ReadonlyMap<string, Cue> {
  const table = new Map<string, Cue>();
  const add = (phrases: readonly string[], cue: Cue): void => {
    for (const phrase of phrases) table.set(phrase, cue);
  };
  for (const [key, word, list] of SUPERLATIVES) {
    const cue: Cue = { kind: 'direction', key, ...(word === undefined ? {} : { word }) };
    const phrases = list.split('|');
    add(phrases, cue);
    // "the highest number of orders" is "the most orders": the count is part of the superlative.
    if (word === undefined)
      add(
        phrases.flatMap((p) => COUNTED.map((c) => `${p} ${c}`)),
        cue,
      );
  }
  for (const [key, word, list] of COMPARATIVES) {
    add(list.split('|'), { kind: 'compare', key, ...(word === undefined ? {} : { word }) });
  }
  for (const [cue, list] of PHRASES) add(list.split('|'), cue);
  return table;
}

const TABLE = buildTable();
const LONGEST_PHRASE = 7;

/** The longest cue that starts at `at`. */
export function cueAt(tokens: readonly Token[], at: number): CueMatch | undefined {
  let phrase = '';
  let best: CueMatch | undefined;
  for (let length = 1; length <= LONGEST_PHRASE; length += 1) {
    const token = tokens[at + length - 1];
    if (token === undefined || token.quoted) break;
    phrase = length === 1 ? token.text : `${phrase} ${token.text}`;
    const cue = TABLE.get(phrase);
    if (cue !== undefined) best = { cue, length };
  }
  return best;
}

const CUE_WORDS = [...new Set([...TABLE.keys()].flatMap((phrase) => phrase.split(' ')))];
const CUE_WORD_SET = new Set(CUE_WORDS);
const LONG_CUES = CUE_WORDS.filter((word) => /^[a-z]{6,}$/u.test(word));
/** Real words one slip away from a function word. */
const NOT_SLIPS = new Set(
  `form county three diary excerpt posted alter arrest bets closets curse dads dose ether either exits filed
  flailed grater halving hardiest heaving lacing laced lager larger lats loner lounger mien neither noes notching
  noting odes poplar pots post quiet raging raked rater reveres sates shorted sing singing singed sings sipping
  sorter sower sported staring startling stating statues tacking talking tasking thorough though through untied
  trough urns veer addiction bedsides feaster lapping`.split(/\s+/u),
);

/** A cue or function word with one slip of the keyboard ("nubmer", "avrage") set right; else the word. */
export function repairCue(word: string, isKnown: (word: string) => boolean): string {
  if (word.length < 4 || word.length > 14 || !/^[a-z]+$/u.test(word)) return word;
  if (CUE_WORD_SET.has(word) || NOT_SLIPS.has(word) || isKnown(word)) return word;
  for (let at = 0; at < word.length - 1; at += 1) {
    const swapped = word.slice(0, at) + word.charAt(at + 1) + word.charAt(at) + word.slice(at + 2);
    if (swapped !== word && (CUE_WORD_SET.has(swapped) || isKnown(swapped))) return swapped;
  }
  // A wrong letter is not repaired here: "district" is no slip of "distinct".
  return LONG_CUES.find((cue) => cue.length !== word.length && isSlipOf(word, cue)) ?? word;
}
