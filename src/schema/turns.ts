// Owns long loops over a large schema: other work on the event loop gets its turn between parts.
import { setImmediate as nextTurn } from 'node:timers/promises';

/** Items before the next turn: some 10 ms of decoding or indexing a table. */
const ITEMS_PER_TURN = 250;

export async function inTurns<From, To>(
  items: readonly From[],
  map: (item: From) => To,
): Promise<To[]> {
  const results: To[] = [];
  for (const item of items) {
    results.push(map(item));
    if (results.length % ITEMS_PER_TURN === 0) await nextTurn();
  }
  return results;
}
