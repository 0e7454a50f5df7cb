// Owns the cuts in force: those that the calibration pairs give for the operator's target, and higher ones
// where what was served since turned out worse. Live labels only tighten: an agent's word can cost hits,
// it can never make the cache serve more.
import { cutFor, lowerBound } from './calibration.ts';
import type { ServedHit } from './decision-log.ts';
import type { Risk } from './hold.ts';
import type { TreeFile } from './trees.ts';

export interface Cuts {
  /** The lowest margin that is served; null where nothing is. */
  of(risk: Risk): number | null;
  /** Holds the cuts against everything that was served of late. */
  learn(hits: readonly ServedHit[]): void;
  readonly state: readonly CutState[];
}

export interface CutState {
  readonly risk: Risk;
  readonly calibrated: number | null;
  readonly inForce: number | null;
  readonly served: number;
  readonly wrong: number;
}

export interface CutsOptions {
  readonly curves: TreeFile['curves'];
  /** Wrong of all served, 0 to 1. */
  readonly targetErrorRate: number;
  readonly onChange: (state: CutState) => void;
}

export function createCuts({ curves, targetErrorRate, onChange }: CutsOptions): Cuts {
  const begin = (risk: Risk, calibrated: number | null): CutState => ({
    risk,
    calibrated,
    inForce: calibrated,
    served: 0,
    wrong: 0,
  });
  let states: readonly CutState[] = [
    begin('figure', cutFor(curves.figure, targetErrorRate)),
    begin('list', cutFor(curves.list, targetErrorRate)),
    begin('never', null),
  ];
  return {
    of: (risk) => states.find((state) => state.risk === risk)?.inForce ?? null,
    learn(hits) {
      states = states.map((state) => {
        const mine = hits.filter(({ risk }) => risk === state.risk);
        const inForce = tightened(state.calibrated, mine, targetErrorRate);
        const wrong = mine.filter((hit) => hit.wrong).length;
        const next = { ...state, inForce, served: mine.length, wrong };
        if (inForce !== state.inForce) onChange(next);
        return next;
      });
    },
    get state() {
      return states;
    },
  };
}

/** The lowest cut from the calibrated one on at which what was served does not refute the target. */
function tightened(
  calibrated: number | null,
  hits: readonly ServedHit[],
  target: number,
): number | null {
  if (calibrated === null) return null;
  const wrongs = hits.filter(({ wrong }) => wrong).map(({ margin }) => margin);
  // Just above each wrong one: nothing else changes how many wrong ones a cut lets through.
  const cuts = [calibrated, ...wrongs.map(above)].toSorted((first, second) => first - second);
  const holds = (cut: number): boolean => {
    const served = hits.filter(({ margin }) => margin >= cut);
    const wrong = served.filter((hit) => hit.wrong).length;
    return lowerBound(wrong, served.length) <= target;
  };
  return cuts.find((cut) => cut >= calibrated && holds(cut)) ?? null;
}

/** Margins are kept as 32-bit numbers: the step must survive that. */
const above = (margin: number): number => margin + 1e-4;
