// Owns asking a store that others share once more about what this process holds: another replica may have been told
// that it is wrong, or have bound the question anew.
import type { Gate } from './gate.ts';
import type { Key } from './key.ts';
import type { KnownQuestion, MemoryTier } from './memory.ts';
import type { Notices } from './notices.ts';
import type { PlanStore } from './plan-store.ts';

/** What is known by now, where it was not asked about a moment ago; as it was where the store cannot be asked. */
export type Recheck = (
  planScope: string,
  key: Key,
  known: KnownQuestion,
) => Promise<KnownQuestion | null>;

export interface RecheckOptions {
  readonly memory: Pick<MemoryTier, 'question' | 'putQuestion' | 'dropQuestion'>;
  readonly plans: Pick<PlanStore, 'find' | 'rejected'>;
  readonly gate: Gate;
  readonly notices: Pick<Notices, 'onMissed'>;
  readonly now: () => number;
}

/** After so long a store that others share is asked again, behind the answer: they may have been told otherwise. */
const RECHECK_MS = 7000;
/** And after so long before it. */
const MAX_UNCHECKED_MS = 10_000;

export function createRecheck({ memory, plans, gate, notices, now }: RecheckOptions): Recheck {
  const underWay = new Map<Key, Promise<KnownQuestion | null>>();
  /** What was known before may have been rejected since, and nobody heard it. */
  let heardSince = -Infinity;
  notices.onMissed(() => (heardSince = now()));

  const checkedWithin = (ms: number, key: Key): boolean =>
    memory.question(key, Math.min(ms, now() - heardSince)) !== undefined;

  /** One for all who ask meanwhile. */
  function asked(planScope: string, key: Key, known: KnownQuestion): Promise<KnownQuestion | null> {
    const asking = underWay.get(key);
    if (asking) return asking;
    const begun = latestOf(planScope, key, known).finally(() => underWay.delete(key));
    underWay.set(key, begun);
    return begun;
  }

  async function latestOf(
    planScope: string,
    key: Key,
    known: KnownQuestion,
  ): Promise<KnownQuestion | null> {
    const latest = await gate.attempt('recheck-question', undefined, async () => {
      const phrasing = await plans.find(planScope, key);
      if (phrasing || known.match === null) return phrasing && { phrasing, match: null };
      // Found by similarity, it stands in no store: only that it was refused does.
      return (await plans.rejected(planScope, key)).has(known.phrasing.plan.id) ? null : known;
    });
    if (latest) memory.putQuestion(key, latest);
    else if (latest === null) memory.dropQuestion(key);
    return latest === undefined ? known : latest;
  }

  return async (planScope, key, known) => {
    if (checkedWithin(RECHECK_MS, key)) return known;
    const isLate = !checkedWithin(MAX_UNCHECKED_MS, key);
    const checking = asked(planScope, key, known);
    return isLate ? await checking : known;
  };
}
