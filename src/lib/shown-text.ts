// Owns texts that somebody else wrote and a model reads: nothing in them is invisible, and none is endless.

const INVISIBLE = /[\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Default_Ignorable_Code_Point}]/u;
const EVERY_INVISIBLE = new RegExp(INVISIBLE, 'gu');
const EVERY_BREAK = /[\p{Cc}\p{Z}]+/gu;
/** In JSON these are escaped: the value stays what it is, and whoever reads the text sees that they are there. */
const HIDDEN = /[\u007f-\u009f\p{Cf}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** One visible line of at most `maxCharacters`, or null when nothing is left. */
export function cleanText(text: string | null, maxCharacters: number): string | null {
  if (text === null) return null;
  const line = text.replace(EVERY_BREAK, ' ').replace(EVERY_INVISIBLE, '').trim();
  const characters = Array.from(line.slice(0, 2 * maxCharacters + 2));
  if (characters.length === 0) return null;
  if (characters.length <= maxCharacters) return line;
  return `${characters.slice(0, maxCharacters - 1).join('')}…`;
}

/** The same JSON, with an escape for each character of its strings that cannot be seen or turns the others round. */
export const visibleJson = (json: string): string => json.replace(HIDDEN, escaped);

const escaped = (character: string): string =>
  Array.from(
    { length: character.length },
    (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`,
  ).join('');
