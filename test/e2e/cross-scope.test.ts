// Rows never cross a scope: principals of several roles and tenants ask the same words of two replicas over one cache,
// while grants and policies change under them. CROSS_SCOPE_ANSWERS says how many answers are looked at.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import { createRandom } from '../../src/lib/random.ts';
import type { Random } from '../../src/lib/random.ts';
import { startAskonce } from '../support/askonce.ts';
import { startAuthorizationServer } from '../support/authorization-server.ts';
import { freshDatabase } from '../support/database.ts';
import { CHANGES, History, PEOPLE, STATEMENTS, addLedger } from '../support/leaks.ts';
import type { Person } from '../support/leaks.ts';
import { tenantDatabase } from '../support/tenants.ts';
import type { TenantDatabase } from '../support/tenants.ts';
import { MODERN, agentOf, outcomeOf, wireTo } from '../support/wire.ts';
import type { Wire } from '../support/wire.ts';

const ANSWERS = Number(process.env['CROSS_SCOPE_ANSWERS'] ?? 4000);
const SEED = Number(process.env['CROSS_SCOPE_SEED'] ?? 20261122);
/** What was known so long before a call may be served by it (freshness.ts). */
const SEEN_WITHIN_MS = 1000;
const CLOCK_SLACK_MS = 5;
const WORKERS = 8;
const CHANGE_EVERY = 400;
const PUBLIC_URL = 'https://askonce.example.org/mcp';

/** Each statement asked for in several wordings, so that some are found by similarity and some in the same words. */
const QUESTIONS = STATEMENTS.flatMap((sql, at) =>
  ['list', 'show me', 'what are', 'give me'].map((verb) => ({
    question: `${verb} the entries of report number ${at + 1}`,
    sql,
  })),
);

interface Client extends Person {
  readonly token: string;
  readonly wires: readonly Wire[];
  readonly origins: readonly string[];
}

/** Of an answer that somebody was given. */
interface Given {
  readonly to: Person;
  readonly answerId: string;
  readonly cursor: string | null;
  readonly from: number;
}

async function startWorld(t: TestContext) {
  const tenants = await tenantDatabase(t);
  await addLedger(tenants);
  const authorization = await startAuthorizationServer(t);
  const env = {
    DATABASE_URL: tenants.readerUrl,
    CACHE_DATABASE_URL: (await freshDatabase(t)).url,
    PUBLIC_URL,
    OAUTH_ISSUER: authorization.issuer,
    OAUTH_JWKS_URL: authorization.jwksUrl,
    DATABASE_IDENTITY: 'role=db_role,app.tenant=tenant',
    // Where plans are shared with everybody, nothing but the scope of the rows stands between them.
    PLAN_SHARING: 'database',
    DB_POOL_MIN: '2',
    DB_POOL_MAX: '6',
    LOG_LEVEL: 'warn',
  };
  const servers = [await startAskonce(t, env), await startAskonce(t, env)];
  const agent = agentOf(t);
  const clients: Client[] = await Promise.all(
    PEOPLE.map(async (person) => {
      const { subject: sub, color, tenant } = person;
      const claims = { sub, aud: PUBLIC_URL, db_role: tenants[color], tenant };
      const token = await authorization.token({ ...claims, exp: Date.now() / 1000 + 7200 });
      const to = ({ url }: { url: string }) => wireTo(t, url, { era: MODERN, token, agent });
      return {
        ...person,
        token,
        wires: await Promise.all(servers.map(to)),
        origins: servers.map(({ origin }) => origin),
      };
    }),
  );
  return { tenants, clients };
}

interface World {
  readonly tenants: TenantDatabase;
  readonly clients: readonly Client[];
  readonly history: History;
  readonly given: Given[];
  readonly random: Random;
  readonly counts: Record<string, number>;
}

const pick = <T>(items: readonly T[], random: Random): T =>
  items[Math.floor(random() * items.length)]!;

/** One call, and what it gave away. */
async function step(world: World): Promise<void> {
  const { clients, history, given, random, counts } = world;
  const client = pick(clients, random);
  const wire = pick(client.wires, random);
  const asked = pick(QUESTIONS, random);
  const chance = random();
  const earlier = (chance < 0.1 && given.length > 0 && pick(given, random)) || null;
  const sent = Date.now();
  if (earlier && chance < 0.05) return await readWhole(world, client, earlier);
  const isPage = earlier?.cursor !== null && earlier !== null;
  const [tool, args] = isPage
    ? ['fetch_rows', { cursor: earlier.cursor }]
    : chance < 0.25
      ? ['query', { ...asked, max_rows: 1 + Math.floor(random() * 8) }]
      : ['ask', { question: asked.question, max_rows: 1 + Math.floor(random() * 8) }];
  const outcome = await outcomeOf(wire.call(tool, args));
  count(counts, outcome.kind === 'refused' ? outcome.code : `${tool} ${outcome.document.source}`);
  if (outcome.kind === 'refused') return;
  const { document } = outcome;
  if (document.status !== 'answered') return;
  // A page is of the moment at which the first one was read.
  const from = (isPage ? earlier.from : sent) - SEEN_WITHIN_MS - CLOCK_SLACK_MS;
  if (isPage)
    assert.equal(client.name, earlier.to.name, 'the cursor of somebody else was followed');
  const leak = history.leakIn(document.rows, client, from, Date.now());
  assert.equal(leak, null, `${client.name} was given ${leak} by ${tool} (${document.source})`);
  counts['answers'] = (counts['answers'] ?? 0) + 1;
  const { answer_id: answerId, next_cursor: cursor } = document as unknown as {
    answer_id: string;
    next_cursor: string | null;
  };
  given[Math.floor(random() * 500)] = { to: client, answerId, cursor, from: sent };
}

async function readWhole({ history, counts, random }: World, client: Client, earlier: Given) {
  const url = `${pick(client.origins, random)}/results/${earlier.answerId}?format=json`;
  const headers = { authorization: `Bearer ${client.token}` };
  const response = await fetch(url, { headers });
  const text = await response.text();
  count(counts, `results ${response.status}`);
  if (response.status !== 200) return;
  assert.equal(client.name, earlier.to.name, 'the rows of somebody else were downloaded');
  const rows = JSON.parse(text) as unknown[][];
  const from = earlier.from - SEEN_WITHIN_MS - CLOCK_SLACK_MS;
  assert.equal(history.leakIn(rows, client, from, Date.now()), null);
}

function count(counts: Record<string, number>, what: string): void {
  counts[what] = (counts[what] ?? 0) + 1;
}

test('no answer holds a row that the database would not show to whoever is given it', async (t) => {
  const { tenants, clients } = await startWorld(t);
  const random = createRandom(SEED);
  const counts: Record<string, number> = {};
  const world = { tenants, clients, history: new History(), given: [], random, counts };
  let steps = 0;
  let changing: Promise<void> = Promise.resolve();
  const work = async (): Promise<void> => {
    while ((counts['answers'] ?? 0) < ANSWERS) {
      steps += 1;
      assert.ok(steps < ANSWERS * 20, `too few answers: ${JSON.stringify(counts)}`);
      if (steps % CHANGE_EVERY === 0)
        changing = changing.then(() => world.history.change(tenants, pick(CHANGES, random)));
      await step(world);
    }
  };
  await Promise.all(Array.from({ length: WORKERS }, work));
  await changing;
  t.diagnostic(`seed ${SEED}: ${JSON.stringify(counts)}`);
  // It went through every place that rows come from.
  for (const way of [
    'ask memory',
    'ask database',
    'query database',
    'query memory',
    'results 200',
    'results 404',
  ])
    assert.ok((counts[way] ?? 0) > 0, `${way}: ${JSON.stringify(counts)}`);
});
