// Owns what completes an argument: at most as many values as the protocol allows, and how many there are.
import type { RequestContext } from '../query/context.ts';

/** As the SDK has results: any other key may stand in them. */
export type Completion = {
  values: string[];
  total: number;
  hasMore: boolean;
};

/** What is being typed. */
export interface Argument {
  readonly name: string;
  readonly value: string;
}

/** What an argument may become, from its first letters. */
export type Complete = (begun: string, context: RequestContext) => Promise<Completion>;

/** The protocol's own limit. */
const MAX_VALUES = 100;

export function completionOf(values: readonly string[]): Completion {
  return {
    values: values.slice(0, MAX_VALUES),
    total: values.length,
    hasMore: values.length > MAX_VALUES,
  };
}

/** For what could be anything. */
export const NO_COMPLETION = completionOf([]);
