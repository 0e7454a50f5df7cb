// Owns what the report shows of what answers depend on: how much of each, how quick it is, what bounds it, and what happens
// when it fails, as it was tried or else as it is promised.
import type { BaselineFigures } from '../baseline/baseline.ts';
import type { Dependency } from '../baseline/dependencies.ts';
import type { ScenarioProfile } from '../baseline/profile.ts';
import type { FaultFigures } from '../conditions/faults.ts';
import { html } from './markup.ts';
import type { Markup } from './markup.ts';
import { shownMs, shownNumber } from './shown.ts';
import { table } from './table.ts';

/** docs/operations.md has what an operator does then. */
const WHEN_IT_FAILS: Readonly<Record<Dependency['name'], string>> = {
  'data database':
    'Answers that are kept are served; what needs a statement is told DATABASE_UNAVAILABLE, and comes through as soon as it is back.',
  'cache database':
    'Every statement runs; nothing new is recognised or learned until it is back. No call fails.',
  embedding:
    'Words that are known are answered, and statements run; other wordings are not recognised.',
  'identity provider':
    'Tokens that were seen in the last minute are let in, and any other whose key is known; the rest are told OVERLOADED with a time to wait.',
};

export function dependencyMap({
  dependencies,
  faults,
  scenarios,
}: Pick<BaselineFigures, 'dependencies' | 'scenarios'> & {
  readonly faults: readonly FaultFigures[];
}): Markup | null {
  if (dependencies === null || dependencies.length === 0) return null;
  return html`<h3 id="dependencies">What answers depend on</h3>
    <p class="quiet">
      A use of a database is a connection lent until it is given back; what is kept behind an answer
      counts, too. How long one took is read off the server’s histogram.
    </p>
    ${table<Dependency>(
      [
        { title: 'dependency', of: ({ name }) => name, isText: true },
        { title: 'uses', of: ({ uses }) => shownNumber(uses) },
        { title: 'by a call', of: ({ uses_per_call: uses }) => shownNumber(uses) },
        { title: 'p50', of: ({ latency_ms }) => shownMs(latency_ms.p50) },
        { title: 'p95', of: ({ latency_ms }) => shownMs(latency_ms.p95) },
        { title: 'p99', of: ({ latency_ms }) => shownMs(latency_ms.p99) },
        {
          title: 'at once, at most',
          of: ({ limit }) => (limit === null ? '' : shownNumber(limit)),
        },
        { title: 'when it fails', of: ({ name }) => whenItFails(name, faults), isText: true },
      ],
      dependencies,
    )}
    ${usesByScenario(dependencies, scenarios)}`;
}

function whenItFails(name: Dependency['name'], faults: readonly FaultFigures[]): string {
  const tried = faults
    .filter((fault) => fault.dependency === name)
    .map(({ after, during, name: fault, recovered_after_s: back }) => {
      const lost = during.failed + after.failed;
      const seen = `${during.answered} answered, ${during.coded} told what is wrong, ${lost} failed`;
      const again =
        back === null ? 'not back within the time' : `back after ${shownNumber(back)} s`;
      return ` Tried, ${fault}: ${seen}; ${again}.`;
    });
  return `${WHEN_IT_FAILS[name]}${tried.join('')}`;
}

function usesByScenario(
  dependencies: readonly Dependency[],
  scenarios: readonly ScenarioProfile[],
): Markup | null {
  const used = dependencies
    .map(({ name }) => name)
    .filter((name) => scenarios.some((one) => name in one.uses_per_call));
  if (used.length === 0) return null;
  return table<ScenarioProfile>(
    [
      { title: 'call', of: ({ name }) => name, isText: true },
      ...used.flatMap((name) => [
        {
          title: name,
          of: ({ uses_per_call: uses }: ScenarioProfile) =>
            uses[name] === undefined ? '' : `${shownNumber(uses[name])} ×`,
        },
        {
          title: 'each',
          of: ({ uses_per_call: uses, parts_ms_per_call: parts }: ScenarioProfile) =>
            uses[name] === undefined ? '' : shownMs((parts[name] ?? 0) / uses[name]),
        },
      ]),
    ],
    scenarios,
  );
}
