// Owns the scopes as people name them: an operator sees whose they are, and picks some of them for what else is asked.
import type { ScopeRegister, SeenScope } from '../cache/scope-register.ts';
import { AppError } from '../errors.ts';
import { cleanText } from '../lib/shown-text.ts';

export interface ScopeDocument {
  readonly id: string;
  /** Whose it is, in a few words. */
  readonly label: string;
  readonly principals: readonly string[];
  /** In the data database; null for the one that logs in. */
  readonly role: string | null;
  readonly settings: Readonly<Record<string, string>>;
  readonly seen_at: string;
}

export type ScopeLabel = Pick<ScopeDocument, 'id' | 'label'>;

/** Principals that share plans, those seen last first. */
export interface PlanScopeView {
  readonly id: string;
  readonly document: ScopeDocument;
  readonly entries: readonly SeenScope[];
}

export interface ScopeChoice {
  readonly all: readonly PlanScopeView[];
  readonly ids: readonly string[];
  labelOf(planScope: string): ScopeLabel;
  /** Whether an entry made under this version of the schema is found by nobody any more. */
  isOutdated(planScope: string, schemaVersion: string): boolean;
  /** The principal that rows are kept for; null where nobody knows. */
  principalOf(resultScope: string): string | null;
  readonly resultScopes: readonly string[];
}

export interface AdminScopes {
  /**
   * @param named The id of a scope or its beginning; all where it is absent.
   * @throws AppError NOT_FOUND, INPUT_INVALID where several begin so.
   */
  choose(named?: string): Promise<ScopeChoice>;
}

const MOST_NAMED = 3;
/** Claims may be long. */
const MAX_LABEL_CHARS = 120;

export function createAdminScopes(register: Pick<ScopeRegister, 'flush' | 'list'>): AdminScopes {
  return {
    async choose(named) {
      await register.flush();
      const all = viewsOf(await register.list());
      return choiceOf(named === undefined ? all : [one(all, named)]);
    },
  };
}

function viewsOf(seen: readonly SeenScope[]): PlanScopeView[] {
  const byId = new Map<string, SeenScope[]>();
  for (const entry of seen) {
    const known = byId.get(entry.planScope);
    if (known) known.push(entry);
    else byId.set(entry.planScope, [entry]);
  }
  return [...byId].map(([id, entries]) => ({ id, entries, document: documentOf(id, entries) }));
}

function documentOf(id: string, entries: readonly SeenScope[]): ScopeDocument {
  const [{ role, settings, seenAt }] = entries as readonly [SeenScope];
  const principals = [...new Set(entries.map(({ principal }) => principal))];
  const named = principals.slice(0, MOST_NAMED).join(', ');
  const who = principals.length > MOST_NAMED ? `${named} and others` : named;
  const set = settings.map(([name, value]) => `${name}=${value}`);
  const label = [role === null ? who : `${who} as ${role}`, ...set].join(' · ');
  return {
    id,
    label: cleanText(label, MAX_LABEL_CHARS) ?? '',
    principals,
    role,
    settings: Object.fromEntries(settings),
    seen_at: seenAt.toISOString(),
  };
}

function one(all: readonly PlanScopeView[], named: string): PlanScopeView {
  const found = all.filter(({ id }) => id.startsWith(named));
  if (found.length === 1) return found[0]!;
  if (found.length > 1) {
    throw new AppError('INPUT_INVALID', `Several scopes begin with "${named}".`, {
      hint: 'Give more of its id.',
    });
  }
  throw new AppError('NOT_FOUND', 'No scope has this id.', {
    hint: 'cache_stats lists the scopes with their ids.',
  });
}

function choiceOf(all: readonly PlanScopeView[]): ScopeChoice {
  const byId = new Map(all.map((view) => [view.id, view]));
  const owners = new Map(
    all.flatMap(({ entries }) => entries.map((entry) => [entry.resultScope, entry.principal])),
  );
  return {
    all,
    ids: [...byId.keys()],
    resultScopes: [...owners.keys()],
    labelOf: (id) => ({ id, label: byId.get(id)?.document.label ?? '' }),
    isOutdated: (id, version) =>
      byId.get(id)?.entries.every(({ schemaVersion }) => schemaVersion !== version) ?? true,
    principalOf: (resultScope) => owners.get(resultScope) ?? null,
  };
}
