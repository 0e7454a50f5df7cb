import assert from 'node:assert/strict';
import { test } from 'node:test';

import { cleanText } from '../../../src/lib/shown-text.ts';
import { isShowable, looksSecret, writtenIdentifier } from '../../../src/schema/untrusted-text.ts';

test('comments lose control, direction and zero-width characters and become one line', () => {
  assert.equal(
    cleanText('ISO\u202E code\u200B,\n\tby\u0000 law\u{E0041}', 200),
    'ISO code, by law',
  );
  assert.equal(cleanText(' \u200B\n', 200), null);
  assert.equal(cleanText(null, 200), null);
  assert.equal(cleanText('Grüße 北京 👍', 200), 'Grüße 北京 👍');
});

test('a long comment is cut between characters and says so', () => {
  const cut = cleanText('👍'.repeat(500), 200) ?? '';
  assert.equal(Array.from(cut).length, 200);
  assert.ok(cut.endsWith('👍…'));
});

test('a value is shown whole or not at all', () => {
  assert.ok(isShowable('Germany', 40));
  assert.ok(!isShowable('x'.repeat(41), 40));
  assert.ok(!isShowable('Ger\u200Bmany', 40));
  assert.ok(!isShowable('two\nlines', 40));
  assert.ok(!isShowable('', 40));
});

test('a name with invisible characters is written with escapes, any other as the server quotes it', () => {
  assert.equal(writtenIdentifier('orders', 'orders'), 'orders');
  assert.equal(writtenIdentifier('Order Details', '"Order Details"'), '"Order Details"');
  assert.equal(writtenIdentifier('a\u202Eb"\\', 'unused'), 'U&"a\\+00202eb""\\\\"');
});

test('columns whose names look secret are told from those that only sound alike', () => {
  const secret =
    'password passwd_hash userPassword api_key access_token SSN credit_card_number cardNo cvv ' +
    'client_secret privateKey email phone_number card pin';
  for (const name of secret.split(' ')) assert.ok(looksSecret(name), name);
  const open = 'country status category cardinality shipping_class pinned passenger_class discard';
  for (const name of open.split(' ')) assert.ok(!looksSecret(name), name);
});
