// Owns who is signed in, and the calls of tools in their name: the cookie is the browser's alone, the proof
// against forged requests travels in a header.
import { computed, signal } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';

import { Fault } from './http.ts';
import type { Http } from './http.ts';

export interface SignedIn {
  readonly principal: { readonly name: string; readonly role: string };
  readonly csrf: string;
  /** False where the server asks for no token: nobody can sign out of that. */
  readonly is_by_token: boolean;
}

/** Undefined until the server was asked; null where nobody is signed in. */
export type Who = SignedIn | null | undefined;

export interface Session {
  readonly who: ReadonlySignal<Who>;
  restore(): Promise<void>;
  /** @throws Fault UNAUTHENTICATED or FORBIDDEN for a token that is none of an admin. */
  signIn(token: string): Promise<void>;
  signOut(): Promise<void>;
  /**
   * Calls an admin tool.
   * @throws Fault, as the tool tells it.
   */
  call<Document>(tool: string, args?: object, abort?: AbortSignal): Promise<Document>;
}

export function createSession(http: Http): Session {
  const who = signal<Who>(undefined);

  async function restore(): Promise<void> {
    try {
      who.value = (await http.send('session')) as SignedIn;
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      if (error.code !== 'UNREACHABLE') who.value = null;
    }
  }

  const post = (tool: string, body: object, abort?: AbortSignal): Promise<unknown> =>
    http.send(`api/${tool}`, {
      method: 'POST',
      body,
      headers: { 'x-askonce-csrf': who.value?.csrf ?? '' },
      signal: abort,
    });

  return {
    who: computed(() => who.value),
    restore,
    async signIn(token) {
      await http.send('session', { method: 'POST', body: { token } });
      await restore();
    },
    async signOut() {
      await http.send('session', {
        method: 'DELETE',
        headers: { 'x-askonce-csrf': who.value?.csrf ?? '' },
      });
      who.value = null;
    },
    async call<Document>(tool: string, args: object = {}, abort?: AbortSignal) {
      const before = who.value?.csrf;
      try {
        return (await post(tool, args, abort)) as Document;
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        if (error.status === 401) who.value = null;
        if (error.status !== 403) throw error;
        // A server that was started anew knows the cookie but wants another proof.
        await restore();
        if (!who.value || who.value.csrf === before) throw error;
        return (await post(tool, args, abort)) as Document;
      }
    },
  };
}
