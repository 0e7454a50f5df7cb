// Owns `askonce cache export`: every known question into a file, a page at a time, so that neither side ever holds more.
import { visibleJson } from '../../lib/shown-text.ts';
import { some } from '../figures.ts';
import { SCOPE_OPTION, argumentsOf } from '../subcommand.ts';
import type { Subcommand } from '../subcommand.ts';

const PAGE = 1000;

export const exportAll: Subcommand = {
  definition: {
    name: 'export',
    summary: 'every known question with its statement, as JSON, to be warmed elsewhere',
    about:
      'Prints every question known under the present schema, with its statement, as a JSON array. askonce cache-export is the same.',
    options: [{ ...SCOPE_OPTION, about: 'of this scope; default: your own' }],
    examples: [['export > known.json', 'into a file']],
  },
  async run({ options, call, face }) {
    const scope = argumentsOf(options, { scope: 'scope' });
    const { print, progress } = face;
    let count = 0;
    let cursor: unknown;
    do {
      const next = cursor === undefined ? {} : { cursor };
      const page = await call('cache_export', { ...scope, ...next, limit: PAGE });
      for (const entry of page['questions'] as readonly unknown[]) {
        await print(`${count === 0 ? '[\n' : ',\n'}${visibleJson(JSON.stringify(entry))}`);
        count += 1;
      }
      cursor = page['next_cursor'] ?? undefined;
      progress.tell(`${some(count, 'question')} so far`);
    } while (cursor !== undefined);
    await print(count === 0 ? '[]\n' : '\n]\n');
    progress.note(some(count, 'question'));
    return 0;
  },
};
