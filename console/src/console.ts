// Owns what every page of the console is given: the parts that were made once, in main.tsx.
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';

import type { Http } from './http.ts';
import type { Notices } from './notices.ts';
import type { Router } from './route.ts';
import type { Scopes } from './scopes.ts';
import type { Session } from './session.ts';
import type { Shortcuts } from './shortcuts.ts';
import type { StatusFeed } from './status-feed.ts';
import type { Theme } from './theme.ts';

export interface Console {
  readonly http: Http;
  readonly session: Session;
  readonly router: Router;
  readonly notices: Notices;
  readonly status: StatusFeed;
  readonly scopes: Scopes;
  readonly shortcuts: Shortcuts;
  readonly theme: Theme;
}

export const ConsoleContext = createContext<Console | null>(null);

export function useConsole(): Console {
  const parts = useContext(ConsoleContext);
  if (!parts) throw new Error('rendered outside of the console');
  return parts;
}
