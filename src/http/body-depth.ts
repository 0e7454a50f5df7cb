// Owns the bound on how deep a request body may be nested. It is taken before anything that walks the
// body by recursion, as the SDK's validation does: a few kilobytes of brackets would overflow the stack.
import { AppError } from '../errors.ts';

/** Calls that mean something stay below 10: message, params, arguments, a parameter, what is in it. */
const MAX_DEPTH = 100;

/** @throws AppError INPUT_INVALID */
export function requireShallow(body: unknown): void {
  // Level by level, so that the depth itself is no matter of the stack.
  let level = [body].filter(isContainer);
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth === MAX_DEPTH) throw tooDeep();
    const inner: object[] = [];
    for (const container of level) {
      const values: unknown[] = Array.isArray(container) ? container : Object.values(container);
      for (const value of values) if (isContainer(value)) inner.push(value);
    }
    level = inner;
  }
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function tooDeep(): AppError {
  return new AppError('INPUT_INVALID', 'The request body is nested too deeply.', {
    hint: `Send JSON of at most ${MAX_DEPTH} levels.`,
  });
}
