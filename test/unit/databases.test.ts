import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import { readConfig } from '../../src/config.ts';
import { openDataDatabase } from '../../src/databases.ts';
import { ReleaseStack } from '../../src/lib/release-stack.ts';
import { createLogger } from '../../src/logger.ts';
import { createMetrics } from '../../src/metrics.ts';

/** Nothing connects before the first statement. */
async function named(t: TestContext, DATABASE_URL: string) {
  const releases = new ReleaseStack();
  t.after(() => releases.unwind(0));
  const config = readConfig({ env: { DATABASE_URL }, cwd: '/nonexistent', root: '/nonexistent' });
  const logger = createLogger('silent');
  const { id, role } = await openDataDatabase(
    { config, logger, metrics: createMetrics(), onProgress: () => {} },
    releases,
  );
  return { id, role, key: `${id} ${role}` };
}

test('what changes the meaning of a statement is in the name of the database', async (t) => {
  const urls = [
    'postgres://alice:s3cret@host:5432/shop',
    'postgres://bob:s3cret@host:5432/shop',
    'postgres://alice:s3cret@host:5433/shop',
    'postgres://alice:s3cret@other:5432/shop',
    'postgres://alice:s3cret@host:5432/shop2',
    'postgres://alice:s3cret@host:5432/shop?options=-csearch_path%3Da',
    'postgres://alice:s3cret@host:5432/shop?options=-csearch_path%3Db',
    'postgres:///shop?host=/run/a&user=alice',
    'postgres:///shop?host=/run/b&user=alice',
  ];
  const keys = await Promise.all(urls.map(async (url) => (await named(t, url)).key));
  assert.equal(new Set(keys).size, urls.length);
});

test('the password is not, wherever it stands in the URL', async (t) => {
  for (const url of ['postgres://a:s3cret@host/shop', 'postgres://a@host/shop?password=s3cret']) {
    const other = await named(t, url.replace('s3cret', 'another'));
    const one = await named(t, url);
    assert.equal(one.key, other.key);
    assert.doesNotMatch(one.key, /s3cret/);
  }
});
