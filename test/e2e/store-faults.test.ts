// Whatever happens to the cache database, queries are answered; and kept again when it is well.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { call } from '../support/askonce.ts';
import type { Document } from '../support/askonce.ts';
import { killConnections } from '../support/backends.ts';
import { admin } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { startSmallShop } from '../support/small-shop.ts';

const failing = (raise: string): string => `
  CREATE FUNCTION public.fails() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${raise}; RETURN NEW; END $$;
  CREATE TRIGGER fails BEFORE INSERT OR UPDATE ON askonce.results FOR EACH ROW EXECUTE FUNCTION public.fails();
  CREATE TRIGGER fails BEFORE INSERT OR UPDATE ON askonce.result_chunks FOR EACH ROW EXECUTE FUNCTION public.fails();
  CREATE TRIGGER fails BEFORE INSERT OR UPDATE ON askonce.phrasings FOR EACH ROW EXECUTE FUNCTION public.fails();
  CREATE TRIGGER fails BEFORE INSERT OR UPDATE ON askonce.answers FOR EACH ROW EXECUTE FUNCTION public.fails()`;
const HEALED = 'DROP FUNCTION public.fails CASCADE';

function answered(document: Document): Document {
  assert.equal(document.status, 'answered', JSON.stringify(document));
  return document;
}

const FAULTS: Readonly<Record<string, { readonly ill: string; readonly well: string }>> = {
  'is read-only': {
    ill: "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', current_database()); END $$",
    well: "SET TRANSACTION READ WRITE; DO $$ BEGIN EXECUTE format('ALTER DATABASE %I RESET default_transaction_read_only', current_database()); END $$",
  },
  'has no room on its disk': {
    ill: failing(
      "RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'",
    ),
    well: HEALED,
  },
  'takes its time': { ill: failing('PERFORM pg_sleep(8)'), well: HEALED },
};

for (const [what, { ill, well }] of Object.entries(FAULTS)) {
  test(`a cache database that ${what} costs no answer, and is used again when it is well`, async (t) => {
    const { client, cacheUrl } = await startSmallShop(t);
    const known = {
      question: 'how many customers are there?',
      sql: 'SELECT count(*) FROM customers',
    };
    answered(await call(client, 'query', known));
    await eventually(
      'it is held',
      async () => (await call(client, 'ask', { question: known.question })).source === 'memory',
    );
    await admin(cacheUrl, ill);
    // Connections that stand keep the settings that they began with.
    await killConnections(cacheUrl);
    for (let round = 0; round < 3; round += 1) {
      const question = `how many orders have an id over ${round}?`;
      const sql = `SELECT count(*) FROM orders WHERE id > ${round}`;
      const answer = answered(await call(client, 'query', { question, sql }));
      assert.deepEqual(answer.rows, [[1500 - round]]);
      const again = answered(await call(client, 'query', { question, sql }));
      assert.deepEqual(again.rows, answer.rows);
      assert.equal(
        answered(await call(client, 'ask', { question: known.question })).rows.length,
        1,
      );
    }
    await admin(cacheUrl, well);
    await killConnections(cacheUrl);
    await eventually('it is stored', async () => {
      const fresh = { question: `how many orders are over ${Math.random()}?`, sql: 'SELECT 1' };
      answered(await call(client, 'query', fresh));
      const [row] = await admin(
        cacheUrl,
        'SELECT count(*)::int AS n FROM askonce.phrasings WHERE question = $1',
        [fresh.question],
      );
      return (row!['n'] as number) === 1;
    });
  });
}
