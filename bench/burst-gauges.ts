// Owns watching a server while it is under load: its own metrics, its memory, and how many connections its
// database counts. Reads seldom: each reading is work for the server.
import { Client } from 'pg';

import { residentKib } from './resident.ts';

export interface Gauges {
  /** Most connections of the data pool, as the server tells. */
  readonly pool_connections: number | null;
  /** Most callers that waited for one. */
  readonly pool_waiting: number | null;
  /** Most connections to the data database, as PostgreSQL counts them; null where it is embedded. */
  readonly database_connections: number | null;
  readonly event_loop_lag_p99_ms: number | null;
  readonly rss_mib: number;
}

export interface Watched {
  readonly pid: number;
  /** Null where there are no metrics. */
  readonly metricsUrl: string | null;
  readonly databaseUrl: string | null;
}

const EVERY_MS = 1000;
const KIB_PER_MIB = 1024;

/** @returns what stops watching and tells the highest of all readings. */
export async function watch({
  pid,
  metricsUrl,
  databaseUrl,
}: Watched): Promise<() => Promise<Gauges>> {
  const most = new Map<string, number>();
  const note = (name: string, value: number | null): void => {
    if (value !== null) most.set(name, Math.max(most.get(name) ?? 0, value));
  };
  const client = databaseUrl === null ? null : new Client({ connectionString: databaseUrl });
  await client?.connect();

  async function read(): Promise<void> {
    note('rss', residentKib(pid));
    if (client) note('database', await connectionsOf(client));
    if (metricsUrl === null) return;
    const text = await (await fetch(metricsUrl)).text();
    const busy = gauge(text, 'askonce_db_pool_connections{state="busy"}');
    const idle = gauge(text, 'askonce_db_pool_connections{state="idle"}');
    note('pool', busy === null || idle === null ? null : busy + idle);
    note('waiting', gauge(text, 'askonce_db_pool_connections{state="waiting"}'));
    note('lag', gauge(text, 'nodejs_eventloop_lag_p99_seconds'));
  }

  let reading: Promise<void> = Promise.resolve();
  let isReading = false;
  const tick = (): void => {
    if (isReading) return;
    isReading = true;
    reading = read()
      .catch(() => undefined)
      .finally(() => (isReading = false));
  };
  tick();
  const timer = setInterval(tick, EVERY_MS);
  return async () => {
    clearInterval(timer);
    await reading;
    await read().catch(() => undefined);
    await client?.end();
    const lag = most.get('lag');
    return {
      pool_connections: most.get('pool') ?? null,
      pool_waiting: most.get('waiting') ?? null,
      database_connections: most.get('database') ?? null,
      event_loop_lag_p99_ms: lag === undefined ? null : Math.round(lag * 1000),
      rss_mib: Math.round((most.get('rss') ?? 0) / KIB_PER_MIB),
    };
  };
}

/** Null where the text has no such sample. */
export function gauge(text: string, sample: string): number | null {
  const line = text.split('\n').find((one) => one.startsWith(`${sample} `));
  return line === undefined ? null : Number(line.slice(sample.length + 1));
}

/** Without the one that counts. */
async function connectionsOf(client: Client): Promise<number> {
  const { rows } = await client.query<{ count: number }>(
    `SELECT count(*)::integer AS count FROM pg_stat_activity
     WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()`,
  );
  return rows[0]?.count ?? 0;
}
