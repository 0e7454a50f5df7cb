// Owns what a question becomes before anything is looked up: its canonical text, its keys, its scopes.
// Input faults of questions are answered here and nowhere else.
import { canonicalQuestion, isSelfContained } from '../cache/decide.ts';
import { idOf, questionKey, statementKey } from '../cache/key.ts';
import type { Key, PlanSharing, ScopeKeys } from '../cache/key.ts';
import type { PlanScope } from '../cache/plan-store.ts';
import { identityText } from '../db/identity.ts';
import { AppError } from '../errors.ts';
import type { PolicyRules } from '../guard/table-policy.ts';
import type { Principal } from './context.ts';

export interface Scopes {
  readonly scope: PlanScope;
  readonly resultScope: string;
}

export interface Asked extends Scopes {
  /** As the agent wrote it, made safe to store. */
  readonly question: string;
  readonly questionKey: Key;
  readonly phrasingId: string;
  /** False for "continue" or "same for last year": such questions are never remembered. */
  readonly isSelfContained: boolean;
}

export interface Scoping {
  scopesOf(principal: Principal): Promise<Scopes>;
  /** @throws AppError INPUT_INVALID */
  ask(question: string, principal: Principal): Promise<Asked>;
  /** As somebody would ask it whose plans are there; no rows belong to it. @throws AppError INPUT_INVALID */
  askIn(question: string, scope: PlanScope): Asked;
  statementKey(scopes: Scopes, canonicalSql: string, params: readonly unknown[]): Key;
}

export interface ScopingOptions {
  readonly keys: ScopeKeys;
  readonly databaseId: string;
  /** That logs in. */
  readonly role: string;
  readonly sharing: PlanSharing;
  readonly modelId: string;
  /** Of tables and columns that agents may not see: what was read under others is not theirs. */
  readonly tableRules: PolicyRules;
  /** As the principal sees the database. */
  readonly schemaVersion: () => Promise<string>;
  /** Told whenever a principal asks. */
  readonly onScope?: OnScope;
}

export type OnScope = (
  scope: PlanScope,
  of: { readonly resultScope: string; readonly principal: Principal },
) => void;

interface Owned {
  readonly planScope: string;
  readonly resultScope: string;
}

const MAX_QUESTION_CHARS = 4000;
/** What is asked again and again is read once: that is half of what it costs to look it up. */
const MAX_RECENT = 2000;
const MAX_RECENT_CHARS = 500;
/** PostgreSQL text holds no NUL; other control characters would only hide something. */
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g;

export function createScoping(options: ScopingOptions): Scoping {
  const { keys, databaseId, role, sharing, modelId, onScope } = options;
  const { allowed, denied, masked } = options.tableRules;
  const shown = JSON.stringify([allowed, denied, masked]);
  const recent = new Map<string, Asked>();

  const owned = new WeakMap<Principal, Owned>();

  function ownedBy(principal: Principal): Owned {
    const known = owned.get(principal);
    if (known) return known;
    const identity = identityText(principal.identity);
    const parts = { databaseId, role, identity, principal: principal.name };
    const made = {
      planScope: keys.planScope(parts, sharing),
      resultScope: keys.resultScope(parts, shown),
    };
    owned.set(principal, made);
    return made;
  }

  function scopesAt(schemaVersion: string, principal: Principal): Scopes {
    const { planScope, resultScope } = ownedBy(principal);
    const scope = { planScope, schemaVersion, modelId };
    onScope?.(scope, { resultScope, principal });
    return { scope, resultScope };
  }

  function read(text: string, scopes: Scopes): Asked {
    const question = text.toWellFormed().replace(CONTROL, ' ').trim();
    // First: what follows reads every character.
    if (question.length > MAX_QUESTION_CHARS) {
      throw new AppError(
        'INPUT_INVALID',
        `question has ${question.length} characters; the limit is ${MAX_QUESTION_CHARS}.`,
        { hint: 'Put into one sentence what the rows should answer.' },
      );
    }
    const canonical = canonicalQuestion(question);
    if (canonical === '') {
      throw new AppError('INPUT_INVALID', 'question is empty.', {
        hint: 'Ask in a sentence what the rows should answer.',
      });
    }
    const key = questionKey({ canonicalQuestion: canonical, ...scopes.scope });
    let isAlone: boolean | undefined;
    return {
      ...scopes,
      question,
      questionKey: key,
      phrasingId: idOf(key),
      // Read only by what recalls or remembers, and then more than once.
      get isSelfContained() {
        return (isAlone ??= isSelfContained(question));
      },
    };
  }

  return {
    async scopesOf(principal) {
      return scopesAt(await options.schemaVersion(), principal);
    },
    async ask(text, principal) {
      const schemaVersion = await options.schemaVersion();
      const from = `${schemaVersion}\n${ownedBy(principal).resultScope}\n${text}`;
      const known = recent.get(from);
      if (known) return known;
      const asked = read(text, scopesAt(schemaVersion, principal));
      if (recent.size >= MAX_RECENT) recent.clear();
      if (text.length <= MAX_RECENT_CHARS) recent.set(from, asked);
      return asked;
    },
    askIn: (text, { planScope, schemaVersion, modelId: model }) =>
      read(text, { scope: { planScope, schemaVersion, modelId: model }, resultScope: '' }),
    statementKey: ({ scope }, canonicalSql, params) =>
      statementKey({ canonicalSql, params, ...scope }),
  };
}
