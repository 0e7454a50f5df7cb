// Pairs that attackers wrote against this decider: near-misses meant to be served, rephrasings meant to be
// refused. The shares are no estimate of what happens in use, since rules were written after them; they are
// bounds that a change must not cross. None of the pairs was trained on.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';

import { createDecider } from '../../../src/cache/decide.ts';
import { createStatementGuard } from '../../../src/guard/guard.ts';
import { verifierAt } from '../../support/verifier.ts';

interface Attack {
  readonly kind: string;
  readonly cached_question: string;
  readonly cached_sql: string;
  readonly new_question: string;
  readonly same: boolean;
}

const read = (name: string): readonly Attack[] =>
  readFileSync(new URL(`../../../../test/fixtures/${name}.jsonl`, import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Attack);
const guard = await createStatementGuard();
const decider = createDecider(await verifierAt());

function served(attacks: readonly Attack[], same: boolean) {
  const pairs = attacks.filter((attack) => attack.same === same);
  const hits = pairs
    .filter(({ cached_question, cached_sql, new_question }) => {
      const { facts } = guard.check(cached_sql);
      const candidate = { question: cached_question, facts, similarity: 0.8 };
      return decider.about(new_question)(candidate).outcome === 'hit';
    })
    .map((attack) => `${attack.kind}: ${attack.cached_question} | ${attack.new_question}`);
  return { of: pairs.length, hits, share: hits.length / pairs.length };
}

for (const { name, what, mostWrong, leastRight } of [
  // When written: 152 of 1,587 and 304 of 500.
  { name: 'attack', what: 'aimed at it', mostWrong: 0.11, leastRight: 0.5 },
  // Written before its author had tried anything. When written: 2 of 315 and 217 of 315.
  { name: 'natural', what: 'as people would ask', mostWrong: 0.015, leastRight: 0.6 },
  // By another author, after all that the first two had shown was mended: 2 and 203 of 300 at first sight.
  { name: 'blind', what: 'of trades not seen before', mostWrong: 0.015, leastRight: 0.6 },
]) {
  const attacks = read(name);
  test(`of near-misses ${what} few are served`, () => {
    const { hits, share } = served(attacks, false);
    assert.ok(share <= mostWrong, `${share}:\n${hits.join('\n')}`);
  });
  test(`of rephrasings ${what} most are served`, () => {
    const { share } = served(attacks, true);
    assert.ok(share >= leastRight, String(share));
  });
}
