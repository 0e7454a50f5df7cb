// Owns where in the console one is: a page, the id of what it shows, and its choices, all in the part of the
// address behind the `#`, so that each can be linked to under whatever path the server has the console.
import { computed, signal } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';

export const PAGES = [
  'overview',
  'questions',
  'entry',
  'why',
  'decide',
  'review',
  'tuning',
  'policy',
  'warm',
  'alerts',
] as const;
export type PageName = (typeof PAGES)[number];

export type Choices = Readonly<Record<string, string | null | undefined>>;

export interface Route {
  readonly page: PageName;
  readonly id: string | null;
  readonly choices: URLSearchParams;
}

export interface Router {
  readonly route: ReadonlySignal<Route>;
  go(href: string): void;
  /** Keeps the choices of this page in the address, without a step in the history. */
  choose(choices: Choices): void;
}

export function hrefOf(page: PageName, id: string | null = null, choices: Choices = {}): string {
  const path = id === null ? page : `${page}/${encodeURIComponent(id)}`;
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(choices)) if (value) query.set(name, value);
  return `#/${path}${query.size > 0 ? `?${query}` : ''}`;
}

export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const [page, id] = path.split('/', 2);
  return {
    page: PAGES.find((name) => name === page) ?? 'overview',
    id: id ? decoded(id) : null,
    choices: new URLSearchParams(query),
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export function createRouter(window: Window): Router {
  const route = signal(parseRoute(window.location.hash));
  window.addEventListener('hashchange', () => (route.value = parseRoute(window.location.hash)));
  return {
    route: computed(() => route.value),
    go(href) {
      window.location.hash = href;
    },
    choose(choices) {
      const { page, id, choices: present } = route.value;
      const href = hrefOf(page, id, { ...Object.fromEntries(present), ...choices });
      window.history.replaceState(null, '', href);
      route.value = parseRoute(href);
    },
  };
}
