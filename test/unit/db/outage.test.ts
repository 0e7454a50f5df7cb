import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { test } from 'node:test';

import { pino } from 'pino';

import { createOutageLog, outageOf } from '../../../src/db/outage.ts';
import { translateDatabaseError } from '../../../src/db/sqlstate.ts';

function failure(code: string): Error {
  return Object.assign(new Error(`connect db.internal alice (${code})`), { code });
}

/** A log whose entries can be read. */
function logged() {
  const entries: Array<Record<string, unknown>> = [];
  const stream = new Writable({
    write(line, _encoding, done) {
      entries.push(JSON.parse(String(line)) as Record<string, unknown>);
      done();
    },
  });
  return { entries, log: createOutageLog(pino(stream), 'DATABASE_URL') };
}

test('the agent is told the class of the cause, and to wait only where waiting can help', () => {
  const cases: ReadonlyArray<readonly [string, RegExp, boolean]> = [
    ['ECONNREFUSED', /refused/, true],
    ['ENOTFOUND', /host name is unknown/, false],
    ['28P01', /password/, false],
    ['28000', /role/, false],
    ['3D000', /no such database/, false],
    ['SELF_SIGNED_CERT_IN_CHAIN', /TLS/, false],
    ['57P03', /right now\.$/, true],
  ];
  for (const [code, message, mayPass] of cases) {
    const error = translateDatabaseError(failure(code));
    assert.equal(error.code, 'DATABASE_UNAVAILABLE', code);
    assert.match(error.message, message);
    assert.equal(error.retryAfterMs !== undefined, mayPass, code);
    assert.doesNotMatch(`${error.message} ${error.hint}`, /internal|alice/);
  }
});

test('the operator is told once what is wrong and what to check, and again when it changes', () => {
  const { entries, log } = logged();
  for (const code of ['28P01', '28P01', '28000', '3D000']) log.failed(failure(code));
  log.served();
  log.served();
  log.failed(failure('28P01'));
  assert.deepEqual(
    entries.map(({ cause }) => cause),
    ['password', 'no database', undefined, 'password'],
  );
  assert.equal(entries[0]!['setting'], 'DATABASE_URL');
  assert.match(String(entries[0]!['check']), /pg_hba\.conf/);
});

test('a name with several addresses that all refuse is a refusal with its reason', () => {
  const each = failure('ECONNREFUSED');
  const error = Object.assign(new AggregateError([each], ''), { code: 'ECONNREFUSED' });
  const { entries, log } = logged();
  log.failed(error);
  assert.equal(outageOf(error).kind, 'refused');
  assert.equal(entries[0]!['error'], each.message);
});

test('anything thrown has a class', () => {
  for (const thrown of [undefined, null, 'text', 5, {}, { code: 5 }, { code: 'toString' }]) {
    assert.equal(outageOf(thrown).kind, 'no answer');
  }
});
