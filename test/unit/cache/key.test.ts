import assert from 'node:assert/strict';
import { test } from 'node:test';

import { idOf, planScope, questionKey, resultScope, statementKey } from '../../../src/cache/key.ts';

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

test('database, role and principal are in the scopes', () => {
  const plan = planScope({ databaseId: 'host/shop', role: 'reader' });
  assertDistinct([
    plan,
    planScope({ databaseId: 'host/shop2', role: 'reader' }),
    planScope({ databaseId: 'host/shop', role: 'writer' }),
    planScope({ databaseId: 'host/shopreader', role: '' }),
    resultScope(plan, 'alice'),
    resultScope(plan, 'bob'),
    resultScope(plan, ''),
  ]);
});

test('no text that moves between parts gives the same key', () => {
  const texts = ['', 'a', 'ab', '1:', '1:a', '2:ab', 'a1:b', '\u0000', 'ä', ':', '0:', '0:0:'];
  const keys: string[] = [];
  for (const canonicalQuestion of texts) {
    for (const modelId of texts)
      keys.push(questionKey({ ...QUESTION, canonicalQuestion, modelId }));
  }
  for (const databaseId of texts) {
    for (const role of texts) keys.push(planScope({ databaseId, role }));
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
