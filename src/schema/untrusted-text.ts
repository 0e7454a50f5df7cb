// Owns which names and values of the database's users agents may read, and how names are written: nothing invisible
// or endless may pass. Must never change a value that stays meant for use in SQL.
import { rawWordsOf } from './words.ts';

const UNSHOWABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

/** A value is shown whole or not at all: a shortened or cleaned one would be wrong in a WHERE clause. */
export function isShowable(value: string, maxCharacters: number): boolean {
  return value !== '' && value.length <= maxCharacters && !UNSHOWABLE.test(value);
}

/**
 * The identifier as SQL takes it: `quoted` is what the server's quote_ident made of `name`. A name with
 * invisible characters is spelled with escapes, so that it stays usable and cannot hide or reorder text.
 */
export function writtenIdentifier(name: string, quoted: string): string {
  if (!UNSHOWABLE.test(name)) return quoted;
  const escaped = Array.from(name, (character) => {
    if (character === '"' || character === '\\') return character + character;
    if (!UNSHOWABLE.test(character)) return character;
    return `\\+${(character.codePointAt(0) ?? 0).toString(16).padStart(6, '0')}`;
  });
  return `U&"${escaped.join('')}"`;
}

/** Words that tell of secrets or of a person's identifiers; values of such columns are never shown. */
const SECRET_WORDS = new Set(
  (
    'apikey auth authorization bearer birth birthdate card cards cookie credential credentials cvc cvv ' +
    'dob email emails hash iban mail mobile otp passphrase passport passwd password passwords phone ' +
    'phones pin pwd salt secret secrets signature ssn token tokens totp'
  ).split(' '),
);
const SECRET_PARTS =
  /passw|secret|token|credential|apikey|privatekey|accesskey|creditcard|cardn|socialsec|ssn$/;

export function looksSecret(name: string): boolean {
  const words = rawWordsOf(name);
  return words.some((word) => SECRET_WORDS.has(word)) || SECRET_PARTS.test(words.join(''));
}
