// Owns what is known of the agents that ask: how long they talk, think and try again, and what they ask. As data, so
// that it comes from a file as well as from here.
import { z } from 'zod';

const share = z.number().min(0).max(1);
const span = (most: number) =>
  z
    .strictObject({ min: z.number().min(0).max(most), max: z.number().min(0).max(most) })
    .refine(({ min, max }) => min <= max, { message: 'min is above max' });

const DAY_MS = 86_400_000;

export const AGENT_MODEL = z.strictObject({
  name: z.string().min(1).max(60),
  about: z.string().max(400).default(''),
  /** Of a conversation; then the next one begins. */
  turns: span(1_000_000),
  /** Between the answers of a turn and the calls of the next: the time that a model thinks, or a person. */
  think_ms: span(DAY_MS),
  /** At once. */
  calls_per_turn: span(200),
  /** What is done when a call is shed: tried again at once whatever the server says, when it says, or not at all. */
  retry: z.enum(['at once', 'as told', 'never']),
  max_tries: z.int().min(1).max(100).default(20),
  /** Of all calls; what is left is asked in the very words of before. */
  shares: z
    .strictObject({
      /** Known, in other words. */
      rephrased: share,
      /** Asked by nobody before: it runs. */
      new: share,
      /** Known, and run anew all the same (`max_age_seconds: 0`). */
      anew: share.default(0),
      /** Of those marked as heavy, where there are any. */
      heavy: share.default(0),
    })
    .refine((shares) => Object.values(shares).reduce((sum, one) => sum + one, 0) <= 1, {
      message: 'together they are more than 1',
    }),
});

/** Times in milliseconds, shares from 0 to 1. */
export type AgentModel = z.output<typeof AGENT_MODEL>;

/** Beside what is measured of one's own agents; the figures are estimates, stated so that they can be argued with. */
export const PROFILES = {
  'support-desk': {
    name: 'support-desk',
    about: 'People ask a support bot: short conversations, few calls, many of them alike.',
    turns: { min: 3, max: 8 },
    think_ms: { min: 4000, max: 20_000 },
    calls_per_turn: { min: 1, max: 2 },
    retry: 'as told',
    max_tries: 5,
    shares: { rephrased: 0.3, new: 0.05, anew: 0, heavy: 0 },
  },
  analyst: {
    name: 'analyst',
    about: 'An analyst with an assistant: long conversations, new and heavy questions.',
    turns: { min: 10, max: 40 },
    think_ms: { min: 5000, max: 30_000 },
    calls_per_turn: { min: 1, max: 4 },
    retry: 'as told',
    max_tries: 5,
    shares: { rephrased: 0.2, new: 0.25, anew: 0.05, heavy: 0.1 },
  },
  'autonomous-agent': {
    name: 'autonomous-agent',
    about:
      'An agent on its own: bursts of parallel calls, little thinking, retries without back-off.',
    turns: { min: 20, max: 200 },
    think_ms: { min: 2000, max: 7000 },
    calls_per_turn: { min: 10, max: 50 },
    retry: 'at once',
    max_tries: 20,
    shares: { rephrased: 0.1, new: 0.05, anew: 0, heavy: 0.01 },
  },
} as const satisfies Readonly<Record<string, AgentModel>>;

export type ProfileName = keyof typeof PROFILES;
