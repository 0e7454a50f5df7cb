// Owns phase 3: the same server under the conditions of production. What cannot be made here is told, with why.
import { isAppError } from '../../errors.ts';
import type { Endpoint } from '../endpoint.ts';
import type { Latency } from '../figures.ts';
import type { Tallied } from '../load/tally.ts';
import type { OwnServer } from '../own-server.ts';
import { embeddedEngine } from './engines.ts';
import { takeFault } from './faults.ts';
import type { Fault, FaultFigures, FaultTimes } from './faults.ts';
import { openLimits } from './limits.ts';
import type { Limits, LimitReadings } from './limits.ts';
import { addressOf, throughLink, whyNoLink } from './link-url.ts';
import { openLink } from './link.ts';
import type { Link } from './link.ts';
import { LOST_REPLICA, loseReplica } from './lost-replica.ts';
import { NETWORK_PROFILES, SLOW_DISK } from './profiles.ts';
import type { NetworkProfileName } from './profiles.ts';
import { takeSmallLoad } from './small-load.ts';
import { withEndpoint, withTried } from './tried.ts';
import type { StartOwn, TriedParts } from './tried.ts';

export interface NetworkFigures {
  readonly name: string;
  readonly source: string;
  readonly between: 'client and server' | 'server and database';
  readonly answered_per_second: number;
  readonly hits_ms: Latency;
  readonly runs_ms: Latency;
  readonly failed: number;
}

export interface LimitFigures {
  readonly cpus: number;
  readonly memory_bytes: number;
  readonly answered_per_second: number;
  readonly latency_ms: Latency;
  readonly shed: number;
  readonly failed: number;
  readonly readings: LimitReadings;
}

export interface ConditionsFigures {
  readonly networks: readonly NetworkFigures[];
  readonly limits: readonly LimitFigures[];
  readonly faults: readonly FaultFigures[];
  /** What was not tried, and why. */
  readonly left_out: ReadonlyArray<{ readonly what: string; readonly why: string }>;
}

export interface ConditionsParts extends TriedParts {
  readonly endpoint: Endpoint;
  /** Null where the server is somebody's: its databases and its machine are not ours to touch. */
  readonly own: {
    readonly server: OwnServer;
    readonly start: StartOwn;
    /** Null for the embedded demo shop. */
    readonly databaseUrl: string | null;
    /** A cache database for several, that goes with them. */
    readonly withCache: <T>(fn: (url: string) => Promise<T>) => Promise<T>;
  } | null;
}

export interface ConditionsExtent {
  readonly networks: readonly NetworkProfileName[];
  readonly networkSeconds: number;
  readonly limitSeconds: number;
  readonly fault: FaultTimes;
}

const LIMIT = { cpus: 1, memoryBytes: 2 ** 30 };

export async function takeConditions(
  parts: ConditionsParts,
  extent: ConditionsExtent,
): Promise<ConditionsFigures> {
  const leftOut: { what: string; why: string }[] = [];
  // Elsewhere its certificate and its Host are for its own name, and no link of ours has that.
  const isHere = parts.endpoint.url.hostname === '127.0.0.1';
  const networks = isHere ? await clientNetworks(parts, extent) : [];
  if (!isHere) {
    const why = 'The server is not on this machine: the network to it is the real one.';
    leftOut.push({ what: 'networks between client and server', why });
  }
  const faults: FaultFigures[] = [];
  const limits: LimitFigures[] = [];
  if (parts.own === null) {
    const why =
      'The server is not one that was started for the run: its databases and its machine were left alone.';
    leftOut.push({
      what: 'failures, limits of processor and memory, the network to the database',
      why,
    });
  } else {
    const { own } = parts;
    limits.push(...(await limited(parts, own, { extent, leftOut })));
    if (own.databaseUrl === null)
      faults.push(...(await engineFaults(parts, own.server, { extent, leftOut })));
    else await overDatabaseLink(parts, own, { extent, networks, faults, leftOut });
    if (!parts.signal.aborted) {
      tellFault(parts, LOST_REPLICA, extent);
      const { start, withCache } = own;
      const lose = (cacheUrl: string) => loseReplica(parts, { start, cacheUrl }, extent.fault);
      faults.push(await withCache(lose));
    }
  }
  return { networks, limits, faults, left_out: leftOut };
}

async function clientNetworks(
  parts: ConditionsParts,
  { networkSeconds, networks }: ConditionsExtent,
): Promise<NetworkFigures[]> {
  const { href } = parts.endpoint.url;
  const link = await openLink({ to: addressOf(href) });
  const taken: NetworkFigures[] = [];
  try {
    await withEndpoint(new URL(throughLink(href, link)), parts, async (endpoint) => {
      for (const [at, name] of networks.entries()) {
        if (parts.signal.aborted) break;
        const extent = { at, of: networks.length, seconds: networkSeconds };
        parts.tell.step(`conditions: ${name} between client and server`, extent);
        link.set(NETWORK_PROFILES[name].conditions);
        const figures = await takeSmallLoad({ ...parts, endpoint }, networkSeconds * 1000);
        taken.push(networkFigures(name, 'client and server', figures));
      }
    });
    return taken;
  } finally {
    await link.close();
  }
}

function networkFigures(
  name: NetworkProfileName | 'slow disk',
  between: NetworkFigures['between'],
  figures: Tallied,
): NetworkFigures {
  return {
    name,
    source:
      name === 'slow disk'
        ? 'Each answer of the database 4 to 20 ms later.'
        : NETWORK_PROFILES[name].source,
    between,
    answered_per_second: figures.answered_per_second,
    hits_ms: figures.latency_ms.hits,
    runs_ms: figures.latency_ms.runs,
    failed: figures.failed,
  };
}

interface Finding {
  readonly extent: ConditionsExtent;
  readonly leftOut: { what: string; why: string }[];
}

type Own = NonNullable<ConditionsParts['own']>;

/** In what a small pod has: one processor and 1 GiB. */
async function limited(
  parts: ConditionsParts,
  own: Own,
  { extent, leftOut }: Finding,
): Promise<LimitFigures[]> {
  parts.tell.step('conditions: one processor and 1 GiB', {
    at: 0,
    of: 1,
    seconds: extent.limitSeconds,
  });
  let limits: Limits;
  try {
    limits = await openLimits(LIMIT);
  } catch (error) {
    if (!isAppError(error)) throw error;
    leftOut.push({ what: 'limits of processor and memory', why: error.message });
    return [];
  }
  try {
    const server = await own.start({ within: (command, args) => limits.within(command, args) });
    const figures = await withTried(server, parts, (load) =>
      takeSmallLoad(load, extent.limitSeconds * 1000),
    );
    return [
      {
        cpus: LIMIT.cpus,
        memory_bytes: LIMIT.memoryBytes,
        answered_per_second: figures.answered_per_second,
        latency_ms: figures.latency_ms.all,
        shed: figures.shed,
        failed: figures.failed,
        readings: limits.readings(),
      },
    ];
  } finally {
    await limits.close();
  }
}

/** The embedded databases are processes: what ends one is started again by the server. */
async function engineFaults(
  parts: ConditionsParts,
  server: OwnServer,
  { extent, leftOut }: Finding,
): Promise<FaultFigures[]> {
  const taken: FaultFigures[] = [];
  for (const name of ['shop', 'cache'] as const) {
    if (parts.signal.aborted) break;
    const what = `the ${name === 'shop' ? 'data' : 'cache'} database ends and is started again`;
    if (embeddedEngine(server.pid, name) === null) {
      leftOut.push({ what, why: 'Its process was not found; that is known on Linux alone.' });
      continue;
    }
    const fault: Fault = {
      name: what,
      dependency: `${name === 'shop' ? 'data' : 'cache'} database`,
      begin: () => void process.kill(embeddedEngine(server.pid, name)!, 'SIGKILL'),
      end: () => undefined,
    };
    tellFault(parts, what, extent);
    taken.push(await takeFault(parts, fault, extent.fault));
  }
  return taken;
}

function tellFault({ tell }: ConditionsParts, what: string, { fault }: ConditionsExtent): void {
  const seconds = (fault.beforeMs + fault.awayMs + fault.afterMs) / 1000;
  tell.step(`conditions: ${what}`, { at: 0, of: 1, seconds });
}

/** A server whose way to its database is a link: networks between them, and the database taken away. */
async function overDatabaseLink(
  parts: ConditionsParts,
  own: Own,
  found: {
    readonly extent: ConditionsExtent;
    readonly networks: NetworkFigures[];
    readonly faults: FaultFigures[];
    readonly leftOut: Finding['leftOut'];
  },
): Promise<void> {
  const { extent, networks, faults } = found;
  const url = own.databaseUrl!;
  const why = whyNoLink(url);
  if (why !== null) {
    found.leftOut.push({ what: 'the network to the data database, and its failures', why });
    return;
  }
  const link = await openLink({ to: addressOf(url) });
  try {
    const settings = { DATABASE_URL: throughLink(url, link) };
    await withTried(await own.start({ settings }), parts, async (load) => {
      for (const [name, conditions] of [
        ['cross-zone', NETWORK_PROFILES['cross-zone'].conditions],
        ['slow disk', SLOW_DISK],
      ] as const) {
        if (parts.signal.aborted) return;
        parts.tell.step(`conditions: ${name} between server and database`);
        link.set(conditions);
        const figures = await takeSmallLoad(load, extent.networkSeconds * 1000);
        networks.push(networkFigures(name, 'server and database', figures));
      }
      link.set({});
      for (const fault of databaseFaults(link)) {
        if (parts.signal.aborted) return;
        tellFault(parts, fault.name, extent);
        faults.push(await takeFault(load, fault, extent.fault));
      }
    });
  } finally {
    await link.close();
  }
}

function databaseFaults(link: Link): Fault[] {
  return [
    {
      name: 'the data database is restarted',
      dependency: 'data database',
      begin() {
        link.refuse();
        link.cut();
      },
      end: () => link.restore(),
    },
    {
      name: 'the network to the data database falls silent',
      dependency: 'data database',
      begin() {
        link.set({ lossRatio: 1 });
      },
      async end() {
        link.set({});
        link.cut();
        await link.restore();
      },
    },
  ];
}
