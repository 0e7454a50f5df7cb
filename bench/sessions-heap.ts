// The heap of so many conversations, in a process of its own with --expose-gc: `records` as askonce keeps
// them, `servers` as one server for each. Prints the bytes of one.
import { randomBytes } from 'node:crypto';

import { createConversationIds } from '../src/http/conversation-ids.ts';
import { createConversations } from '../src/http/conversations.ts';
import { INITIALIZE, PRINCIPAL, createServers, keepServer } from './sessions-parts.ts';

const [mode, given = '0'] = process.argv.slice(2);
const count = Number(given);
/** The first of each load code and fill tables that all share. */
const WARM_UP = 100;

function usedBytes(): number {
  // Twice: what finalizers release in the first pass is collected in the second.
  globalThis.gc!();
  globalThis.gc!();
  return process.memoryUsage().heapUsed;
}

async function main(): Promise<void> {
  const createServer = createServers();
  const conversations = createConversations({
    max: Infinity,
    idleMs: Infinity,
    ids: createConversationIds(randomBytes(32)),
    now: Date.now,
  });
  const kept: unknown[] = [];
  const open = async (): Promise<void> => {
    if (mode === 'servers') kept.push(await keepServer(createServer()));
    // Parsed anew, as each comes from a body of its own.
    else conversations.open(PRINCIPAL.name, JSON.parse(JSON.stringify(INITIALIZE)));
  };
  for (let index = 0; index < WARM_UP; index += 1) await open();
  const before = usedBytes();
  for (let index = 0; index < count; index += 1) await open();
  const bytes = (usedBytes() - before) / count;
  const held = conversations.size + kept.length;
  if (held !== count + WARM_UP) throw new Error(`${held} are held`);
  process.stdout.write(`${Math.round(bytes)}\n`);
}

await main();
