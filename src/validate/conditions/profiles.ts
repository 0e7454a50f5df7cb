// Owns networks by name: figures that others have measured or agreed on, and where they stand. A round trip is
// halved, since a link is told one way. 1 Mbit/s is 125,000 bytes a second.
import type { Conditions } from './conditions.ts';

export interface NetworkProfile {
  readonly conditions: Conditions;
  /** What it is like, and who says so. */
  readonly source: string;
}

const mbit = (megabits: number): number => megabits * 125_000;

export const NETWORK_PROFILES = {
  none: { conditions: {}, source: 'Loopback, and what the link itself costs (some 0.1 ms).' },
  'same-zone': {
    conditions: { latencyMs: 0.125 },
    source:
      'Two machines in one zone: 0.25 ms round trip, the least between zones of AWS ' +
      '(xkyle.com, Measuring AWS Region and AZ Latency); FlashGrid (2023) reckons with 0.5 ms.',
  },
  'cross-zone': {
    conditions: { latencyMs: 0.75, jitterMs: 0.25 },
    source:
      'Two zones of one region: 1.5 ms round trip (FlashGrid 2023, Latencies between AWS availability zones); ' +
      'up to 3.4 ms in São Paulo (xkyle.com); AWS promises "single-digit milliseconds".',
  },
  'cross-region': {
    conditions: { latencyMs: 35, jitterMs: 1 },
    source:
      'Two coasts of one continent: 60 to 80 ms round trip (cloudping.co, us-east-1 to us-west-2). ' +
      'The jitter is our assumption.',
  },
  home: {
    conditions: {
      latencyMs: 14,
      jitterMs: 2,
      bandwidthBytesPerSecond: mbit(5),
      up: { bandwidthBytesPerSecond: mbit(1) },
    },
    source:
      'Cable, 5 and 1 Mbit/s, 28 ms round trip (WebPageTest, connectivity.ini.sample, Cable). ' +
      'The jitter is our assumption.',
  },
  vpn: {
    conditions: { latencyMs: 25, jitterMs: 5, bandwidthBytesPerSecond: mbit(20), lossRatio: 0.001 },
    source:
      'An office over the internet and a tunnel: our assumption of 50 ms, 20 Mbit/s and one packet in a thousand lost; ' +
      'give your own figures where you know them.',
  },
  'mobile-4g': {
    conditions: { latencyMs: 85, jitterMs: 20, bandwidthBytesPerSecond: mbit(9) },
    source:
      '9 Mbit/s, 170 ms round trip (WebPageTest, connectivity.ini.sample, 4G). The jitter is our assumption.',
  },
  'slow-4g': {
    conditions: {
      latencyMs: 75,
      bandwidthBytesPerSecond: mbit(1.6),
      up: { bandwidthBytesPerSecond: mbit(0.75) },
    },
    source:
      '1.6 and 0.75 Mbit/s, 150 ms: the slowest quarter of 4G (Lighthouse, docs/throttling.md, "Slow 4G").',
  },
  lossy: {
    conditions: { latencyMs: 20, jitterMs: 5, lossRatio: 0.01 },
    source:
      '1 % of all packets lost at 40 ms: our assumption of a bad day; what a loss costs stands in loss.ts.',
  },
} as const satisfies Record<string, NetworkProfile>;

export type NetworkProfileName = keyof typeof NETWORK_PROFILES;

/**
 * For the link to a database: each answer waits for a disk. 4 to 20 ms are what a disk that turns takes to find a
 * block (7,200 turns a minute: 4.2 ms for half of one, and the arm's way), and a volume of a cloud that is throttled.
 */
export const SLOW_DISK: Conditions = { down: { latencyMs: 4, jitterMs: 16 } };
