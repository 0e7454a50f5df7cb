// Owns words that exclude one another: opposites, and units or periods of one kind. Where one question says
// one of them and the other says another, they ask for different things, however alike they are. Pure.
import type { Difference } from './frame-difference.ts';
import type { ContentWord } from './frame-facts.ts';
import type { Frame } from './frame.ts';
import { conceptOf } from './words.ts';

/** In each line any two groups (a/b are the same) exclude each other. */
const EXCLUSIVE = `
  incoming/inbound/inward outgoing/outbound/outward
  arrive/arrival/arriving depart/departure/departing/leave
  checkin checkout
  open/opened/opening close/closed/closing/closure
  origin destination
  sender/sent receiver/received/recipient
  buyer/buying/bought seller/selling/sold
  win/won/winner/victory lose/lost/loss/loser/defeat
  deposit withdraw/withdrawal
  debit credit
  prepaid postpaid
  domestic international
  male/man/boy/husband female/woman/girl/wife
  mother father
  son daughter
  parent child
  brother sister
  teacher/professor student/pupil
  doctor/physician patient
  employer employee
  supplier/vendor customer/client
  landlord tenant
  driver passenger
  author/writer reader
  import export
  upload download
  public private
  online offline
  indoor outdoor
  internal external
  gross net
  income expense
  profit loss
  asset liability
  supply demand
  active inactive
  enabled disabled
  approved/accepted rejected/denied/declined
  paid unpaid
  complete/completed incomplete
  activated/activation terminated/termination/deactivated
  hired fired/dismissed
  created/added deleted/removed
  increase/increasing/rise decrease/decreasing/drop
  gain loss
  north south east west
  northern southern eastern western
  morning afternoon evening night
  monday tuesday wednesday thursday friday saturday sunday
  january february march april may june july august september october november december
  spring summer autumn/fall winter
  weekday weekend
  second minute hour day week month quarter year
  daily weekly monthly quarterly yearly/annually
  gram kilogram/kg tonne/ton pound/lb ounce
  metre/meter kilometre/kilometer/km mile foot/feet inch yard
  hectare/ha acre
  litre/liter gallon
  celsius fahrenheit
  dollar/usd euro/eur pound/gbp yen
  kilobyte/kb megabyte/mb gigabyte/gb terabyte/tb
  mean/average median
  minimum maximum
  cheap/cheapest expensive
  young/youngest old/oldest
  tall/tallest short/shortest
  fast/fastest slow/slowest
  heavy/heaviest light/lightest
  hot/hottest cold/coldest
  rich/richest poor/poorest
  long/longest short/shortest latest earliest
  best worst
  hard/difficult easy
  full empty
  left right
  upper lower
  above below
  before after
  start/begin/beginning end/finish
  first last
  next previous
  firstname lastname
  forename surname
  home away
  adult child
  breakfast lunch dinner
  day night
  single married
  alive/living dead/deceased
  red blue green yellow black white brown orange purple pink grey/gray
  bedroom bathroom
  wholesale retail
  fixed variable
  used new
  manual automatic
  scheduled actual
  planned produced
  made received
`;

/** Word -> [line, group] for each line that it stands in. */
export type Opposites = ReadonlyMap<string, readonly (readonly [number, number])[]>;

export function createOpposites(): Opposites {
  const places = new Map<string, readonly (readonly [number, number])[]>();
  EXCLUSIVE.trim()
    .split('\n')
    .forEach((line, at) => {
      line
        .trim()
        .split(/\s+/)
        .forEach((group, number) => {
          for (const word of new Set(group.split('/').map(conceptOf))) {
            places.set(word, [...(places.get(word) ?? []), [at, number]]);
          }
        });
    });
  return places;
}

/** "unpaid" against "paid", "inactive" against "active": whatever else explains the words. */
export function comparePrefixes(earlier: Frame, later: Frame): readonly Difference[] {
  const denied = ({ texts }: Frame, other: Frame): string | undefined =>
    [...texts].find(
      (text) =>
        PREFIXED.test(text) &&
        // "discount counts" are the number of discounts.
        !other.concepts.includes(conceptOf(text)) &&
        other.texts.has(text.replace(PREFIXED, '')) &&
        !texts.has(text.replace(PREFIXED, '')),
    );
  const word = denied(earlier, later) ?? denied(later, earlier);
  if (word === undefined) return [];
  const text = `only one question says ${word}, the other says ${word.replace(PREFIXED, '')}`;
  return [{ weight: 'hard', rule: 'opposite', text }];
}

const PREFIXED =
  /^(?:(?:un|non|dis)(?=\p{L}{4})|in(?=active|valid|complete|correct|visible|eligible|accurate|sufficient|direct|secure|consistent))/u;

/** @param left Words of either question that the other does not say. */
export function compareOpposites(
  left: { readonly earlier: readonly ContentWord[]; readonly later: readonly ContentWord[] },
  opposites: Opposites,
): readonly Difference[] {
  for (const one of left.earlier) {
    for (const other of left.later) {
      if (exclude(one.concept, other.concept, opposites)) {
        const text = `the earlier question says ${one.text}, the new one says ${other.text}`;
        return [{ weight: 'hard', rule: 'opposite', text }];
      }
    }
  }
  return [];
}

function exclude(first: string, second: string, opposites: Opposites): boolean {
  const places = opposites.get(second) ?? [];
  const ownLines = (opposites.get(first) ?? []).filter(([line]) =>
    places.some(([other]) => other === line),
  );
  // In one line they exclude each other, in another they may be the same: then nothing is known.
  return (
    ownLines.length > 0 &&
    ownLines.every(([line, group]) =>
      places.every(([other, there]) => other !== line || there !== group),
    )
  );
}
