// Owns the words behind `askonce validate`: read, checked, and told of in its help.
import { Misuse } from '../cli/misuse.ts';
import { readWords } from './input/read-words.ts';

export const PHASES = ['baseline', 'load', 'conditions'] as const;
export type Phase = (typeof PHASES)[number];

export interface ValidateOptions {
  readonly phases: readonly Phase[];
  /** Null for a server of one's own. */
  readonly url: string | null;
  /** The demo shop, whatever the settings say. */
  readonly isDemo: boolean;
  readonly isQuick: boolean;
  readonly questions: string | null;
  readonly auditLog: string | null;
  /** A built-in profile or a file; null for what the questions come with. */
  readonly agents: string | null;
  readonly adapter: string | null;
  readonly conversations: readonly number[] | null;
  readonly seconds: number | null;
  readonly burst: number | null;
  readonly blocks: number | null;
  readonly turns: number | null;
  readonly maxPerSecond: number | null;
  /** A report of before. */
  readonly against: string | null;
  /** Conversations to plan for; null for twice what the server kept up with. */
  readonly expect: number | null;
  readonly out: string;
  readonly isJson: boolean;
  readonly isConfirmed: boolean;
}

const DEFAULT_OUT = 'askonce-report';
const MOST = {
  blocks: 10_000,
  expect: 10_000_000,
  conversations: 10_000,
  seconds: 3600,
  burst: 10_000,
  turns: 1_000_000,
  perSecond: 1e6,
};

/** @throws Misuse that says what was meant. */
export function readOptions(args: readonly string[]): ValidateOptions {
  const { values, positionals } = readWords(args, OPTIONS);
  const unknown = positionals.find((word) => !(PHASES as readonly string[]).includes(word));
  if (unknown !== undefined)
    throw new Misuse(
      `askonce validate knows no phase ${unknown}: ${PHASES.join(', ')}, compare, plan.`,
    );
  if (values.url !== undefined && values.demo === true)
    throw new Misuse('--url and --demo exclude each other: a server that runs, or one of its own.');
  if (values.questions !== undefined && values['audit-log'] !== undefined)
    throw new Misuse('--questions and --audit-log exclude each other.');
  const phases = positionals as Phase[];
  return {
    phases: phases.length > 0 ? [...new Set(phases)] : PHASES,
    url: values.url ?? null,
    isDemo: values.demo === true,
    isQuick: values.quick === true,
    questions: values.questions ?? null,
    auditLog: values['audit-log'] ?? null,
    agents: values.agents ?? null,
    adapter: values.adapter ?? null,
    conversations: values.conversations === undefined ? null : counts(values.conversations),
    seconds: count(values.seconds, 'seconds', MOST.seconds),
    burst: count(values.burst, 'burst', MOST.burst),
    blocks: count(values.blocks, 'blocks', MOST.blocks),
    turns: count(values.turns, 'turns', MOST.turns),
    maxPerSecond: count(values['max-per-second'], 'max-per-second', MOST.perSecond),
    against: values.against ?? null,
    expect: count(values.expect, 'expect', MOST.expect),
    out: values.out ?? DEFAULT_OUT,
    isJson: values.json === true,
    isConfirmed: values.yes === true,
  };
}

const OPTIONS = {
  url: { type: 'string' },
  demo: { type: 'boolean' },
  quick: { type: 'boolean' },
  questions: { type: 'string' },
  'audit-log': { type: 'string' },
  agents: { type: 'string' },
  adapter: { type: 'string' },
  conversations: { type: 'string' },
  seconds: { type: 'string' },
  burst: { type: 'string' },
  blocks: { type: 'string' },
  turns: { type: 'string' },
  'max-per-second': { type: 'string' },
  against: { type: 'string' },
  expect: { type: 'string' },
  out: { type: 'string' },
  json: { type: 'boolean' },
  yes: { type: 'boolean' },
} as const;

function counts(text: string): number[] {
  const all = text
    .split(',')
    .map((part) => count(part.trim(), 'conversations', MOST.conversations)!);
  return [...new Set(all)].toSorted((a, b) => a - b);
}

function count(text: string | undefined, name: string, most: number): number | null {
  if (text === undefined) return null;
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new Misuse(`--${name} takes whole numbers from 1 to ${most}, not ${text || 'nothing'}.`);
}
