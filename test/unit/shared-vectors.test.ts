// Texts of the schema that several roles see.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createSharedVectors } from '../../src/shared-vectors.ts';

test('a text is embedded once for all who see it, and again where that failed', async () => {
  const asked: string[] = [];
  const embed = createSharedVectors(async (text) => {
    asked.push(text);
    if (asked.length === 1) throw new Error('the model is busy');
    return Float32Array.of(text.length);
  });
  await assert.rejects(embed('orders'));
  const [one, two] = await Promise.all([embed('orders'), embed('orders')]);
  assert.deepEqual([one, two], [Float32Array.of(6), Float32Array.of(6)]);
  await embed('customers');
  assert.deepEqual(asked, ['orders', 'orders', 'customers']);
});
