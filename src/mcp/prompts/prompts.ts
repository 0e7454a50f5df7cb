// Owns which prompts there are, and for whom.
import type { GetPromptResult, ListPromptsResult } from '@modelcontextprotocol/server';

import { AppError } from '../../errors.ts';
import type { Principal, RequestContext } from '../../query/context.ts';
import type { Argument, Complete, Completion } from '../completion.ts';
import { ASK_FIRST } from './ask-first.ts';
import { explorePrompt } from './explore.ts';
import type { Prompt } from './prompt.ts';
import { REVIEW_ANSWER } from './review-answer.ts';
import { TUNE_CACHE } from './tune-cache.ts';

/** A prompt that is for admins does not exist for others. */
export interface Prompts {
  list(principal: Principal): ListPromptsResult;
  /** @throws AppError INPUT_INVALID */
  get(name: string, args: unknown, principal: Principal): GetPromptResult;
  /** @throws AppError INPUT_INVALID */
  complete(name: string, argument: Argument, context: RequestContext): Promise<Completion>;
}

const MAX_NAME_CHARS = 100;

/** @param completeTable Of names of tables. */
export function createPrompts(completeTable: Complete): Prompts {
  const all = [ASK_FIRST, explorePrompt(completeTable), REVIEW_ANSWER, TUNE_CACHE];
  const offered = { admin: all, user: all.filter(({ isForAdmins }) => !isForAdmins) };

  function find(name: string, { role }: Principal): Prompt {
    const found = offered[role].find(({ definition }) => definition.name === name);
    if (found) return found;
    const known = offered[role].map(({ definition }) => definition.name).join(', ');
    const shown = JSON.stringify(name.slice(0, MAX_NAME_CHARS));
    throw new AppError('INPUT_INVALID', `Unknown prompt ${shown}. Prompts: ${known}.`);
  }

  return {
    list: ({ role }) => ({ prompts: offered[role].map(({ definition }) => definition) }),
    get: (name, args, principal) => find(name, principal).get(args),
    complete: async (name, { name: argument, value }, context) =>
      await find(name, context.principal).complete(argument, value, context),
  };
}
