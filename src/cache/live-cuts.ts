// Owns the cuts in force: those that the calibration pairs give for the operator's target, and higher ones
// where what was served since turned out worse. Live labels only tighten: an agent's word can cost hits,
// it can never make the cache serve more.
import { LRUCache } from 'lru-cache';

import { cutFor, lowerBound } from './calibration.ts';
import type { ServedHit } from './decision-log.ts';
import type { Risk } from './hold.ts';
import type { TreeFile } from './trees.ts';

export interface Cuts {
  /** The lowest margin that is served; null where nothing is. @param target Wrong of all served, 0 to 1. */
  of(risk: Risk, target?: number): number | null;
  /** Holds the cuts against everything that was served of late. */
  learn(hits: readonly ServedHit[]): void;
  /** At the target that applies where none is named. */
  readonly state: readonly CutState[];
  at(target: number): readonly CutState[];
  /** From now on this target applies where none is named. */
  aim(target: number): void;
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

/** Operators set few, and look at a few more. */
const MAX_TARGETS = 200;

export function createCuts({ curves, targetErrorRate, onChange }: CutsOptions): Cuts {
  const byTarget = new LRUCache<number, readonly CutState[]>({ max: MAX_TARGETS });
  let hits: readonly ServedHit[] = [];
  let aimed = targetErrorRate;

  function stateOf(risk: Risk, target: number): CutState {
    const calibrated = risk === 'never' ? null : cutFor(curves[risk], target);
    const mine = hits.filter((hit) => hit.risk === risk);
    const inForce = tightened(calibrated, mine, target);
    const wrong = mine.filter((hit) => hit.wrong).length;
    return { risk, calibrated, inForce, served: mine.length, wrong };
  }

  function at(target: number): readonly CutState[] {
    const known = byTarget.get(target);
    if (known) return known;
    const states = (['figure', 'list', 'never'] as const).map((risk) => stateOf(risk, target));
    byTarget.set(target, states);
    return states;
  }

  /** @param change of what the cuts follow from. */
  function changed(change: () => void): void {
    const before = at(aimed);
    change();
    for (const [place, state] of at(aimed).entries()) {
      if (state.inForce !== before[place]!.inForce) onChange(state);
    }
  }

  return {
    at,
    of: (risk, target = aimed) => at(target).find((state) => state.risk === risk)?.inForce ?? null,
    learn(served) {
      changed(() => {
        hits = served;
        byTarget.clear();
      });
    },
    aim(target) {
      changed(() => (aimed = target));
    },
    get state() {
      return at(aimed);
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
    return wrong < TELLING_WRONGS || lowerBound(wrong, served.length) <= target;
  };
  return cuts.find((cut) => cut >= calibrated && holds(cut)) ?? null;
}

/** One alone is put right by its own report: in a new cache it would end all serving, and nothing could refute it. */
const TELLING_WRONGS = 2;

/** Margins are kept as 32-bit numbers: the step must survive that. */
const above = (margin: number): number => margin + 1e-4;
