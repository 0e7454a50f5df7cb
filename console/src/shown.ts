// Owns how a text that agents wrote is shown: as text, with nothing in it that cannot be seen or turns the
// rest round.
import { visibleJson } from '../../src/lib/shown-text.ts';

/** Of the rest of the control characters a statement may have line feeds and tabs. */
// oxlint-disable-next-line no-control-regex -- these are what is looked for
const CONTROLS = /[\0-\x08\x0b-\x1f]/g;

export const shownText = (text: string): string =>
  visibleJson(text).replace(
    CONTROLS,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
