// Pairs that an attacker wrote against this decider: near-misses meant to be served, rephrasings meant to be
// refused. Adversarial by construction, so these shares are no estimate of what happens in use; they are a
// bound that a change must not cross. None of the pairs was trained on.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';

import { createDecider } from '../../../src/cache/decide.ts';
import { createStatementGuard } from '../../../src/query/guard.ts';
import { verifierAt } from '../../support/verifier.ts';

interface Attack {
  readonly kind: string;
  readonly cached_question: string;
  readonly cached_sql: string;
  readonly new_question: string;
  readonly same: boolean;
}

const FILE = new URL('../../../../test/fixtures/attack.jsonl', import.meta.url);
const attacks = readFileSync(FILE, 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Attack);
/** 156 of 1,587 at the time of writing. */
const MOST_WRONG = 0.11;
/** 297 of 500 at the time of writing. */
const LEAST_RIGHT = 0.5;
const guard = await createStatementGuard();
const decider = createDecider(await verifierAt());

function served(same: boolean): { readonly of: number; readonly hits: readonly string[] } {
  const pairs = attacks.filter((attack) => attack.same === same);
  const hits = pairs
    .filter(({ cached_question, cached_sql, new_question }) => {
      const { facts } = guard.check(cached_sql);
      const candidate = { question: cached_question, facts, similarity: 0.8 };
      return decider.about(new_question)(candidate).outcome === 'hit';
    })
    .map((attack) => `${attack.kind}: ${attack.cached_question} | ${attack.new_question}`);
  return { of: pairs.length, hits };
}

test('of the near-misses of an attacker few are served', () => {
  const { of, hits } = served(false);
  assert.ok(of >= 1_500);
  assert.ok(hits.length / of <= MOST_WRONG, `${hits.length} of ${of}:\n${hits.join('\n')}`);
});

test('of the rephrasings of an attacker at least half are served', () => {
  const { of, hits } = served(true);
  assert.ok(of >= 480);
  assert.ok(hits.length / of >= LEAST_RIGHT, `${hits.length} of ${of}`);
});
