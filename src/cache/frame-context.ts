// Owns the question whether a question can be understood alone. One that leans on the conversation
// ("continue", "and for France?") is never remembered and never answered by similarity. Pure.
import type { ContentWord } from './frame-facts.ts';
import { type Frame, frameOf } from './frame.ts';
import { isPeriodWord, timeAt } from './frame-time.ts';
import { isConversational } from './words.ts';

const OPENS_A_REPLY =
  /^(?:and|or|but|then|also|too|instead|same|ditto|again|otherwise|else|plus|what about|how about|what if|only|just|now|no(?! (?:shows?|claims?|faults?|gos?)\b)|yes|ok|okay|sure|except|as above|as before)\b/u;
const POINTS_BACK =
  /\b(?:as (?:above|before|earlier|previously)|same (?:thing|question|query|ones?|but|for|as (?:before|above)|again)|(?:previous|above|earlier|last) (?:question|query|answers?|results?|list|table|output|response)|(?:you|i) (?:just )?(?:said|showed|gave|mentioned|asked|listed|told))\b/u;
const ACTS_ON_IT =
  /^(?:please |can you |could you |now )*(?:break|sort|order|group|filter|limit|split|show|list|rank|plot|export|put|make|do|run|give|count) (?:me )?(?:it|them|that|those|these|this|they)\b(?! who| which| that| with)/u;
const PRONOUNS = new Set('them they those these that this he she him her his their'.split(' '));
const DETERMINERS = new Set('this that these those'.split(' '));
/** "those who": points forward, so the question carries its own meaning. */
const POINTS_FORWARD = new Set('who that which whose with without where'.split(' '));

const stands = (word: ContentWord): boolean => !word.implied && !isConversational(word.text);

/** A pronoun before anything that it could stand for: "how many of them are in Germany?" */
function hangsOnPronoun({ tokens, words }: Frame): boolean {
  const first = words.find(stands)?.at ?? tokens.length;
  return tokens.slice(0, first).some((token, index) => {
    if (!PRONOUNS.has(token.text) || token.quoted) return false;
    const next = tokens[index + 1]?.text ?? '';
    // "this year", "this fall" are times.
    if (timeAt(tokens, index) !== undefined || isPeriodWord(next)) return false;
    const after = tokens[index + 2]?.text ?? '';
    return !(
      DETERMINERS.has(token.text) &&
      (POINTS_FORWARD.has(next) || POINTS_FORWARD.has(after))
    );
  });
}

export const isSelfContained = (question: string): boolean => standsAlone(frameOf(question));

export function standsAlone(frame: Frame): boolean {
  if (!frame.words.some(stands)) return false;
  if (frame.opaque) return true;
  const text = frame.tokens
    .filter((token) => token.kind !== 'mark')
    .map((token) => token.text)
    .join(' ');
  if (OPENS_A_REPLY.test(text) || POINTS_BACK.test(text) || ACTS_ON_IT.test(text)) return false;
  return !hangsOnPronoun(frame);
}
