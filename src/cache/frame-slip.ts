// Owns the question whether one word is another with a slip of the keyboard. Pure.
import { commonPrefix } from './frame-spelling.ts';

const MIN_LENGTH = 5;
// Longer words have fewer real neighbours, so that a wrong letter is likelier a slip.
const MIN_LENGTH_WRONG_LETTER = 8;

/** One slip of the keyboard inside a word: two letters swapped, one missing, doubled or wrong. */
export function isSlipOf(word: string, known: string): boolean {
  const gap = known.length - word.length;
  if (Math.min(word.length, known.length) < MIN_LENGTH || Math.abs(gap) > 1 || word === known)
    return false;
  if (/\d/u.test(word) || word.charAt(0) !== known.charAt(0)) return false;
  const at = commonPrefix(word, known);
  if (gap === 0) {
    const swapped =
      word.charAt(at) === known.charAt(at + 1) && word.charAt(at + 1) === known.charAt(at);
    if (swapped) return word.slice(at + 2) === known.slice(at + 2);
    return (
      word.length >= MIN_LENGTH_WRONG_LETTER &&
      at < word.length - 1 &&
      word.slice(at + 1) === known.slice(at + 1)
    );
  }
  // The last letter carries inflection and agency ("employee", "employer"): it is never a slip.
  if (at >= Math.min(word.length, known.length) - 1) return false;
  return gap === 1
    ? word.slice(at) === known.slice(at + 1)
    : word.slice(at + 1) === known.slice(at);
}
