// Owns the splitting of names, comments and questions into comparable words. Pure; knows no catalog.

const MARKS = /\p{M}+/gu;
const CAMEL_HUMP = /(\p{Ll})(\p{Lu})/gu;
const CAMEL_ACRONYM = /(\p{Lu})(\p{Lu}\p{Ll})/gu;
const WORD = /\p{L}+|\p{N}+/gu;

/** Lower-case words in order: snake_case, camelCase, accents and digits taken apart. */
export function rawWordsOf(text: string): string[] {
  const spaced = text
    .normalize('NFKD')
    .replace(MARKS, '')
    .replace(CAMEL_HUMP, '$1 $2')
    .replace(CAMEL_ACRONYM, '$1 $2');
  return spaced.toLowerCase().match(WORD) ?? [];
}

/** As `rawWordsOf`, each reduced to a stem, so that "Categories" meets "category". */
export function wordsOf(text: string): string[] {
  return rawWordsOf(text).map(stem);
}

/** English plurals only: what is cut off is cut off both sides, so a stem need not be a word. */
export function stem(word: string): string {
  const singular = word.length > 3 && /[^isu]s$/.test(word) ? word.slice(0, -1) : word;
  const bare = singular.length > 2 && singular.endsWith('e') ? singular.slice(0, -1) : singular;
  return bare.endsWith('y') ? `${bare.slice(0, -1)}i` : bare;
}

const STOP_WORDS = new Set(
  (
    'a about all an and any are as at be been between both but by can could did do does each every ' +
    'find for from get give had has have having how i in into is it its list many me much my of on ' +
    'or our out over per please show tell than that the their them then there these they this to us ' +
    'was we were what when where which who whose why will with without would you your'
  )
    .split(' ')
    .map(stem),
);
const MAX_QUESTION_WORDS = 48;
const MAX_QUESTION_CHARACTERS = 4_000;

/** The distinct words of a question that can carry a name or a value. */
export function questionWords(question: string): readonly string[] {
  const words = wordsOf(question.slice(0, MAX_QUESTION_CHARACTERS)).filter(
    (word) => !STOP_WORDS.has(word),
  );
  return [...new Set(words)].slice(0, MAX_QUESTION_WORDS);
}
