// What the official conformance suite requires of a server holds in both eras of the protocol, on leased sessions:
// a few of them serve all that the suite sends.
import assert from 'node:assert/strict';
import test from 'node:test';
import type { TestContext } from 'node:test';

import { provideNode } from '../../dev/node.ts';
import { startAskonce, temporaryDataDir } from '../support/askonce.ts';
import { SUITE_NODE_MAJOR, runSuite } from '../support/conformance/suite.ts';
import type { Revision, SuiteRun } from '../support/conformance/suite.ts';
import { gaugesOf, untilAtRest } from '../support/gauges.ts';

const SERVER = ['dist/test/support/conformance/server.js'];
/** Fewer than conversations of the suite, so that each is on sessions that others were on before. */
const FEW_SESSIONS = { SESSION_POOL_MIN: '1', SESSION_POOL_MAX: '3' };
/** How many scenarios are required at least, or the lists were not found. */
const REQUIRED: Readonly<Record<Revision, number>> = { '2025-11-25': 30, '2026-07-28': 37 };

test('what the conformance suite requires of a server holds on leased sessions', async (t) => {
  const node = await nodeForSuite(t);
  if (node === null) return;
  const env = { ASKONCE_DATA_DIR: await temporaryDataDir(t), ...FEW_SESSIONS };
  const { url, origin } = await startAskonce(t, env, { program: SERVER });
  for (const revision of Object.keys(REQUIRED) as Revision[]) {
    await t.test(`no scenario that revision ${revision} requires fails`, async (each) => {
      const before = await leasesOf(origin);
      const run = await runSuite(each, { url, revision, node });
      const leases = (await leasesOf(origin)) - before;
      each.diagnostic(`${revision}: ${summaryOf(run)}; ${leases} leases`);

      assert.ok(run.required.length >= REQUIRED[revision], run.output);
      assert.deepEqual(complaintsOf(run), []);
      assert.equal(run.exitCode, 0, run.output);
      assert.ok(leases >= run.required.length, `sessions were leased ${leases} times only`);
      await untilAtRest(origin);
    });
  }
});

/** Null where there is none, which only a machine that checks for others takes for a fault. */
async function nodeForSuite(t: TestContext): Promise<string | null> {
  const { env } = process;
  const progress = (line: string): void => t.diagnostic(line);
  try {
    return await provideNode({ major: SUITE_NODE_MAJOR, env, signal: t.signal, progress });
  } catch (error) {
    if (env['CI']) throw error;
    t.skip(`the suite needs Node ${SUITE_NODE_MAJOR}: ${String(error)}`);
    return null;
  }
}

/** Of the required scenarios: what has failed or warns, and which have not run at all. */
function complaintsOf({ required, scenarios }: SuiteRun): string[] {
  return required.flatMap((name) => {
    const scenario = scenarios.get(name);
    if (!scenario || scenario.counts.SUCCESS === 0) return [`${name}: nothing was checked`];
    return scenario.complaints;
  });
}

function summaryOf({ required, scenarios }: SuiteRun): string {
  const ran = required.flatMap((name) => scenarios.get(name) ?? []);
  const checks = ran.reduce((sum, { counts }) => sum + counts.SUCCESS, 0);
  const others = [...scenarios.values()].filter(({ name }) => !required.includes(name));
  const failing = others.filter(({ counts }) => counts.FAILURE > 0);
  return `${ran.length} of ${required.length} required scenarios ran, ${checks} checks passed; ${failing.length} of ${others.length} others fail`;
}

async function leasesOf(origin: string): Promise<number> {
  return (await gaugesOf(origin)).get('askonce_queue_seconds_count{for="session"}') ?? 0;
}
