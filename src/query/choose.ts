// Owns choosing among the nearest known questions: the one to serve, those to offer, or none (pure).
import type { Decision, Judge } from '../cache/decide.ts';
import type { Match, Neighbour } from '../cache/entities.ts';

export interface Candidate {
  readonly neighbour: Neighbour;
  readonly decision: Decision;
}

export interface Chosen {
  readonly outcome: 'hit' | 'confirm' | 'miss';
  readonly hit: Candidate | null;
  readonly candidates: readonly Candidate[];
  /** What is worth logging where nothing is served: what is offered, or else the nearest. */
  readonly logged: readonly Candidate[];
}

const MAX_CANDIDATES = 3;

/** @param all In the order of nearness. */
export function choose(all: readonly Candidate[]): Chosen {
  const candidates = onePerPlan(all.filter(({ decision }) => decision.outcome !== 'miss'));
  const [best, ...others] = candidates.filter(({ decision }) => decision.outcome === 'hit');
  // Two plans that both seem sure contradict each other: let the agent choose.
  if (best && others.length === 0) {
    return { outcome: 'hit', hit: best, candidates: [], logged: [] };
  }
  const offered = candidates.slice(0, MAX_CANDIDATES);
  if (offered.length > 0) {
    return { outcome: 'confirm', hit: null, candidates: offered, logged: offered };
  }
  return { outcome: 'miss', hit: null, candidates: [], logged: all.slice(0, 1) };
}

export function judged(neighbour: Neighbour, judge: Judge): Candidate {
  const { question, plan, similarity } = neighbour;
  return { neighbour, decision: judge({ question, facts: plan.facts, similarity }) };
}

export function matchOf({ neighbour, decision }: Candidate): Match {
  return {
    id: neighbour.id,
    question: neighbour.question,
    similarity: round(neighbour.similarity),
    confidence: round(decision.confidence),
  };
}

function onePerPlan(candidates: readonly Candidate[]): Candidate[] {
  const best = new Map<string, Candidate>();
  const ranked = candidates.toSorted((a, b) => b.decision.confidence - a.decision.confidence);
  for (const candidate of ranked) {
    const planId = candidate.neighbour.plan.id;
    if (!best.has(planId)) best.set(planId, candidate);
  }
  return [...best.values()];
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
