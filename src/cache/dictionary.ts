// Owns which words are English words, from the word list of a spell checker. Read once; a name, a code or
// a slip of the keyboard is none of them.
import dictionaryEn from 'dictionary-en';
import nspell from 'nspell';

/** "under-delivered", "rebooked". */
const PREFIX = /^(?:under|over|re|un|pre|non|co|out|sub|multi|mis|anti)(?=\p{L}{4})/u;

const PARTICLE = /(?<=\p{L}{3})(?:in|on|off|out|up|down|over|back|by|away)$/u;

/** @returns Whether a lower-case word is in the language, in any of its forms. */
export type IsWord = (word: string) => boolean;

/** British forms, which the American list lacks. */
const BRITISH: readonly (readonly [RegExp, string])[] = [
  [/our(?=s|ed|ing|ite|ful|less|$)/u, 'or'],
  [/[iy]ser(?=s?$)/u, 'izer'],
  [/is(?=e[sd]?$|ing$|ations?$|ers?$)/u, 'iz'],
  [/ys(?=e[sd]?$|ing$)/u, 'yz'],
  [/tre(s?)$/u, 'ter$1'],
  [/ll(?=ed$|ing$|ers?$)/u, 'l'],
  [/ence(s?)$/u, 'ense$1'],
  [/ogue(s?)$/u, 'og$1'],
];

export function createDictionary(): IsWord {
  const { aff, dic } = dictionaryEn;
  const spell = nspell({ aff: Buffer.from(aff), dic: Buffer.from(dic) });
  const known = (word: string): boolean => spell.correct(word);
  const isListed = (word: string): boolean =>
    known(word) ||
    known(word.replace(/s$/u, '')) ||
    BRITISH.some(([pattern, by]) => pattern.test(word) && known(word.replace(pattern, by)));
  return (said) => {
    const word = said.normalize('NFD').replace(/\p{M}/gu, '');
    return (
      isListed(word) ||
      [PREFIX, PARTICLE].some((part) => part.test(word) && isListed(word.replace(part, '')))
    );
  };
}
