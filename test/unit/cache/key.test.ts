import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createScopeKeys, idOf, questionKey, statementKey } from '../../../src/cache/key.ts';
import type { PlanSharing } from '../../../src/cache/key.ts';

const QUESTION = {
  canonicalQuestion: 'how many',
  planScope: 'scope',
  schemaVersion: '1',
  modelId: 'mini',
};
const STATEMENT = { canonicalSql: 'select 1', params: [], planScope: 'scope', schemaVersion: '1' };

function assertDistinct(keys: readonly string[]): void {
  assert.equal(new Set(keys).size, keys.length);
}

test('the same parts give the same key', () => {
  assert.equal(questionKey(QUESTION), questionKey({ ...QUESTION }));
  assert.match(questionKey(QUESTION), /^[0-9a-f]{64}$/);
});

test('every part of a question key matters', () => {
  const names = Object.keys(QUESTION) as Array<keyof typeof QUESTION>;
  const changed = names.map((name) => questionKey({ ...QUESTION, [name]: 'other' }));
  assertDistinct([questionKey(QUESTION), ...changed]);
});

test('every part of a statement key matters, parameters by value, type and order', () => {
  const lists = [[], [null], [1], ['1'], [1, 2], [2, 1], [[1, 2]], ['1,2'], [true], ['true'], ['']];
  assertDistinct([
    ...lists.map((params) => statementKey({ ...STATEMENT, params })),
    statementKey({ ...STATEMENT, canonicalSql: 'select 2' }),
    statementKey({ ...STATEMENT, planScope: 'other' }),
    statementKey({ ...STATEMENT, schemaVersion: '2' }),
  ]);
});

const KEYS = createScopeKeys(Buffer.alloc(32));
const ALICE = { databaseId: 'host/shop', role: 'reader', identity: '[]', principal: 'alice' };

test('database, role, identity and principal are in the scopes', () => {
  const others = [
    ALICE,
    { ...ALICE, databaseId: 'host/shop2' },
    { ...ALICE, role: 'writer' },
    { ...ALICE, databaseId: 'host/shopreader', role: '' },
    { ...ALICE, identity: '["tenant_a"]' },
    { ...ALICE, identity: '["tenant_b"]' },
  ];
  const bob = { ...ALICE, principal: 'bob' };
  assertDistinct([
    ...others.map((parts) => KEYS.planScope(parts, 'identity')),
    ...others.map((parts) => KEYS.resultScope(parts)),
    KEYS.resultScope(bob),
    KEYS.resultScope({ ...ALICE, principal: '' }),
    KEYS.resultScope(ALICE, 'masked'),
    KEYS.planScope(ALICE, 'principal'),
    KEYS.planScope(bob, 'principal'),
    KEYS.planScope(ALICE, 'database'),
    createScopeKeys(Buffer.alloc(32, 1)).resultScope(ALICE),
  ]);
});

test('plans are shared as the policy says, rows never', () => {
  const bob = { ...ALICE, principal: 'bob' };
  const eve = { ...bob, identity: '["tenant_b"]' };
  const isShared = (one: typeof ALICE, other: typeof ALICE, sharing: PlanSharing): boolean =>
    KEYS.planScope(one, sharing) === KEYS.planScope(other, sharing);
  assert.ok(isShared(ALICE, bob, 'identity') && !isShared(bob, eve, 'identity'));
  assert.ok(!isShared(ALICE, bob, 'principal') && !isShared(bob, eve, 'principal'));
  assert.ok(isShared(ALICE, bob, 'database') && isShared(bob, eve, 'database'));
});

test('no text that moves between parts gives the same key', () => {
  const texts = ['', 'a', 'ab', '1:', '1:a', '2:ab', 'a1:b', '\u0000', 'ä', ':', '0:', '0:0:'];
  const keys: string[] = [];
  for (const canonicalQuestion of texts) {
    for (const modelId of texts)
      keys.push(questionKey({ ...QUESTION, canonicalQuestion, modelId }));
  }
  for (const databaseId of texts) {
    for (const role of texts)
      for (const identity of texts)
        keys.push(KEYS.planScope({ ...ALICE, databaseId, role, identity }, 'identity'));
  }
  assertDistinct(keys);
});

test('a question and a statement of the same parts have different keys', () => {
  const question = questionKey({
    canonicalQuestion: 'x',
    planScope: '[]',
    schemaVersion: 's',
    modelId: 'v',
  });
  const statement = statementKey({
    canonicalSql: 'x',
    params: [],
    planScope: 's',
    schemaVersion: 'v',
  });
  assert.notEqual(question, statement);
});

test('an id is a UUID that depends on the key alone', () => {
  const key = questionKey(QUESTION);
  assert.equal(idOf(key), idOf(key));
  const ids = Array.from({ length: 1000 }, (_, index) =>
    idOf(questionKey({ ...QUESTION, modelId: String(index) })),
  );
  for (const id of ids) {
    assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  }
  assertDistinct(ids);
});
