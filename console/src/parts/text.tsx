// Owns texts that agents wrote: whole and visible, kept apart from the direction of what surrounds them, and
// short until somebody wants all of it.
import { useState } from 'preact/hooks';

import { shownText } from '../shown.ts';

const LONG_CHARACTERS = 280;

/** On the line it stands in. */
export function Shown({ text }: { readonly text: string }) {
  return <bdi>{shownText(text)}</bdi>;
}

/** Cut in a list; the whole is where its link leads. */
export function Excerpt({ text }: { readonly text: string }) {
  return <Shown text={text.length > LONG_CHARACTERS ? `${head(text)}…` : text} />;
}

/** With a button for the rest of a long one. */
export function Foldable({ text }: { readonly text: string }) {
  const [isOpen, setOpen] = useState(false);
  if (text.length <= LONG_CHARACTERS) return <Shown text={text} />;
  return (
    <>
      <Shown text={isOpen ? text : `${head(text)}…`} />{' '}
      <button
        type="button"
        class="link"
        aria-expanded={isOpen}
        onClick={() => setOpen((before) => !before)}
      >
        {isOpen ? 'less' : `all ${text.length} characters`}
      </button>
    </>
  );
}

/** Never half of a character that takes two. */
const head = (text: string): string =>
  text.slice(0, LONG_CHARACTERS).replace(/[\ud800-\udbff]$/, '');
