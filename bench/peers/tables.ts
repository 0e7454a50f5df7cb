// Owns the tables of the peers: of what is stored of a run, the short one of README and the long ones of docs/peers.md.
// Pure.
import type { Cell, FieldCell, PeersFigures, Summary } from './figures.ts';
import { duration, figure, table } from './markdown.ts';
import { WORKLOADS } from './questions.ts';

/** From here on it is the load that was measured. */
const BUSY = 0.9;

const ABOUT: Readonly<Record<string, string>> = {
  aggregate: 'One aggregate of 30 ms that everybody asks for',
  shop: 'Questions of the demo shop by Zipf’s law, a third in other words',
  new: 'Questions that nobody has asked before',
  trivial: '`SELECT 1 AS one`, run each time by all of them',
};

/** What is quoted for so many users. */
const QUOTES: Readonly<Record<number, string>> = {
  20: 'stdio: 1 to 2 requests/s, 10 to 20 users',
  30: 'collapse beyond 25 users',
  60: 'unique sessions: 25 to 35 requests/s, 40 to 60 users',
  150: '150 users at 340 ms',
  1000: 'shared sessions: 1,000 users and more',
};

/** By the name of the place in the documents that each stands in. */
export const PLACES: Readonly<Record<string, (figures: PeersFigures) => string>> = {
  summary: summaryTable,
  run: runText,
  servers: serversTable,
  agents: agentsTables,
  large: largeTable,
  burst: burstTable,
  field: fieldTable,
};

export function peersText(figures: PeersFigures): string {
  const { summary: _short, ...long } = PLACES;
  return Object.values(long)
    .map((of) => of(figures))
    .filter((text) => text !== '')
    .join('\n\n');
}

export function runText({
  at,
  aggregate_ms,
  load_average,
  machine,
  node,
  pool,
  postgres,
  rounds,
  seconds_each,
}: PeersFigures): string {
  const { cores, memory_gib, processor } = machine;
  return [
    `${at.slice(0, 10)}: ${cores} cores (${processor}), ${memory_gib} GiB, Node ${node.slice(1)}, PostgreSQL ${postgres};`,
    `${rounds} rounds of ${seconds_each} s with each server in turn, a pool of ${pool} connections for each. The aggregate`,
    `took ${figure(aggregate_ms)} ms by itself. Load average before the run: ${figure(load_average.minute)} (15 minutes:`,
    `${figure(load_average.quarter_hour)}).`,
  ].join('\n');
}

function serversTable({ servers }: PeersFigures): string {
  return table([
    ['server', 'how it was set'],
    ...Object.values(servers).map(({ settings, title }) => [title, settings]),
  ]);
}

function agentsTables(figures: PeersFigures): string {
  return WORKLOADS.flatMap((workload) => {
    const cells = figures.agents.filter((cell) => cell.workload === workload);
    if (cells.length === 0) return [];
    const rows = cells.map((cell) => [
      figure(cell.agents),
      titleOf(figures, cell),
      rateOf(cell),
      duration(cell.p50_ms),
      duration(cell.p99_ms),
      lossesOf(cell),
      cpuOf(cell.server_cpu_ms_per_answer),
      cpuOf(cell.database_cpu_ms_per_answer),
      `${figure(cell.peak_mib)} MiB`,
      percent(cell.load_busy),
      percent(cell.others_share),
    ]);
    return [`### ${ABOUT[workload]}`, table([AGENTS_HEAD, ...rows])];
  }).join('\n\n');
}

const AGENTS_HEAD = [
  'agents',
  'server',
  'answers/s',
  'p50',
  'p99',
  'failed, shed',
  'CPU of server',
  'CPU of database',
  'most memory',
  'load¹',
  'others¹',
];

function largeTable(figures: PeersFigures): string {
  if (figures.large.length === 0) return '';
  return table([
    ['server', 'time', 'first byte', 'over the wire', 'most memory', 'CPU of server', 'failed'],
    ...figures.large.map((cell) => [
      titleOf(figures, cell),
      duration(cell.p50_ms),
      duration(cell.first_byte_ms),
      `${figure(cell.mb)} MB`,
      `${figure(cell.peak_mib)} MiB`,
      cpuOf(cell.server_cpu_ms_per_answer),
      figure(cell.failed),
    ]),
  ]);
}

function burstTable(figures: PeersFigures): string {
  if (figures.burst.length === 0) return '';
  return table([
    ['server', 'all answered after', 'p50', 'p99', 'failed, shed', 'CPU of server', 'most memory'],
    ...figures.burst.map((cell) => [
      titleOf(figures, cell),
      duration(cell.seconds * 1000),
      duration(cell.p50_ms),
      duration(cell.p99_ms),
      lossesOf(cell),
      cpuOf(cell.server_cpu_ms_per_answer),
      `${figure(cell.peak_mib)} MiB`,
    ]),
  ]);
}

function fieldTable(figures: PeersFigures): string {
  const { field } = figures;
  if (field.length === 0) return '';
  const servers = [...new Set(field.map(({ server }) => server))];
  const users = [...new Set(field.map((cell) => cell.users))].toSorted((a, b) => a - b);
  const cellOf = (server: string, count: number): string => {
    const found = field.find((cell) => cell.server === server && cell.users === count);
    return found ? fieldCell(found) : '–';
  };
  const others = field.map(({ others_share }) => others_share).toSorted((a, b) => a - b);
  const meanwhile = `Other programs took ${percent(others[0]!)} to ${percent(others.at(-1)!)} of the machine meanwhile.`;
  const rows = table([
    ['users', 'the field says', ...servers.map((server) => titleOf(figures, { server }))],
    ...users.map((count) => [
      figure(count),
      QUOTES[count] ?? '',
      ...servers.map((server) => cellOf(server, count)),
    ]),
  ]);
  return `${rows}\n\n${meanwhile}`;
}

function fieldCell(cell: FieldCell): string {
  const lost = cell.failed === 0 ? [] : [`${percent(cell.failed / cell.questions)} failed`];
  const memory = cell.processes === null ? [] : [`${figure(cell.peak_mib)} MiB`];
  return [`${rateOf(cell)}/s`, duration(cell.p50_ms), ...memory, ...lost].join(', ');
}

function summaryTable(figures: PeersFigures): string {
  const servers = [...new Set(figures.agents.map(({ server }) => server))];
  const row = (
    what: string,
    cells: readonly Cell[],
    shown: (cell: Cell) => string,
  ): readonly string[] => [
    what,
    ...servers.map((server) => {
      const found = cells.find((cell) => cell.server === server);
      return found ? shown(found) : '–';
    }),
  ];
  const of = (workload: string, agents: number): Cell[] =>
    figures.agents.filter((cell) => cell.workload === workload && cell.agents === agents);
  const rateAndTime = (cell: Cell): string => `${rateOf(cell)}/s, ${duration(cell.p50_ms)}`;
  return table([
    ['what', ...servers.map((server) => titleOf(figures, { server }))],
    row('one 30 ms aggregate, 200 agents', of('aggregate', 200), rateAndTime),
    row('known questions, a third reworded, 200 agents', of('shop', 200), rateAndTime),
    row('the same, 1 agent', of('shop', 1), rateAndTime),
    row('nothing asked before, 20 agents', of('new', 20), rateAndTime),
    row('a trivial statement run each time, 20 agents', of('trivial', 20), rateAndTime),
    row('1,000 calls at once: the last answer', figures.burst, (cell) =>
      [duration(cell.seconds * 1000), ...(cell.failed > 0 ? [`${cell.failed} failed`] : [])].join(
        ', ',
      ),
    ),
    row('a result of 35 MB: time, most memory', figures.large, (cell) =>
      cell.failed > 0 ? 'failed' : `${duration(cell.p50_ms)}, ${figure(cell.peak_mib)} MiB`,
    ),
  ]);
}

const titleOf = ({ servers }: PeersFigures, { server }: { readonly server: string }): string =>
  servers[server]?.title ?? server;

const rateOf = ({ answered_per_second, load_busy }: Summary): string =>
  `${load_busy >= BUSY ? '≥ ' : ''}${figure(answered_per_second)}`;

const lossesOf = ({ failed, shed }: Summary): string => `${figure(failed)}, ${figure(shed)}`;

const cpuOf = (ms: number | null): string => (ms === null ? '–' : duration(ms));

const percent = (share: number): string => `${figure(Math.round(share * 100))} %`;
