// Owns what a network does to what is sent over it, as figures: the words in which links and profiles are told.

/** Of one direction. What is not given costs nothing. */
export interface OneWay {
  /** From one end to the other: half a round trip. */
  readonly latencyMs?: number;
  /** Added to the latency, evenly spread from 0 to this; what was sent first still arrives first. */
  readonly jitterMs?: number;
  /** Of the line, which all connections share in turn. */
  readonly bandwidthBytesPerSecond?: number;
  /** Of segments that are lost, 0 to 1. TCP sends them again; of 1 nothing is carried, and connections stay open. */
  readonly lossRatio?: number;
}

/** Of both directions alike, but for what `up` (from the client) or `down` (to it) says. */
export interface Conditions extends OneWay {
  readonly up?: OneWay;
  readonly down?: OneWay;
}

/** In both directions everything, and nothing is left to be guessed. */
export interface BothWays {
  readonly up: Required<OneWay>;
  readonly down: Required<OneWay>;
  readonly roundTripMs: number;
}

/** A network that costs nothing. */
export const NOTHING: Required<OneWay> = {
  latencyMs: 0,
  jitterMs: 0,
  bandwidthBytesPerSecond: Infinity,
  lossRatio: 0,
};

export function bothWays({ up, down, ...either }: Conditions): BothWays {
  const ways = { up: { ...NOTHING, ...either, ...up }, down: { ...NOTHING, ...either, ...down } };
  return { ...ways, roundTripMs: ways.up.latencyMs + ways.down.latencyMs };
}
