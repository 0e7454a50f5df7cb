// Owns signing in: the token goes to the server once and is kept nowhere here.
import { useLayoutEffect, useRef } from 'preact/hooks';

import { useConsole } from '../console.ts';
import { useAction } from '../load.ts';
import { FaultBox } from '../parts/feedback.tsx';

export function SignIn() {
  const { session } = useConsole();
  const action = useAction();
  const field = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    document.title = 'Sign in – askonce';
    field.current?.focus();
  }, []);
  return (
    <main class="alone">
      <form
        class="panel sign-in"
        onSubmit={(event) => {
          event.preventDefault();
          const token = field.current?.value ?? '';
          action.run(() => session.signIn(token.trim()));
        }}
      >
        <p class="brand">
          ask<b>once</b>
        </p>
        <h1>Sign in</h1>
        <label class="field">
          <span>Token of an admin</span>
          <input
            ref={field}
            type="password"
            name="token"
            required
            autocomplete="current-password"
            spellcheck={false}
            aria-describedby="about-token"
          />
        </label>
        <p id="about-token" class="muted">
          One with the role <code>admin</code>, from <code>AUTH_TOKENS</code> on the server.
        </p>
        {action.fault && <FaultBox fault={action.fault} />}
        <button type="submit" class="primary" disabled={action.isBusy}>
          Sign in
        </button>
      </form>
    </main>
  );
}
