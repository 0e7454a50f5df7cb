// Owns `askonce cache status`: how the server is, and what somebody should look at.
import type { Alert } from '../../alerts.ts';
import { bytes, count, duration, percent, some } from '../figures.ts';
import type { Look } from '../look.ts';
import { sections } from '../look.ts';
import { show } from '../show.ts';
import type { Subcommand } from '../subcommand.ts';
import { bar, facts } from '../table.ts';

interface Uses {
  readonly total: number;
  readonly idle?: number;
  readonly waiting: number;
  readonly max: number;
}

/** What of server_status people are shown. */
export interface StatusDocument {
  readonly status: string;
  readonly version: string;
  readonly uptime_seconds: number;
  readonly checks: Readonly<Record<string, unknown>>;
  readonly alerts: readonly Alert[];
  readonly changes: { readonly source: string; readonly bound_seconds: number | null };
  readonly replicas: number;
  readonly sessions: Uses & { readonly leased: number; readonly conversations: number };
  readonly breaker: string;
  readonly data_connections: Uses;
  readonly cache_connections: Uses;
  readonly requests: { readonly total: number; readonly errors: number };
  readonly latency: Readonly<Record<'p50_ms' | 'p95_ms' | 'p99_ms', number | null>>;
  readonly burst: { readonly requests_per_second: number; readonly error_ratio: number };
  readonly memory_use: number;
  readonly memory: Readonly<Record<'heap_bytes' | 'rss_bytes' | 'cache_bytes', number>>;
}

const BAR_WIDTH = 20;

export const status: Subcommand = {
  definition: {
    name: 'status',
    summary: 'how the server is: checks, alerts, connections, latency, memory',
    examples: [['status', 'with what to do about each alert']],
  },
  async run(invocation) {
    await show(invocation, await invocation.call('server_status', {}), renderStatus);
    return 0;
  },
};

export function renderStatus(document: StatusDocument, look: Look): string {
  const { green, red } = look.colors;
  const { alerts, changes, sessions, requests, latency, burst, memory } = document;
  const isReady = document.status === 'ready';
  const bound = changes.bound_seconds;
  const late = bound === null ? 'until their time ends' : `${duration(1000 * bound)} late at most`;
  const lasts = [latency.p50_ms, latency.p95_ms, latency.p99_ms].map((ms) =>
    ms === null ? '–' : duration(ms),
  );
  const used = Math.min(1, document.memory_use);
  return sections(
    facts(
      [
        ['status', (isReady ? green : red)(document.status)],
        ['version', `${document.version}, up for ${duration(1000 * document.uptime_seconds)}`],
        ['replicas', count(document.replicas)],
        ['checks', checksOf(document)],
        ['changes', `by ${changes.source}, ${late}`],
        [
          'requests',
          `${count(requests.total)}, ${some(requests.errors, 'error')}; in the densest second ${count(burst.requests_per_second)}, ${percent(burst.error_ratio)} of them errors`,
        ],
        ['latency', `half within ${lasts[0]}, 95 % ${lasts[1]}, 99 % ${lasts[2]}`],
        [
          'sessions',
          `${sessions.leased} leased of ${sessions.max} at most, ${sessions.waiting} waiting, ${some(sessions.conversations, 'conversation')}`,
        ],
        ['connections', `data ${usesOf(document.data_connections)}; breaker ${document.breaker}`],
        ['', `cache ${usesOf(document.cache_connections)}`],
        [
          'memory',
          `${percent(document.memory_use)} ${bar(used, BAR_WIDTH).trimEnd()} (heap ${bytes(memory.heap_bytes)}, process ${bytes(memory.rss_bytes)}, known rows ${bytes(memory.cache_bytes)})`,
        ],
      ],
      look,
    ),
    ...alerts.map((alert) => alertOf(alert, look)),
    alerts.length === 0 && 'Nothing to look at.',
  );
}

function alertOf({ severity, name, summary, what_to_do: what }: Alert, look: Look): string {
  const { red, yellow } = look.colors;
  const color = severity === 'critical' ? red : yellow;
  return facts(
    [
      [color(severity), name],
      ['', summary],
      ['', what],
    ],
    look,
  );
}

const checksOf = ({ checks }: StatusDocument): string =>
  Object.entries(checks)
    .map(
      ([name, check]) =>
        `${name}: ${typeof check === 'object' ? JSON.stringify(check) : String(check)}`,
    )
    .join(', ');

const usesOf = ({ total, max, waiting }: Uses): string =>
  `${total} of ${max} at most, ${waiting} waiting`;
