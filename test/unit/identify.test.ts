// What becomes of claims in the database, and who is nobody there.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { isAppError } from '../../src/errors.ts';
import { createIdentify } from '../../src/identify.ts';
import type { Claims } from '../../src/identify.ts';

const RULES = [
  { setting: 'role', claim: 'db_role' },
  { setting: 'app.tenant', claim: 'tenant' },
];

const refuses = (claims: Claims, rules = RULES): void =>
  assert.throws(
    () => createIdentify(rules)(claims),
    (error) => isAppError(error, 'FORBIDDEN') && error.message.startsWith('The database does not'),
    JSON.stringify(claims),
  );

test('claims become the role and the settings of a transaction', () => {
  const identify = createIdentify([...RULES, { setting: 'app.a', claim: 'sub' }]);
  assert.deepEqual(identify({ db_role: 'red', tenant: 7, sub: 'alice', other: 1 }), {
    role: 'red',
    settings: [
      ['app.a', 'alice'],
      ['app.tenant', '7'],
    ],
  });
  const { settings } = identify({ db_role: 'red', tenant: ['a', { b: 1 }], sub: false });
  assert.deepEqual(settings, [
    ['app.a', 'false'],
    ['app.tenant', '["a",{"b":1}]'],
  ]);
});

test('without rules everybody is who logs in', () => {
  assert.deepEqual(createIdentify([])({}), { role: null, settings: [] });
});

test('who lacks a claim, or has one that no database could hold, is nobody', () => {
  const whole = { db_role: 'red', tenant: 'a' };
  for (const missing of [undefined, null, '']) {
    refuses({ ...whole, tenant: missing });
    refuses({ ...whole, db_role: missing });
  }
  refuses({});
  for (const text of ['a\0b', '\ud800', 'x'.repeat(9000)]) refuses({ ...whole, tenant: text });
  refuses(Object.create(whole) as Claims);
  refuses({ __proto__: null, tenant: 'a' });
  assert.throws(() => createIdentify([{ setting: 'app.t', claim: 'constructor' }])({}));
});

test('a number that JSON has rounded is nobody: it may be the number of somebody else', () => {
  const parsed = (json: string): Claims => JSON.parse(json) as Claims;
  for (const number of [
    '9007199254740993',
    '12345678901234567890',
    '1e400',
    '0.1234567890123456789',
  ])
    refuses(parsed(`{ "db_role": "red", "tenant": ${number} }`));
  const nested = parsed('{ "sub": "alice", "org": { "ids": [9007199254740993] } }');
  refuses(nested, [{ setting: 'request.jwt.claims', claim: '*' }]);
  const { settings } = createIdentify(RULES)(parsed('{ "db_role": "red", "tenant": -1.25 }'));
  assert.deepEqual(settings, [['app.tenant', '-1.25']]);
});

test('no claim makes a statement run as the role that logs in', () => {
  refuses({ db_role: 'none', tenant: 'a' });
  refuses({ db_role: `${'r'.repeat(63)}x`, tenant: 'a' });
});

test('all claims as one are the same for each token of the same person', () => {
  const identify = createIdentify([{ setting: 'request.jwt.claims', claim: '*' }]);
  const first = identify({ sub: 'alice', exp: 1, iat: 2, jti: 'x', tenant: 'a' });
  const second = identify({ tenant: 'a', jti: 'y', iat: 3, exp: 4, sub: 'alice' });
  assert.deepEqual(first, second);
  assert.deepEqual(first.settings, [['request.jwt.claims', '{"sub":"alice","tenant":"a"}']]);
  assert.notDeepEqual(identify({ sub: 'alice', tenant: 'b' }), first);
});
