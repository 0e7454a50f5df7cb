// Owns how a difference between two questions is weighed and worded for the agent that has to judge it.
import type { Fact, FactKind } from './frame-facts.ts';
import type { Frame } from './frame.ts';

export interface Difference {
  /** `hard`: another query. `soft`: perhaps only another wording, so a reader must confirm. */
  readonly weight: 'hard' | 'soft';
  readonly rule: FactKind | 'literal' | 'value' | 'residue' | 'projection' | 'order' | 'opposite';
  /** For an agent to read. */
  readonly text: string;
}

export const factsOf = (frame: Frame, kind: FactKind): readonly Fact[] =>
  frame.facts.filter((fact) => fact.kind === kind);
export const quote = (facts: readonly Fact[]): string =>
  [...new Set(facts.map((fact) => fact.said))].map((said) => `"${said}"`).join(', ');

export function sentence(earlier: readonly Fact[], later: readonly Fact[]): string {
  if (later.length === 0)
    return `the earlier question says ${quote(earlier)}, the new one does not`;
  if (earlier.length === 0)
    return `the new question says ${quote(later)}, the earlier one does not`;
  return `the earlier question says ${quote(earlier)}, the new one says ${quote(later)}`;
}
