// Owns the short runs of the fuzzers, which belong to every test run; `npm run fuzz` makes long ones.
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';

import { runFuzzer } from '../../fuzz/fuzzer.ts';
import type { Fuzzer, FuzzReport } from '../../fuzz/fuzzer.ts';

/** The same cases every time: a change that breaks one is the change that is being tested. */
const SEED = 20_260_728;

/** Says what was found, with how to try it again. */
export async function fuzzShortly(
  t: TestContext,
  fuzzer: Fuzzer,
  cases: number,
): Promise<FuzzReport> {
  // Other tests use the same server at the same time.
  const target = await fuzzer.start(t, { ownsServer: false });
  t.diagnostic(`${cases} cases from seed ${SEED}`);
  const report = await runFuzzer(target, { seed: SEED, cases });
  assert.deepEqual(report.findings, [], `again: --seed ${SEED} --from CASE --cases 1`);
  assert.equal(report.cases, cases);
  return report;
}
