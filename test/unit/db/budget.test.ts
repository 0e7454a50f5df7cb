import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { divide } from '../../../src/db/budget.ts';

const SERVER = {
  server: '10.0.0.1:5432',
  max_connections: 100,
  reserved: 3,
  role_limit: -1,
  database_limit: -1,
};

describe('what one process may hold', () => {
  for (const [why, limits, parties, expected] of [
    ['is what was set, where the server has more', {}, {}, { dataMax: 20, cacheMax: 1 }],
    [
      'is what the server has but a reserve and a tenth',
      {},
      { dataMax: 500 },
      { dataMax: 86, cacheMax: 1 },
    ],
    ['is a part for each replica', {}, { dataMax: 500, live: 4 }, { dataMax: 20, cacheMax: 1 }],
    [
      'is divided with a cache on the same server',
      {},
      { dataMax: 500, cacheMax: 10 },
      { dataMax: 75, cacheMax: 10 },
    ],
    [
      'of a small server leaves the cache a third',
      { max_connections: 20 },
      { cacheMax: 10 },
      { dataMax: 9, cacheMax: 3 },
    ],
    ['obeys a limit of the role', { role_limit: 8 }, { live: 2 }, { dataMax: 3, cacheMax: 1 }],
    ['obeys a limit of the database', { database_limit: 5 }, {}, { dataMax: 4, cacheMax: 1 }],
    [
      'is one at least',
      { max_connections: 5 },
      { live: 9, cacheMax: 10 },
      { dataMax: 1, cacheMax: 1 },
    ],
  ] as const) {
    test(why, () => {
      const given = { live: 1, dataMax: 20, cacheMax: 0, ...parties };
      assert.deepEqual(divide({ ...SERVER, ...limits }, given), expected);
    });
  }
});
