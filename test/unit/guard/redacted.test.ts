// What the audit log says of a statement: its words, none of its values.
import assert from 'node:assert/strict';
import test from 'node:test';

import { createStatementGuard } from '../../../src/guard/guard.ts';

const guard = await createStatementGuard();

test('every kind of value is left out, names and parameters stay', () => {
  const told = {
    "select 'a', E'\\n', U&'d', B'1', X'ff', N'x', $$y$$, $t$z$t$ from t":
      'select ? , ? , ? , ? , ? , N ? , ? , ? from t',
    'select 1, 2.5, .5, 1e9, 0xff, -3 from t where id = $1':
      'select ? , ? , ? , ? , ? , - ? from t where id = $1',
    'select "Name", U&"x" from "T" -- secret 42': 'select "Name" , U&"x" from "T"',
    '/* secret */ select 1': 'select ?',
    'delete from t where x = 5': 'delete from t where x = ?',
  };
  for (const [sql, redacted] of Object.entries(told))
    assert.equal(guard.redacted(sql), redacted, sql);
});

test('a text that breaks into no words is not told of at all', () => {
  assert.equal(guard.redacted("select 'open"), null);
  assert.equal(guard.redacted('x'.repeat(200_000)), null);
});
