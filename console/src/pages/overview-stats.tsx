// Owns what the cache has done in a span of time: answers by tier and scope, what it saved, what it holds.
import type { CacheStats, ScopeStats } from '../contract.ts';
import { bytes, count, milliseconds, plural, share, short } from '../format.ts';
import { ABOUT_SOURCES, SOURCES, SourceBadge } from '../parts/badges.tsx';
import { Tile, Usage } from '../parts/figures.tsx';
import { Shown } from '../parts/text.tsx';
import { hrefOf } from '../route.ts';

interface StatsProps {
  readonly of: CacheStats;
}

export function Totals({ of: { answers, hit_rate, saved, decisions } }: StatsProps) {
  const told = decisions.right + decisions.wrong;
  return (
    <section aria-labelledby="totals">
      <h2 id="totals">What the cache did</h2>
      <dl class="tiles">
        <Tile name="Hit rate" value={share(hit_rate)}>
          of {plural(answers, 'answer')}
        </Tile>
        <Tile name="Statements saved" value={short(saved.statements)}>
          {milliseconds(saved.ms)} of the database’s time
        </Tile>
        <Tile name="Tokens saved" value={short(saved.tokens_estimated)}>
          estimated: statements that no agent had to write
        </Tile>
        <Tile name="Served by meaning" value={count(decisions.hit + decisions.rebound)}>
          {plural(decisions.rebound, 'time')} with values exchanged,{' '}
          {plural(decisions.confirm, 'time')} left to the agent
        </Tile>
        <Tile
          name="Known to be wrong"
          value={count(decisions.wrong)}
          tone={decisions.wrong > 0 ? 'warn' : undefined}
        >
          of {count(told)} of which it is known;{' '}
          <a href={hrefOf('review')}>{count(decisions.open)} to review</a>
        </Tile>
      </dl>
    </section>
  );
}

export function SourceTable({ of: { answers, by_source } }: StatsProps) {
  return (
    <table class="by-source">
      <thead>
        <tr>
          <th scope="col">From</th>
          <th scope="col" class="number">
            Answers
          </th>
          <th scope="col" class="number">
            Share
          </th>
        </tr>
      </thead>
      <tbody>
        {SOURCES.map((source) => (
          <tr key={source}>
            <th scope="row">
              <SourceBadge source={source} />
              <span class="about">{ABOUT_SOURCES[source]}</span>
            </th>
            <td class="number">{count(by_source[source])}</td>
            <td class="number">{share(answers > 0 ? by_source[source] / answers : null)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function ScopeTable({ of: scopes }: { readonly of: readonly ScopeStats[] }) {
  if (scopes.length === 0) return null;
  return (
    <section aria-labelledby="scopes">
      <h2 id="scopes">Scopes</h2>
      <div class="scrolls" tabIndex={0} role="group" aria-label="Scopes">
        <table>
          <thead>
            <tr>
              <th scope="col">Scope</th>
              <th scope="col">Who</th>
              <th scope="col" class="number">
                Answers
              </th>
              <th scope="col" class="number">
                Hit rate
              </th>
              <th scope="col" class="number">
                Statements saved
              </th>
              <th scope="col" class="number">
                Time saved
              </th>
            </tr>
          </thead>
          <tbody>
            {scopes.map(({ scope, answers, hit_rate, saved }) => (
              <tr key={scope.id}>
                <th scope="row">
                  <a href={hrefOf('questions', null, { scope: scope.id })}>
                    <Shown text={scope.label} />
                  </a>{' '}
                  <code class="muted">{scope.id.slice(0, 8)}</code>
                </th>
                <td>
                  <Shown text={scope.principals.join(', ') || '–'} />
                </td>
                <td class="number">{count(answers)}</td>
                <td class="number">{share(hit_rate)}</td>
                <td class="number">{count(saved.statements)}</td>
                <td class="number">{milliseconds(saved.ms)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

export function Store({ of: { store, memory } }: StatsProps) {
  return (
    <section aria-labelledby="store">
      <h2 id="store">What the cache holds</h2>
      <dl class="tiles">
        <Tile name="Questions" value={count(store.questions)}>
          <a href={hrefOf('questions')}>that lead to {plural(store.plans, 'statement')}</a>
        </Tile>
        <Tile name="Statements" value={count(store.plans)}>
          <Usage of="Room for statements in use" used={store.plans} max={store.max_plans} />
          of at most {short(store.max_plans)}
        </Tile>
        <Tile name="Results" value={bytes(store.result_bytes)}>
          <Usage
            of="Room for results in use"
            used={store.result_bytes}
            max={store.max_result_bytes}
          />
          {plural(store.results, 'result')}, at most {bytes(store.max_result_bytes)}
        </Tile>
        <Tile name="Memory of this process" value={bytes(memory.bytes)}>
          <Usage of="Memory for answers in use" used={memory.bytes} max={memory.max_bytes} />
          of at most {bytes(memory.max_bytes)}
        </Tile>
      </dl>
    </section>
  );
}
