import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  isMissingObject,
  isStatementError,
  translateDatabaseError,
} from '../../../src/db/sqlstate.ts';
import { AppError, ERROR_KINDS } from '../../../src/errors.ts';
import type { ErrorCode } from '../../../src/errors.ts';

function serverError(code: string, message = 'the message', more: object = {}): Error {
  return Object.assign(new Error(message), { code, ...more });
}

const CASES: ReadonlyArray<readonly [string, ErrorCode]> = [
  ['42601', 'QUERY_INVALID'],
  ['42P01', 'QUERY_INVALID'],
  ['22012', 'QUERY_INVALID'],
  ['54000', 'QUERY_INVALID'],
  ['P0001', 'QUERY_INVALID'],
  ['25006', 'QUERY_REJECTED'],
  ['42501', 'QUERY_REJECTED'],
  ['53100', 'QUERY_INVALID'],
  ['53200', 'QUERY_INVALID'],
  ['53400', 'QUERY_INVALID'],
  ['54001', 'QUERY_INVALID'],
  ['40001', 'QUERY_CANCELLED'],
  ['40P01', 'QUERY_CANCELLED'],
  ['57014', 'QUERY_TIMEOUT'],
  ['25P03', 'QUERY_TIMEOUT'],
  ['25P04', 'QUERY_TIMEOUT'],
  ['55P03', 'QUERY_TIMEOUT'],
  ['08001', 'DATABASE_UNAVAILABLE'],
  ['08006', 'DATABASE_UNAVAILABLE'],
  ['08P01', 'DATABASE_UNAVAILABLE'],
  ['53300', 'DATABASE_UNAVAILABLE'],
  ['57P01', 'DATABASE_UNAVAILABLE'],
  ['57P02', 'DATABASE_UNAVAILABLE'],
  ['57P03', 'DATABASE_UNAVAILABLE'],
  ['57P05', 'DATABASE_UNAVAILABLE'],
  ['28P01', 'DATABASE_UNAVAILABLE'],
  ['3D000', 'DATABASE_UNAVAILABLE'],
  ['XX000', 'DATABASE_UNAVAILABLE'],
];

test('each SQLSTATE has its code', () => {
  for (const [state, code] of CASES) {
    assert.equal(translateDatabaseError(serverError(state)).code, code, state);
  }
});

test('a call that may succeed later says when, one that would fail again does not', () => {
  for (const code of ['40001', '40P01', '53300', '55P03', '57P01', '57P02', '57P03', '08006']) {
    assert.ok(translateDatabaseError(serverError(code)).retryAfterMs, code);
  }
  for (const code of ['57014', '25P03', '25P04', '53200', '53400', '54001', '22012']) {
    const error = translateDatabaseError(serverError(code));
    assert.equal(error.retryAfterMs, undefined, code);
    assert.ok(error.hint, code);
  }
});

test('a statement that ran out of time would do so again, and is not said to be worth repeating', () => {
  const error = translateDatabaseError(serverError('57014'));
  assert.deepEqual([error.code, error.retryAfterMs], ['QUERY_TIMEOUT', undefined]);
  assert.equal(ERROR_KINDS[error.code].retryable, false);
});

test('a connection that the server closed at a time limit is not used again', () => {
  for (const code of ['25P03', '25P04', '57P01', '08006', '53200']) {
    assert.equal(isStatementError(serverError(code)), false, code);
  }
  for (const code of ['57014', '40001', '54001', '22012']) {
    assert.equal(isStatementError(serverError(code)), true, code);
  }
});

test('a statement that trips over the server itself is told so; a pooler that refuses is not', () => {
  const text = 'tsquery stack too small';
  const own = translateDatabaseError(serverError('XX000', text, { severity: 'ERROR' }));
  assert.deepEqual([own.code, own.message, own.retryAfterMs], ['QUERY_INVALID', text, undefined]);
  const refused = serverError('XX000', 'no more clients', { severity: 'FATAL' });
  assert.equal(translateDatabaseError(refused).code, 'DATABASE_UNAVAILABLE');
});

test('a database that a statement names and that is not there is no outage', () => {
  const named = serverError('3D000', 'database "x" does not exist', { severity: 'ERROR' });
  const { code, message, retryAfterMs } = translateDatabaseError(named);
  assert.deepEqual([code, message, retryAfterMs], ['QUERY_INVALID', named.message, undefined]);
  assert.equal(isStatementError(named), true, 'its connection stays');
  const connected = serverError('3D000', 'database "x" does not exist', { severity: 'FATAL' });
  assert.equal(translateDatabaseError(connected).code, 'DATABASE_UNAVAILABLE');
  assert.equal(isStatementError(connected), false);
});

test('the advice for a statement too deep is about the statement, not the configuration', () => {
  const more = { hint: 'Increase the configuration parameter "max_stack_depth".' };
  const error = translateDatabaseError(serverError('54001', 'stack depth limit exceeded', more));
  assert.match(error.hint ?? '', /less nesting/);
});

test('what the server says about a statement reaches the agent, with its place', () => {
  const error = translateDatabaseError(
    serverError('42703', 'column "x" does not exist', { position: '8', hint: 'perhaps "y"' }),
  );
  assert.match(error.message, /column "x" does not exist.*8/);
  assert.equal(error.hint, 'perhaps "y"');
});

test('no fault of the connection reveals a host, a user or a path', () => {
  const secrets = 'connect 10.1.2.3:5432 db.internal alice /var/run/postgresql';
  const codes = [
    'ECONNREFUSED',
    'ENOTFOUND',
    'ETIMEDOUT',
    'EPIPE',
    'EPERM',
    'EBUSY',
    'EBADF',
    'EINTR',
    'EACCES',
    'EADDRNOTAVAIL',
    '28P01',
    '28000',
    '3D000',
    '57P03',
    '08001',
  ];
  for (const code of codes) {
    const error = translateDatabaseError(serverError(code, secrets));
    assert.equal(error.code, 'DATABASE_UNAVAILABLE', code);
    assert.doesNotMatch(`${error.message} ${error.hint}`, /10\.1|internal|alice|\/var/);
    assert.equal(isStatementError(serverError(code)), false, code);
  }
});

test('an error without a code is a lost connection', () => {
  const error = translateDatabaseError(new Error('Connection terminated unexpectedly'));
  assert.equal(error.code, 'DATABASE_UNAVAILABLE');
});

test('a fault of our own is not blamed on the database', () => {
  for (const fault of [
    new TypeError('x is not a function'),
    new RangeError('Invalid string length'),
  ]) {
    const error = translateDatabaseError(fault);
    assert.equal(error.code, 'INTERNAL');
    assert.doesNotMatch(error.message, /function|string/);
    assert.equal(error.cause, fault);
  }
});

test('anything thrown is translated, and our own errors stay as they are', () => {
  const own = new AppError('OVERLOADED', 'busy');
  assert.equal(translateDatabaseError(own), own);
  for (const thrown of [undefined, null, 'text', 5, {}]) {
    assert.ok(translateDatabaseError(thrown) instanceof AppError);
  }
});

test('a missing table, column or function is told apart', () => {
  for (const code of ['42P01', '42703', '42883', '3F000']) {
    assert.equal(isMissingObject(serverError(code)), true);
  }
  assert.equal(isMissingObject(serverError('42601')), false);
  assert.equal(isMissingObject(new Error('no code')), false);
});
