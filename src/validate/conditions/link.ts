// Owns a network between two programs on this machine, as bad as one asks for: a TCP relay on loopback that carries
// bytes late, slowly and with what losses cost, or breaks off. What it carries it does not look at: TLS passes.
//
// A library was looked for. Toxiproxy and speedbump are programs of their own, in Go, and toxiproxy-node-client is
// only a client of the former; throttle of sitespeed.io sets the kernel's own shaping (tc, pfctl), as root and for
// all of the machine; toxy, throttle-proxy and bandwidth-limiter-http-proxy stand between HTTP alone;
// node-tcp-proxy carries without conditions, stream-throttle (2013) has bandwidth alone. None knows of losses.
//
// A connection is accepted by this machine at once, so that a handshake's round trip is charged to its first bytes.
import { createServer, connect } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

import { bothWays } from './conditions.ts';
import type { Conditions } from './conditions.ts';
import { breakOff, Lane } from './lane.ts';
import { Line } from './line.ts';
import { handshakeDelayMs } from './loss.ts';

export type Address = { readonly host: string; readonly port: number } | { readonly path: string };

export interface LinkOptions {
  readonly to: Address;
  readonly conditions?: Conditions;
  /** Default: loopback, a port that is free. */
  readonly listen?: { readonly host: string; readonly port: number };
  /** As Math.random: the same numbers give the same jitter and losses. */
  readonly random?: () => number;
}

export interface LinkCounters {
  /** Since the link is open. */
  readonly connections: number;
  /** Now. */
  readonly open: number;
  /** From the client, handed on. */
  readonly bytesUp: number;
  readonly bytesDown: number;
  /** Read from one end, not yet taken by the other: at most 1 MB and a chunk for each connection and direction. */
  readonly heldBytes: number;
  /** Segments that were sent again. */
  readonly lostSegments: number;
}

export interface Link {
  readonly host: string;
  readonly port: number;
  /** For what is sent from now on. */
  set(conditions: Conditions): void;
  /** Breaks every connection now (RST), as a program that crashes; new ones are let in. */
  cut(): void;
  /** Carries nothing any more on the connections that stand, as a firewall that forgot them; new ones are carried. */
  silence(): void;
  /** Lets no new connection in, as a machine on which nothing listens. */
  refuse(): void;
  /** @param to Elsewhere, from now on: a standby that took over. */
  restore(to?: Address): Promise<void>;
  counters(): LinkCounters;
  close(): Promise<void>;
}

interface Connection {
  readonly ends: readonly [Socket, Socket];
  readonly lanes: readonly [Lane, Lane];
}

/** A burst of connections is let in at once; the kernel has its own bound. */
const BACKLOG = 4096;
const now = (): number => performance.now();

export async function openLink(options: LinkOptions): Promise<Link> {
  const { listen = { host: '127.0.0.1', port: 0 }, random = Math.random } = options;
  const lines = { up: new Line(now), down: new Line(now) };
  const open = new Set<Connection>();
  let { to } = options;
  let connections = 0;
  let lostBefore = 0;
  let server: Server | undefined;
  let port = listen.port;

  const set = (conditions: Conditions): void => {
    const { roundTripMs, ...each } = bothWays(conditions);
    for (const way of ['up', 'down'] as const) lines[way].set(each[way], roundTripMs);
  };
  const cut = (): void => open.forEach(({ ends }) => ends.forEach(breakOff));
  const refuse = (): void => {
    server?.close();
    server = undefined;
  };
  const restore = async (elsewhere?: Address): Promise<void> => {
    to = elsewhere ?? to;
    if (server) return;
    server = await listenAt({ ...listen, port }, join);
    ({ port } = server.address() as AddressInfo);
  };

  function join(client: Socket): void {
    connections += 1;
    const upstream = connect({ ...to, allowHalfOpen: true });
    for (const end of [client, upstream]) {
      end.setNoDelay(true);
      end.once('close', () => {
        if (!client.destroyed || !upstream.destroyed) return;
        if (open.delete(connection)) lostBefore += lostOf(connection);
      });
    }
    const { up, down } = lines;
    const lateMs = handshakeDelayMs(up.conditions.lossRatio, down.conditions.lossRatio, random);
    const ends = { random, now, openAt: now() + up.roundTripMs + lateMs };
    const connection: Connection = {
      ends: [client, upstream],
      lanes: [
        new Lane({ ...ends, from: client, to: upstream, line: up }),
        new Lane({ ...ends, from: upstream, to: client, line: down }),
      ],
    };
    open.add(connection);
  }

  set(options.conditions ?? {});
  await restore();
  return {
    host: listen.host,
    port,
    set,
    cut,
    silence: () => open.forEach(({ lanes }) => lanes.forEach((lane) => lane.silence())),
    refuse,
    restore,
    counters: () => ({
      connections,
      open: open.size,
      bytesUp: lines.up.carried,
      bytesDown: lines.down.carried,
      heldBytes: sum(open, ({ lanes: [one, other] }) => one.heldBytes + other.heldBytes),
      lostSegments: lostBefore + sum(open, lostOf),
    }),
    async close() {
      const closing = server;
      const isClosed = closing && new Promise((resolve) => closing.once('close', resolve));
      refuse();
      cut();
      await isClosed;
    },
  };
}

function listenAt(
  at: { readonly host: string; readonly port: number },
  join: (client: Socket) => void,
): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer({ allowHalfOpen: true }, join);
    server.once('error', reject);
    server.listen({ ...at, backlog: BACKLOG }, () => {
      server.off('error', reject);
      resolve(server);
    });
  });
}

const lostOf = ({ lanes: [one, other] }: Connection): number => one.lost + other.lost;

function sum<T>(items: Iterable<T>, of: (item: T) => number): number {
  let total = 0;
  for (const item of items) total += of(item);
  return total;
}
