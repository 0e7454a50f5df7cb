// Owns the frame around the pages: who may see them, where one can go, what is wrong, what was just done.
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';

import { useConsole } from './console.ts';
import { Help } from './help.tsx';
import { NAVIGATION, pageOf } from './navigation.ts';
import { Pending } from './parts/feedback.tsx';
import { Shown } from './parts/text.tsx';
import { SignIn } from './pages/sign-in.tsx';
import { hrefOf } from './route.ts';
import { useShortcuts } from './shortcuts.ts';
import { THEMES } from './theme.ts';

export function App() {
  const { http, session } = useConsole();
  const who = session.who.value;
  const returns = http.returns.value;
  useEffect(() => {
    // Away from the start: nobody knows yet who is signed in.
    if (returns > 0 && session.who.value === undefined) void session.restore();
  }, [session, returns]);
  return (
    <>
      <AwayBanner />
      {who === undefined && (
        <main class="alone">
          <Pending what="the console" />
        </main>
      )}
      {who === null && <SignIn />}
      {who && <Shell />}
      <NoticeList />
    </>
  );
}

function Shell() {
  const { router, status } = useConsole();
  const main = useRef<HTMLElement>(null);
  const { page, id } = router.route.value;
  const { title, Page } = pageOf(page);
  const isFirst = useRef(true);
  useShortcuts(
    Object.fromEntries(
      NAVIGATION.map(({ key, name }) => [`g ${key}`, () => router.go(hrefOf(name))]),
    ),
  );
  // The overview is looked at while things happen; elsewhere only the alerts' number is seen.
  useEffect(() => status.every(page === 'overview' ? 2_000 : 10_000), [status, page]);
  useLayoutEffect(() => {
    document.title = `${title} – askonce`;
    // Whoever reads by ear hears where they are now; whoever has just come is not moved.
    if (!isFirst.current) {
      main.current?.querySelector('h1')?.focus();
      window.scrollTo(0, 0);
    }
    isFirst.current = false;
  }, [page, id, title]);
  return (
    <div class="shell">
      <a
        class="skip"
        href="#main"
        onClick={(event) => {
          // The part behind `#` says where one is.
          event.preventDefault();
          main.current?.focus();
        }}
      >
        Skip to the content
      </a>
      <TopBar />
      <Navigation />
      <main id="main" ref={main} tabIndex={-1}>
        <h1 tabIndex={-1}>{title}</h1>
        <Page key={`${page}/${id ?? ''}`} id={id} />
      </main>
    </div>
  );
}

function TopBar() {
  const { session, theme } = useConsole();
  const who = session.who.value;
  return (
    <header class="top">
      <a class="brand" href={hrefOf('overview')}>
        ask<b>once</b>
      </a>
      <div class="top-tools">
        {who && (
          <span class="who">
            <Shown text={who.principal.name} />
          </span>
        )}
        <label class="theme">
          <span class="unseen">Colours</span>
          <select
            value={theme.name.value}
            onChange={({ currentTarget: { value } }) =>
              theme.choose(THEMES.find((name) => name === value) ?? 'system')
            }
          >
            <option value="system">Auto</option>
            <option value="light">Light</option>
            <option value="dark">Dark</option>
          </select>
        </label>
        <Help />
        {who?.is_by_token && (
          <button type="button" class="quiet" onClick={() => void session.signOut()}>
            Sign out
          </button>
        )}
      </div>
    </header>
  );
}

function Navigation() {
  const { router, status } = useConsole();
  const { page } = router.route.value;
  const alerts = status.latest.value?.alerts.length ?? 0;
  const shown = page === 'entry' ? 'questions' : page;
  const list = useRef<HTMLUListElement>(null);
  // On a small screen the list is wider than that.
  useEffect(() => {
    list.current
      ?.querySelector('[aria-current]')
      ?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [shown]);
  return (
    <nav class="pages" aria-label="Pages">
      <ul ref={list}>
        {NAVIGATION.map(({ name, title }) => (
          <li key={name}>
            <a href={hrefOf(name)} aria-current={name === shown ? 'page' : undefined}>
              {title}
              {name === 'alerts' && alerts > 0 && (
                <span class="badge bad">
                  {alerts}
                  <span class="unseen"> now</span>
                </span>
              )}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function AwayBanner() {
  const { http } = useConsole();
  return (
    <div role="alert">
      {http.isAway.value && (
        <p class="banner">
          The server does not answer. It is asked again every two seconds, and this page goes on by
          itself.
        </p>
      )}
    </div>
  );
}

function NoticeList() {
  const { notices } = useConsole();
  return (
    <div class="notices" role="status" aria-live="polite">
      {notices.shown.value.map(({ id, text }) => (
        <p key={id} class="notice">
          <Shown text={text} />
          <button
            type="button"
            class="quiet"
            aria-label="Dismiss the message"
            onClick={() => notices.dismiss(id)}
          >
            ×
          </button>
        </p>
      ))}
    </div>
  );
}
