// Owns how the server is this very moment: load, latency, sessions, connections, breaker, memory.
import type { ServerStatus } from '../contract.ts';
import { bytes, count, milliseconds, plural, seconds, share } from '../format.ts';
import { Sparkline, Tile, Usage } from '../parts/figures.tsx';
import type { Sample } from '../status-feed.ts';

interface LiveProps {
  readonly now: ServerStatus;
  readonly samples: readonly Sample[];
}

const BREAKER_TONE = { closed: 'good', 'half-open': 'warn', open: 'bad' } as const;
const BREAKER_ABOUT = {
  closed: 'The database is asked as usual.',
  'half-open': 'The database is being tried again.',
  open: 'The database is left alone; what is known is answered.',
} as const;

export function Live({ now, samples }: LiveProps) {
  const { sessions, latency, memory, requests, burst, breaker, changes } = now;
  const connections = now.data_connections;
  const waiting = sessions.waiting + connections.waiting + now.cache_connections.waiting;
  const errorShare = requests.total > 0 ? requests.errors / requests.total : 0;
  return (
    <section aria-labelledby="live">
      <h2 id="live">Now</h2>
      <dl class="tiles">
        <Tile name="Requests per second" value={count(burst.requests_per_second)}>
          <Sparkline values={samples.map((sample) => sample.requestsPerSecond)} />
          in the last minute’s busiest; {plural(requests.total, 'request')} since the start,{' '}
          {share(errorShare)} with an error
        </Tile>
        <Tile name="Latency (p95)" value={milliseconds(latency.p95_ms)}>
          <Sparkline values={samples.map((sample) => sample.p95Ms ?? 0)} />
          half within {milliseconds(latency.p50_ms)}, 99 % within {milliseconds(latency.p99_ms)}
        </Tile>
        <Tile name="Sessions in use" value={`${sessions.leased} of ${sessions.max}`}>
          <Usage of="Sessions in use" used={sessions.leased} max={sessions.max} />
          {plural(sessions.conversations, 'conversation')}, {plural(sessions.total, 'session')} made
        </Tile>
        <Tile
          name="Database connections"
          value={`${connections.total - connections.idle} of ${connections.max}`}
        >
          <Usage
            of="Database connections in use"
            used={connections.total - connections.idle}
            max={connections.max}
          />
          {plural(connections.total, 'open one', 'open ones')}, {count(connections.idle)} idle
        </Tile>
        <Tile name="Breaker" value={breaker} tone={BREAKER_TONE[breaker]}>
          {BREAKER_ABOUT[breaker]}
        </Tile>
        <Tile name="Memory" value={share(now.memory_use)}>
          <Usage of="Memory in use" used={now.memory_use} max={1} />
          <Sparkline values={samples.map((sample) => sample.memoryUse)} />
          {bytes(memory.rss_bytes)} in all, {bytes(memory.heap_bytes)} heap
        </Tile>
        <Tile name="Waiting" value={count(waiting)} tone={waiting > 0 ? 'warn' : undefined}>
          {count(sessions.waiting)} for a session, {count(connections.waiting)} for a connection,{' '}
          {count(now.cache_connections.waiting)} for the store
        </Tile>
        <Tile name="Changes of the data" value={changes.source}>
          {seenAfter(changes.bound_seconds)}
          {changes.tables_not_covered > 0 &&
            `, ${plural(changes.tables_not_covered, 'table')} not covered`}
        </Tile>
      </dl>
      <p class="muted">
        askonce {now.version}, {plural(now.replicas, 'replica')}, up for{' '}
        {seconds(now.uptime_seconds)}.
      </p>
    </section>
  );
}

function seenAfter(bound: number | null): string {
  if (bound === null) return 'Only their time ends rows.';
  return bound === 0 ? 'seen at once' : `seen within ${seconds(bound)}`;
}
