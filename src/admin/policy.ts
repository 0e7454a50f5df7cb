// Owns the policy as operators see and set it: what each value means, where it comes from, what a change would do, who
// made it, and how it is taken back.
import type {
  Policies,
  Policy,
  PolicyChange,
  PolicyLevel,
  PolicyValues,
} from '../cache/policies.ts';
import { AppError } from '../errors.ts';
import { POLICY_VALUES, fromDocument, toDocument } from './policy-values.ts';
import type { PolicyDocumentValues, PolicyName } from './policy-values.ts';
import type { AdminScopes, ScopeLabel } from './scopes.ts';
import type { Effect } from './tune.ts';

export interface PolicyRequest {
  readonly scope?: string | undefined;
  readonly propose?: PolicyDocumentValues | undefined;
  readonly set?: PolicyDocumentValues | undefined;
  readonly undo?: boolean | undefined;
  readonly note?: string | undefined;
  /** The version that the change was thought out for. */
  readonly ifVersion?: number | undefined;
}

export interface PolicyValueDocument {
  readonly value: number | string;
  readonly from: 'setting' | 'all' | 'scope';
  readonly setting: number | string;
  readonly about: string;
  readonly min?: number;
  readonly max?: number;
}

export interface PolicyDocument {
  readonly status: 'policy' | 'proposed' | 'set' | 'undone';
  /** Null for what applies to all. */
  readonly scope: ScopeLabel | null;
  readonly version: number;
  readonly policy: Readonly<Record<PolicyName, PolicyValueDocument>>;
  /** Of this level alone. */
  readonly values: PolicyDocumentValues;
  readonly history: readonly Record<string, unknown>[];
  /** Of another target error rate, on the decisions of the last day. */
  readonly effect?: Effect;
}

export type AdminPolicy = (request: PolicyRequest, by: string) => Promise<PolicyDocument>;

export interface PolicyOptions {
  readonly policies: Policies;
  readonly scopes: AdminScopes;
  readonly effectOf: (scope: string | undefined, targetErrorRate: number) => Promise<Effect>;
}

export function createAdminPolicy({ policies, scopes, effectOf }: PolicyOptions): AdminPolicy {
  async function levelOf(scope: string | undefined): Promise<ScopeLabel | null> {
    if (scope === undefined) return null;
    const { all } = await scopes.choose(scope);
    const [{ id, document }] = all as readonly [(typeof all)[number]];
    return { id, label: document.label };
  }

  /** What a change of this level leads to. */
  function inForce(level: PolicyLevel, values: PolicyValues): Policy {
    if (level === null) return { ...policies.settings, ...values };
    return { ...policies.settings, ...policies.valuesOf(null), ...values };
  }

  function valueDocuments(level: PolicyLevel, values: PolicyValues): PolicyDocument['policy'] {
    const ofAll = level === null ? values : policies.valuesOf(null);
    const ofScope = level === null ? {} : values;
    const now = inForce(level, values);
    const entries = Object.entries(POLICY_VALUES).map(([name, { key, about, ...bounds }]) => {
      const from = key in ofScope ? 'scope' : key in ofAll ? 'all' : 'setting';
      const shown = { value: now[key], from, setting: policies.settings[key], about };
      return [name, 'min' in bounds ? { ...shown, min: bounds.min, max: bounds.max } : shown];
    });
    return Object.fromEntries(entries) as PolicyDocument['policy'];
  }

  /** @param history The newest first. */
  function told(
    status: PolicyDocument['status'],
    { scope, history }: Level,
    values: PolicyValues = history[0]?.values ?? {},
  ): PolicyDocument {
    return {
      status,
      scope,
      version: versionOf(history),
      policy: valueDocuments(scope?.id ?? null, values),
      values: toDocument(values),
      history: history.slice(0, MOST_SHOWN).map(changeDocument),
    };
  }

  async function proposed(level: Level, request: PolicyRequest, given: PolicyDocumentValues) {
    const values = merged(level.history[0]?.values ?? {}, given);
    const target = given.target_error_rate;
    return {
      ...told('proposed', level, values),
      ...(typeof target === 'number' && { effect: await effectOf(request.scope, target) }),
    };
  }

  async function changed(
    { scope, history }: Level,
    change: Pick<PolicyChange, 'values' | 'setBy' | 'note' | 'undoes'>,
  ): Promise<PolicyDocument> {
    const after = versionOf(history);
    const made = await policies.set(scope?.id ?? null, { ...change, after });
    if (!made) throw changedMeanwhile(after);
    const status = change.undoes === null ? 'set' : 'undone';
    return told(status, { scope, history: [made, ...history] });
  }

  return async (request, by) => {
    const { propose, set, undo = false, note = null, ifVersion } = request;
    if ([propose !== undefined, set !== undefined, undo].filter(Boolean).length > 1) {
      throw new AppError('INPUT_INVALID', 'Give one of propose, set and undo.');
    }
    const scope = await levelOf(request.scope);
    const history = await policies.history(scope?.id ?? null);
    const version = versionOf(history);
    if (ifVersion !== undefined && ifVersion !== version) throw changedMeanwhile(version);
    const level = { scope, history };
    if (propose) return await proposed(level, request, propose);
    if (set) {
      const values = merged(history[0]?.values ?? {}, set);
      return await changed(level, { values, setBy: by, note, undoes: null });
    }
    if (!undo) return told('policy', level);
    const last = lastInForce(history);
    if (last === null) {
      throw new AppError('INPUT_INVALID', 'There is no change that could be taken back.');
    }
    return await changed(level, { values: last.left, setBy: by, note, undoes: last.version });
  };
}

const MOST_SHOWN = 100;

interface Level {
  /** Null for what applies to all. */
  readonly scope: ScopeLabel | null;
  /** The newest first. */
  readonly history: readonly PolicyChange[];
}

const versionOf = (history: readonly PolicyChange[]): number => history[0]?.version ?? 0;

/** A null takes a value off the level. */
function merged(before: PolicyValues, given: PolicyDocumentValues): PolicyValues {
  const { set, removed } = fromDocument(given);
  const kept = Object.entries(before).filter(([key]) => !removed.has(key as keyof Policy));
  return { ...Object.fromEntries(kept), ...set };
}

/** The change that an undo takes back, and what the level said without it; null where there is none left. */
function lastInForce(
  history: readonly PolicyChange[],
): { readonly version: number; readonly left: PolicyValues } | null {
  const standing: PolicyChange[] = [];
  for (const change of history.toReversed()) {
    if (change.undoes === null) standing.push(change);
    else standing.pop();
  }
  const last = standing.pop();
  return last ? { version: last.version, left: standing.at(-1)?.values ?? {} } : null;
}

const changeDocument = (change: PolicyChange): Record<string, unknown> => ({
  version: change.version,
  values: toDocument(change.values),
  set_by: change.setBy,
  set_at: change.setAt.toISOString(),
  note: change.note,
  undoes: change.undoes,
});

const changedMeanwhile = (version: number): AppError =>
  new AppError('INPUT_INVALID', `The policy has changed meanwhile: it is at version ${version}.`, {
    hint: 'Read it again with cache_policy, and decide anew.',
  });
