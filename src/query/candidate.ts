// Owns what `accept` may name: the id of a candidate as an earlier `confirm` gave it, and the one error
// for whatever names none, so that a caller cannot tell a malformed id from an unknown one.
import { AppError } from '../errors.ts';

/** As idOf (cache/key.ts) writes them. The store would take other spellings, and choke on the rest. */
const CANDIDATE_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** @throws AppError NOT_FOUND */
export function requireCandidateId(id: string): string {
  if (!CANDIDATE_ID.test(id)) throw unknownCandidate();
  return id;
}

export function unknownCandidate(differences: readonly string[] = []): AppError {
  const why = differences.length > 0 ? `: ${differences.join('; ')}` : '.';
  return new AppError('NOT_FOUND', `accept names no candidate for this question${why}`, {
    hint: 'Call ask without accept; take an id from its candidates, or write the SQL and call query.',
  });
}
