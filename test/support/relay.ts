// Owns a network between askonce and its database that tests can cut and mend: a link that is not told in addresses
// but in database URLs.
import type { TestContext } from 'node:test';

import { openLink } from '../../src/validate/conditions/link.ts';
import { addressOf, throughLink } from '../../src/validate/conditions/link-url.ts';

export interface Relay {
  /** The given URL with the relay's address in it. */
  readonly url: string;
  /** Breaks every connection and refuses new ones. */
  cut(): void;
  /** Carries nothing any more, in either direction, on the connections that stand: they stay open. */
  silence(): void;
  /** @param elsewhere A database with another address, from now on. */
  mend(elsewhere?: string): Promise<void>;
}

export async function relayTo(t: TestContext, databaseUrl: string): Promise<Relay> {
  const link = await openLink({ to: addressOf(databaseUrl) });
  t.after(() => link.close());
  return {
    url: throughLink(databaseUrl, link),
    cut() {
      link.refuse();
      link.cut();
    },
    silence: () => link.silence(),
    mend: (elsewhere) => link.restore(elsewhere === undefined ? undefined : addressOf(elsewhere)),
  };
}
