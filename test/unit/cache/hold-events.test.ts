import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import type { SqlFacts } from '../../../src/cache/facts.ts';
import { boundsOtherEvent } from '../../../src/cache/hold-events.ts';
import { ODD_TEXTS, pairOf } from '../../support/pairs.ts';
import { readShippedLexicon } from '../../support/verifier.ts';

const { thesaurus } = await readShippedLexicon();

const byDate = (column: string): Partial<SqlFacts> => ({
  columns: [column],
  literals: [{ value: '2024-01-01', kind: 'text', column, op: '>=', role: 'filter' }],
});
const byClock = (...columns: readonly string[]): Partial<SqlFacts> => ({
  columns,
  usesClock: true,
});
const isOther = (earlier: string, later: string, facts: Partial<SqlFacts>): boolean =>
  boundsOtherEvent(pairOf(earlier, later, facts), thesaurus);

describe('the period bounds another event', () => {
  for (const [earlier, later, facts] of [
    ['tickets opened in 2024', 'tickets escalated in 2024', byDate('opened_at')],
    ['users who registered in May 2024', 'users who churned in May 2024', byDate('registered_at')],
    ['orders created last week', 'orders refunded last week', byClock('id', 'created_at')],
    ['parcels sent on 3 May 2024', 'parcels weighed on 3 May 2024', byDate('sent_on')],
    ['cars built during the year 2023', 'cars sold during the year 2023', byDate('built')],
    ['users who logged in in May 2024', 'users who registered in May 2024', byDate('last_login')],
  ] as const) {
    test(`"${later}" for "${earlier}"`, () => {
      assert.ok(isOther(earlier, later, facts));
    });
  }
});

describe('rows are keyed by the period of another event', () => {
  const key: Partial<SqlFacts> = { groupBy: ['month'] };
  test('which stands in both questions', () => {
    assert.ok(isOther('fault rate by month of sale', 'fault rate by month of fault', key));
    assert.ok(isOther('boats by year of launch', 'boats by year of the sinking', key));
  });
  test('the same event in another form is none', () => {
    assert.ok(!isOther('faults by month of sale', 'faults per month of the sales', key));
    assert.ok(!isOther('the birth dates of boys', 'the date of birth of each boy', key));
    assert.ok(!isOther('sales by month of 2024', 'sales by month of the year', key));
  });
});

describe('the period bounds the same event, or none that is known', () => {
  for (const [earlier, later, facts] of [
    ['tickets opened in 2024', 'tickets that were opened during 2024', byDate('opened_at')],
    ['tickets opened in 2024', 'tickets of 2024', byDate('opened_at')],
    // Of these, the statement means neither, both, or the new one.
    ['tickets opened in 2024', 'tickets escalated in 2024', byDate('day')],
    ['tickets opened in 2024', 'tickets escalated in 2024', byDate('escalated_at')],
    ['tickets opened in 2024', 'tickets escalated in 2024', {}],
    ['tickets opened in Berlin', 'tickets escalated in Berlin', byDate('opened_at')],
    ['orders placed in 2024', 'orders dated 2024', byDate('placed_at')],
    ['songs called "opened in 2024"', 'songs called "escalated in 2024"', byDate('opened_at')],
    ['orders created last week', 'orders refunded last week', { columns: ['created_at'] }],
    ['', '', byDate('opened_at')],
  ] as ReadonlyArray<readonly [string, string, Partial<SqlFacts>]>) {
    test(`"${later}" for "${earlier}" with ${JSON.stringify(facts.columns ?? [])}`, () => {
      assert.ok(!isOther(earlier, later, facts));
    });
  }
});

test('any two texts are judged', () => {
  for (const earlier of ODD_TEXTS)
    for (const later of ODD_TEXTS) assert.ok(!isOther(earlier, later, byDate('constructor')));
});
