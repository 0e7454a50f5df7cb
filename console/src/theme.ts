// Owns light or dark: as the system says, unless somebody chose otherwise on this machine.
import { computed, signal } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';

export const THEMES = ['system', 'light', 'dark'] as const;
export type ThemeName = (typeof THEMES)[number];

export interface Theme {
  readonly name: ReadonlySignal<ThemeName>;
  choose(name: ThemeName): void;
}

const KEY = 'askonce-theme';

export function createTheme(root: HTMLElement, storage: Storage): Theme {
  const kept = storage.getItem(KEY);
  const name = signal<ThemeName>(THEMES.find((theme) => theme === kept) ?? 'system');
  const show = (): void => {
    root.style.colorScheme = name.value === 'system' ? '' : name.value;
  };
  show();
  return {
    name: computed(() => name.value),
    choose(theme) {
      name.value = theme;
      storage.setItem(KEY, theme);
      show();
    },
  };
}
