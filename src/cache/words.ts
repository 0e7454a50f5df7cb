// Owns the word lists of the decision: stems, words that mean the same in any domain, words that
// carry no meaning. Pure tables and look-ups; it must never hold the names of one data set.
import { american } from './american.ts';

const split = (text: string): string[] => text.trim().split(/\s+/);

/** Words that ask, join or point, and never change which rows are meant. */
const STOP = new Set(
  split(`
  a an the this that these those there here it its they them their theirs he she his him her hers we
  us our ours i me my mine you your yours one ones which what who whom whose how do does did done
  doing be is are was were been being am have has had having will would shall should can could may
  might must let of in on at to for from with within into onto as by and also plus then than so such
  any some all both each every per if whether please kindly hi hello hey thanks thank grateful
  help want wants wanted need like know see wonder wondering tell give gives giving given show shows
  showing shown list lists listed listing display displays displaying displayed find finds finding
  found get gets getting return returns returning fetch retrieve provide provides print output
  present select compute calculate determine identify enumerate pull look lookup check exist exists
  existing appear appears about during throughout respective respectively corresponding associated along
  together following certain particular actual actually exactly really quite many much entire whole
  while wherein ok okay well via across among amongst question answer database query possess
  possesses contain contains include includes recorded altogether thereof where when concerning
  regarding according it'd belonging belong belongs going goes come comes available listed
  `),
);
/** Where these lead the question they ask for a place or a moment; elsewhere they only join. */
const INTERROGATIVE = new Map([
  ['where', 'location'],
  ['when', 'date'],
]);

/** Function words that are capitalised without being names; others inside a sentence are ("IT", "Them"). */
const OFTEN_CAPITAL = new Set(
  split(`
  i a an the of and in on at for to from by with all each every any is are was were do does did has
  have show list find give get tell what which who how where when please can return display answer
  `),
);

/** Words that ask for all that is known of a thing; they matter only where the SQL returns less. */
const GENERIC = new Set(split('data information info detail record everything row entry'));

/** Words of a conversation rather than of a question. */
const CONVERSATION = new Set(
  split(`
  continue yes no ok okay sure proceed next more again previous rest page go ahead yep yeah nope stop
  done same instead ditto result results back please thanks thank redo repeat retry now table chart
  graph plot csv json excel spreadsheet bullet format summary short brief row rows column columns top
  `),
);

const IRREGULAR = new Map(
  split(`
  people:person men:man women:woman children:child feet:foot bought:buy sold:sell sale:sell sales:sell
  paid:pay spent:spend taught:teach taken:take took:take made:make written:write wrote:write held:hold
  grew:grow grown:grow won:win lost:lose ran:run began:begin begun:begin went:go gone:go flew:fly
  flown:fly drove:drive driven:drive led:lead met:meet left:leave sent:send built:build chose:choose
  chosen:choose sang:sing sung:sing drew:draw drawn:draw broke:break broken:break fell:fall
  fallen:fall caught:catch brought:bring movies:movie data:data series:series species:species address:address
  addresses:address status:status statuses:status bus:bus buses:bus campus:campus campuses:campus
  gas:gas lens:lens news:news analyses:analysis analysis:analysis indices:index media:media
  lives:live living:live wives:wife halves:half during:during evening:evening morning:morning
  string:string king:king ring:ring thing:thing building:building rating:rating meeting:meeting
  seed:seed feed:feed red:red bed:bed hundred:hundred daily:day weekly:week yearly:year annual:year
  annually:year monthly:month hourly:hour quarterly:quarter used:use using:use wasted:waste wasting:waste
  tasted:taste tasting:taste guided:guide quoted:quote staffed:staff staff:staff staffs:staff controlled:control
  controlling:control cancelled:cancel cancelling:cancel enrolled:enrol enrolling:enrol travelled:travel
  travelling:travel labelled:label modelled:model fuelled:fuel dialled:dial refuelled:refuel
  `).map((pair) => pair.split(':') as [string, string]),
);

/** Each line is one meaning, in business, web, logistics, medicine or education alike. */
const SYNONYMS = `
  customer client patron
  employee staff worker personnel staffer
  revenue turnover
  product goods good merchandise
  company firm corporation enterprise
  student pupil
  doctor physician
  teacher instructor
  movie film
  car automobile
  country nation
  picture photo photograph image
  author writer
  salary wage
  location place locate situate
  live reside
  firstname forename givenname fname
  lastname surname familyname lname
  phone telephone tel
  email mail
  department dept
  organisation organization org
  category type kind
  quantity qty
  description desc describe
  number num
  address addr
  request req
  appointment appt
  transaction txn
  purchase buy
  begin start commence
  end finish
  sex gender
  autumn fall
  percent percentage pct
  centre center
  colour color
  metre meter
  litre liter
  kilometre kilometer km
  gigabyte gb
  megabyte mb
  terabyte tb
  kilobyte kb
  kilogram kg kilo
  euro eur
  dollar usd
  minute min mins
  second sec secs
  enrol enroll register
  registration enrolment enrollment
  shop store
  apartment flat
  airplane plane aeroplane aircraft
  expensive costly
  cheap inexpensive
  usa america unitedstates
  uk britain unitedkingdom
  job occupation
  supplier vendor
  medicine drug medication
  disease illness
  difficult hard
  manager mgr
  headquarter hq
  person individual
  account acct
  amount amt
  balance bal
  hour hr hrs
  application app
  building bldg
  temperature temp
  city town
  id identifier ids
  near nearby
  district dist
  document file
  characteristic feature attribute
  device equipment
  catalog catalogue
  pilot aviator
  journalist reporter
  bathroom washroom
  driver chauffeur
  mobile cellphone
  reservation booking reserve
  occur happen
  border neighbor neighbour adjoin adjacent surround
  elevation height
  proportion fraction share
  value worth
`;

const MAX_STEM_INPUT = 40;

function restoreE(root: string): string {
  if (/([bdgklmnprt])\1$/.test(root) && !root.endsWith('ll')) return root.slice(0, -1);
  if (
    /[vczu]$/.test(root) ||
    /[aeiou][aiou]s$/.test(root) ||
    /([^aeo]at|bl|iz|rg|dg|ur)$/.test(root)
  ) {
    return `${root}e`;
  }
  const measure = root.match(/[aeiouy]+[^aeiouy]+/g)?.length ?? 0;
  return measure === 1 && /[^aeiou][aeiouy][^aeiouywx]$/.test(root) ? `${root}e` : root;
}

function singular(word: string): string {
  if (word.length > 4 && word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  if (/(x|ch|sh|ss|zz)es$/.test(word)) return word.slice(0, -2);
  return /[^sui]s$/.test(word) ? word.slice(0, -1) : word;
}

/** [ending, shortest word it is taken off, what takes its place, whether a lost e comes back]. */
const ENDINGS: readonly (readonly [RegExp, number, string, boolean])[] = [
  [/(?<=y)ing$/, 6, '', false],
  [/(?<=[aeiouy].*)ing$/, 6, '', true],
  [/ied$/, 5, 'y', false],
  [/(?<=[aeiouy].*[^e]|[aeiouy])ed$/, 5, '', true],
  [/ily$/, 8, 'y', false],
  [/ly$/, 7, '', false],
];

/** Takes English inflection off a lower-case word; derivation ("employer", "employee") is meaning and stays. */
export function stem(spelled: string): string {
  const word = american(spelled);
  const irregular = IRREGULAR.get(word);
  if (irregular !== undefined) return irregular;
  if (word.length < 4 || word.length > MAX_STEM_INPUT || /[^a-z]/.test(word)) return word;
  const one = singular(word);
  const known = IRREGULAR.get(one);
  if (known !== undefined) return known;
  const ending = ENDINGS.find(([pattern, shortest]) => one.length >= shortest && pattern.test(one));
  const root = ending === undefined ? one : one.replace(ending[0], ending[2]);
  const base = ending?.[3] === true ? restoreE(root) : root;
  return base.length > 5 && base.endsWith('e') ? base.slice(0, -1) : base;
}

const CONCEPTS = new Map(
  SYNONYMS.trim()
    .split('\n')
    .flatMap((line) => {
      const words = split(line).map(stem);
      return words.map((word) => [word, words[0] ?? word] as const);
    }),
);

/** Of words that were read: the same few thousand come again and again. */
const read = new Map<string, string>();
const MAX_READ = 20_000;

/** One name for all words of one meaning. */
export function conceptOf(word: string): string {
  const known = read.get(word);
  if (known !== undefined) return known;
  const base = stem(word);
  const concept = CONCEPTS.get(base) ?? base;
  if (read.size >= MAX_READ) read.clear();
  if (word.length <= MAX_STEM_INPUT) read.set(word, concept);
  return concept;
}

/** Verbs that only tie a thing to its place or name: with or without them the question is the same. */
const LIGHT = new Set(
  split(`
  call know locate situate hold make use occur happen offer possible able expect consider specify
  record store associate correspond get regard possess worth
  take undergo undergone underwent mention contain involve comprise cover follow exist
  `).map(stem),
);

/** One form says what is done, the other names the doing: "terminated", "termination". */
const DOING = /(?:ation|ition|tion|sion|ment|al|ance|ence|ure)s?$/u;
const DONE = /(?:ed|ing)$/u;
const MIN_SHARED_ROOT = 5;

export function namesTheDoing(first: string, second: string): boolean {
  const one = DOING.exec(first);
  const [noun, verb] = one === null ? [second, first] : [first, second];
  const doing = one ?? DOING.exec(noun);
  if (doing === null || !DONE.test(verb)) return false;
  const root = noun.slice(0, doing.index);
  const base = verb.replace(DONE, '');
  return (
    root.length >= MIN_SHARED_ROOT - 1 &&
    (base.startsWith(root) || root.startsWith(base)) &&
    base.length >= MIN_SHARED_ROOT - 1
  );
}

export const isLightVerb = (concept: string): boolean => LIGHT.has(concept);
export const isStopWord = (word: string): boolean => STOP.has(word);
export const isOftenCapital = (word: string): boolean => OFTEN_CAPITAL.has(word);
export const isGenericNoun = (concept: string): boolean => GENERIC.has(concept);
export const isConversational = (word: string): boolean => CONVERSATION.has(word);
export const interrogativeNoun = (word: string): string | undefined => INTERROGATIVE.get(word);
