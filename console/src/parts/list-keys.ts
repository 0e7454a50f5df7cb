// Owns going through a list with j, k and the arrows: the focus moves from link to link, so that Enter opens.
import type { RefObject } from 'preact';

import { useShortcuts } from '../shortcuts.ts';

export function useListKeys(list: RefObject<HTMLElement | null>): void {
  const move = (by: number): void => {
    const items = [...(list.current?.querySelectorAll<HTMLElement>('[data-item]') ?? [])];
    const at = items.indexOf(document.activeElement as HTMLElement);
    const next = at < 0 ? (by > 0 ? 0 : items.length - 1) : at + by;
    items[Math.max(0, Math.min(next, items.length - 1))]?.focus();
  };
  const [down, up] = [() => move(1), () => move(-1)];
  useShortcuts({ j: down, ArrowDown: down, k: up, ArrowUp: up });
}
