// Owns what a question becomes before anything is looked up: its canonical text, its keys, its scopes.
// Input faults of questions are answered here and nowhere else.
import { canonicalQuestion, isSelfContained } from '../cache/decide.ts';
import { idOf, planScope, questionKey, resultScope, statementKey } from '../cache/key.ts';
import type { Key } from '../cache/key.ts';
import type { PlanScope } from '../cache/plan-store.ts';
import { AppError } from '../errors.ts';
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
  /** Of every principal: one database and one role. */
  readonly planScope: string;
  scopesOf(principal: Principal): Promise<Scopes>;
  /** @throws AppError INPUT_INVALID */
  ask(question: string, principal: Principal): Promise<Asked>;
  statementKey(scopes: Scopes, canonicalSql: string, params: readonly unknown[]): Key;
}

export interface ScopingOptions {
  readonly databaseId: string;
  readonly role: string;
  readonly modelId: string;
  readonly schemaVersion: () => Promise<string>;
}

const MAX_QUESTION_CHARS = 4000;
/** PostgreSQL text holds no NUL; other control characters would only hide something. */
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g;

export function createScoping(options: ScopingOptions): Scoping {
  const shared = planScope({ databaseId: options.databaseId, role: options.role });

  async function scopesOf(principal: Principal): Promise<Scopes> {
    const schemaVersion = await options.schemaVersion();
    return {
      scope: { planScope: shared, schemaVersion, modelId: options.modelId },
      resultScope: resultScope(shared, principal.name),
    };
  }

  return {
    planScope: shared,
    scopesOf,
    async ask(text, principal) {
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
      const scopes = await scopesOf(principal);
      const key = questionKey({ canonicalQuestion: canonical, ...scopes.scope });
      return {
        ...scopes,
        question,
        questionKey: key,
        phrasingId: idOf(key),
        // Read only by what recalls or remembers: it costs an exact hit a sixth of its time.
        get isSelfContained() {
          return isSelfContained(question);
        },
      };
    },
    statementKey: ({ scope }, canonicalSql, params) =>
      statementKey({ canonicalSql, params, ...scope }),
  };
}
