// Owns the list of what the cache knows: searched by words and meaning while one types, filtered, a page at a
// time.
import { useEffect, useRef, useState } from 'preact/hooks';

import { useConsole } from '../console.ts';
import type { Entry, Found } from '../contract.ts';
import { ago, count, plural, share, time } from '../format.ts';
import { useLoad, useSettled } from '../load.ts';
import { Empty, LoadedView } from '../parts/feedback.tsx';
import { ForgetDialog } from '../parts/forget.tsx';
import { useListKeys } from '../parts/list-keys.ts';
import { ScopeSelect } from '../parts/scope-select.tsx';
import { Excerpt, Shown } from '../parts/text.tsx';
import { hrefOf } from '../route.ts';
import { useShortcuts } from '../shortcuts.ts';

const PAGE = 25;
/** Short enough to feel at once, long enough not to ask for every letter. */
const TYPING_MS = 200;
const SORTS = [
  ['recent', 'last used'],
  ['used', 'most used'],
  ['new', 'newest'],
] as const;

export function Questions() {
  const { session, router } = useConsole();
  const { choices } = router.route.value;
  const [scope, table] = [choices.get('scope'), choices.get('table')];
  const [typed, setTyped] = useState(choices.get('query') ?? '');
  const query = useSettled(typed.trim(), TYPING_MS);
  const sort = choices.get('sort') ?? 'recent';
  useEffect(() => router.choose({ query }), [router, query]);
  // Where each page so far began; the last is shown.
  const [pages, setPages] = useState<readonly string[]>([]);
  const filter = JSON.stringify({ query, scope, table, sort });
  useEffect(() => setPages([]), [filter]);
  const cursor = pages.at(-1);
  const found = useLoad(`${filter} ${cursor ?? ''}`, (abort) =>
    session.call<Found>(
      'cache_search',
      {
        limit: PAGE,
        sort,
        ...(query && { query }),
        ...(scope && { scope }),
        ...(table && { table }),
        ...(cursor && { cursor }),
      },
      abort,
    ),
  );
  const [isForgetting, setForgetting] = useState(false);
  const search = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLTableSectionElement>(null);
  useShortcuts({ '/': () => search.current?.select() });
  useListKeys(list);

  return (
    <>
      <search class="toolbar">
        <label class="field grows">
          <span>Search</span>
          <input
            ref={search}
            type="search"
            value={typed}
            placeholder="words or meaning"
            aria-keyshortcuts="/"
            onInput={({ currentTarget }) => setTyped(currentTarget.value)}
            onKeyDown={({ key }) => {
              if (key === 'ArrowDown') list.current?.querySelector<HTMLElement>('a')?.focus();
            }}
          />
        </label>
        <TableField value={table ?? ''} onChange={(name) => router.choose({ table: name })} />
        <ScopeSelect value={scope} onChange={(id) => router.choose({ scope: id })} />
        <label class="field">
          <span>Sort</span>
          <select
            value={sort}
            onChange={({ currentTarget }) => router.choose({ sort: currentTarget.value })}
          >
            {SORTS.map(([name, label]) => (
              <option key={name} value={name}>
                {label}
              </option>
            ))}
          </select>
        </label>
        {(table || scope) && (
          <button type="button" class="danger" onClick={() => setForgetting(true)}>
            Forget {table ? 'the table' : 'the scope'} …
          </button>
        )}
      </search>
      <LoadedView what="the questions" of={found}>
        {({ entries, total, next_cursor }) => {
          const nearby = entries.filter((entry) => entry.similarity !== null).length;
          return (
            <>
              <p class="muted" role="status">
                {query === ''
                  ? plural(total, 'statement')
                  : `${plural(total, 'statement')} with these words`}
                {table && ` that read ${table}`}
                {nearby > 0 && `, ${nearby} more with this meaning`}
              </p>
              {entries.length === 0 ? (
                <Empty>
                  {query || table || scope
                    ? 'Nothing is known that fits. Search for other words, or take a filter off.'
                    : 'Nothing is known yet. Each question that an agent brings a statement for is listed here.'}
                </Empty>
              ) : (
                <div class="scrolls" tabIndex={-1}>
                  <table class="list">
                    <caption class="unseen">Questions</caption>
                    <thead>
                      <tr>
                        <th scope="col">Question</th>
                        <th scope="col">Tables</th>
                        <th scope="col">Scope</th>
                        <th scope="col" class="number">
                          Uses
                        </th>
                        <th scope="col">Last used</th>
                      </tr>
                    </thead>
                    <tbody ref={list}>
                      {entries.map((entry) => (
                        <Row key={entry.id} of={entry} />
                      ))}
                    </tbody>
                  </table>
                </div>
              )}
              <nav class="paging" aria-label="Pages of the list">
                <button
                  type="button"
                  disabled={pages.length === 0}
                  onClick={() => setPages(pages.slice(0, -1))}
                >
                  ← Previous
                </button>
                <span>Page {pages.length + 1}</span>
                <button
                  type="button"
                  disabled={next_cursor === null}
                  onClick={() => next_cursor !== null && setPages([...pages, next_cursor])}
                >
                  Next →
                </button>
              </nav>
            </>
          );
        }}
      </LoadedView>
      {isForgetting && (
        <ForgetDialog
          what={table ? `what reads ${table}` : 'what this scope knows'}
          args={{ ...(table && { table }), ...(scope && { scope }) }}
          onClose={() => setForgetting(false)}
          onForgotten={found.reload}
        />
      )}
    </>
  );
}

interface TableFieldProps {
  readonly value: string;
  readonly onChange: (table: string) => void;
}

function TableField({ value, onChange }: TableFieldProps) {
  const [typed, setTyped] = useState(value);
  const settled = useSettled(typed.trim(), TYPING_MS);
  useEffect(() => {
    if (settled !== value) onChange(settled);
    // The address follows the field, never the other way round.
  }, [settled]);
  return (
    <label class="field">
      <span>Reads table</span>
      <input
        type="search"
        value={typed}
        spellcheck={false}
        onInput={({ currentTarget }) => setTyped(currentTarget.value)}
      />
    </label>
  );
}

function Row({ of }: { readonly of: Entry }) {
  const facts = [
    of.similarity !== null && `${share(of.similarity)} alike`,
    of.other_wordings > 0 && plural(of.other_wordings, 'other wording'),
    of.origin === 'confirmed' && 'confirmed by an agent',
  ].filter((fact) => fact !== false);
  return (
    <tr>
      <th scope="row">
        <a href={hrefOf('entry', of.id)} data-item>
          <Excerpt text={of.question} />
        </a>
        {of.found_as !== null && of.found_as !== of.question && (
          <span class="about">
            found as “<Excerpt text={of.found_as} />”
          </span>
        )}
        <span class="about">{facts.join(' · ')}</span>
        {of.is_outdated && <span class="badge warn">schema has changed</span>}
      </th>
      <td>
        <ul class="stack">
          {of.tables.map((table) => (
            <li key={table}>
              <Shown text={table} />
            </li>
          ))}
        </ul>
      </td>
      <td>
        <Shown text={of.scope.label} />
      </td>
      <td class="number">{count(of.uses)}</td>
      <td class="nowrap" title={time(of.last_used_at)}>
        {ago(of.last_used_at)}
      </td>
    </tr>
  );
}
