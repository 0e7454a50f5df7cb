// Owns `askonce cache search`: what is known, found by words, by meaning, by table.
import { SORTS } from '../../admin/entries.ts';
import type { EntryDocument, SearchDocument } from '../../admin/entries.ts';
import { ago, count, figure, some } from '../figures.ts';
import type { Look } from '../look.ts';
import { sections, wrapped } from '../look.ts';
import { show } from '../show.ts';
import { SCOPE_OPTION, argumentsOf } from '../subcommand.ts';
import type { Subcommand } from '../subcommand.ts';
import { cutTo } from '../table.ts';

const INDENT = '  ';

export const search: Subcommand = {
  definition: {
    name: 'search',
    summary: 'known questions by words or meaning, or all of them',
    operands: [{ name: 'words', about: 'in the question or the statement', isMany: true }],
    options: [
      SCOPE_OPTION,
      { flags: '--table <name>', about: 'only what reads this table' },
      { flags: '--sort <by>', about: 'last used first, most used, newest', choices: SORTS },
      { flags: '--limit <n>', about: 'at most n (20)', isNumber: true },
      { flags: '--cursor <text>', about: 'where the page before said that the next begins' },
    ],
    examples: [
      ['search customers in Germany', 'by words, then by meaning'],
      ['search --table orders --sort used', 'what is asked most of a table'],
    ],
  },
  async run(invocation) {
    const { operands, options, call } = invocation;
    const args = argumentsOf(options, {
      scope: 'scope',
      table: 'table',
      sort: 'sort',
      limit: 'limit',
      cursor: 'cursor',
    });
    const query = operands.join(' ');
    const found = await call('cache_search', { ...args, ...(query !== '' && { query }) });
    await show(invocation, found, renderSearch);
    return 0;
  },
};

export function renderSearch(document: SearchDocument, look: Look): string {
  const { entries, next_cursor: cursor } = document;
  if (entries.length === 0) return 'Nothing like it is known.\n';
  const { dim } = look.colors;
  const more = cursor !== null && dim(`more: --cursor ${cursor}`);
  return sections(totalOf(document), ...entries.map((entry) => entryOf(entry, look)), more);
}

function totalOf({ total, entries }: SearchDocument): string {
  const byMeaning = entries.filter(({ similarity }) => similarity !== null).length;
  if (byMeaning === 0) return `${count(entries.length)} of ${count(total)}`;
  return `${count(entries.length)}, of these ${count(byMeaning)} by meaning`;
}

function entryOf(entry: EntryDocument, look: Look): string {
  const { bold, dim, yellow } = look.colors;
  const { similarity, other_wordings: others } = entry;
  const told = [
    entry.id,
    entry.tables.join(', '),
    entry.scope.label,
    some(entry.uses, 'use'),
    `used ${ago(entry.last_used_at, look.now)}`,
    others > 0 && some(others, 'other wording'),
    similarity !== null && `similarity ${figure(similarity)}`,
  ];
  const lines = [
    wrapped(bold(entry.question), look),
    entry.found_as !== null && wrapped(`found as: ${entry.found_as}`, look, INDENT),
    cutTo(`${INDENT}${entry.sql}`, look.width),
    wrapped(dim(told.filter(Boolean).join(' · ')), look, INDENT),
    entry.is_outdated && `${INDENT}${yellow('outdated: the schema has changed since')}`,
  ];
  return lines.filter(Boolean).join('\n');
}
