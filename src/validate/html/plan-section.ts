// Owns what the report shows of the plan of capacity.
import type { CapacityPlan } from '../plan/capacity.ts';
import { html } from './markup.ts';
import type { Markup } from './markup.ts';
import { shownBytes, shownNumber } from './shown.ts';
import { table } from './table.ts';

export function planSection(plan: CapacityPlan): Markup {
  const { expected, per_replica: each } = plan;
  const rows: ReadonlyArray<readonly [string, string]> = [
    ['conversations', shownNumber(expected.conversations)],
    ['answers a second', shownNumber(expected.answers_per_second)],
    ['processor, all replicas', `${shownNumber(expected.cores)} cores`],
    ['busy connections, all replicas', shownNumber(expected.busy_connections)],
    ['replicas', String(plan.replicas)],
    ['processor for each (request)', `${shownNumber(each.cpu_request_cores)} cores`],
    ['memory for each (request and limit)', shownBytes(each.memory_limit_bytes)],
    ['connections that the data database must admit', shownNumber(plan.database_connections)],
    ...Object.entries(plan.settings).map(([name, value]) => [name, value] as const),
  ];
  return html`<h2 id="plan">A plan of capacity</h2>
    <p>${plan.because.join(' ')}</p>
    ${table<(typeof rows)[number]>(
      [
        { title: 'what', of: ([name]) => name },
        { title: 'how much', of: ([, value]) => value },
      ],
      rows,
    )}
    <p class="quiet">
      As files beside this page: <code>plan/kubernetes/kustomization.yaml</code>, a component for an
      overlay of <code>deploy/kubernetes</code>, and <code>plan/compose.yml</code>, read beside
      <code>docker-compose.yml</code>. For other traffic:
      <code>askonce validate plan report.json --conversations N</code>
    </p>`;
}
