// Owns the start of the console: makes its parts and puts them into the page.
import { render } from 'preact';

import { App } from './app.tsx';
import { ConsoleContext } from './console.ts';
import type { Console } from './console.ts';
import { createHttp } from './http.ts';
import { createNotices } from './notices.ts';
import { createRouter } from './route.ts';
import { createScopes } from './scopes.ts';
import { createSession } from './session.ts';
import { createShortcuts } from './shortcuts.ts';
import { createStatusFeed } from './status-feed.ts';
import { createTheme } from './theme.ts';

const http = createHttp(document.baseURI);
const session = createSession(http);
const parts: Console = {
  http,
  session,
  router: createRouter(window),
  notices: createNotices(),
  status: createStatusFeed(session),
  scopes: createScopes(),
  shortcuts: createShortcuts(document, localStorage),
  theme: createTheme(document.documentElement, localStorage),
};

render(
  <ConsoleContext.Provider value={parts}>
    <App />
  </ConsoleContext.Provider>,
  document.getElementById('app')!,
);
await session.restore();
