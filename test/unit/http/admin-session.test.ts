import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import test from 'node:test';

import { createAdminSessions } from '../../../src/http/admin-session.ts';

const HOURS = 60 * 60 * 1000;
let now = 0;
const options = { key: Buffer.alloc(32, 1), name: 'askonce_x', isSecure: false, now: () => now };
const sessions = createAdminSessions(options);

const saying = (cookie: string, csrf?: string): IncomingMessage =>
  ({ headers: { cookie, 'x-askonce-csrf': csrf } }) as never;

const cookieOf = (set: string): string => set.split(';')[0]!;

test('the cookie holds the token, unread, for twelve hours', () => {
  const set = sessions.begin('a secret token');
  assert.match(set, /; Max-Age=43200; Path=\/admin; HttpOnly; SameSite=Strict$/);
  assert.doesNotMatch(
    Buffer.from(cookieOf(set).slice(10), 'base64url').toString('latin1'),
    /secret/,
  );
  const request = saying(`other=1; ${cookieOf(set)}`);
  assert.equal(sessions.tokenOf(request), 'a secret token');
  now = 12 * HOURS;
  assert.equal(sessions.tokenOf(request), null);
  now = 0;
});

test('a cookie that was changed, cut or sealed with another key is nobody', () => {
  const cookie = cookieOf(sessions.begin('a secret token'));
  const other = createAdminSessions({ ...options, key: Buffer.alloc(32, 2) });
  const forged = [
    cookieOf(other.begin('a secret token')),
    `${cookie.slice(0, -2)}AA`,
    cookie.slice(0, 40),
    'askonce_x=',
    'askonce_x=%%%',
    '',
  ];
  for (const one of forged) assert.equal(sessions.tokenOf(saying(one)), null, one);
});

test('what a page must say belongs to its cookie alone', () => {
  const [one, other] = [cookieOf(sessions.begin('one')), cookieOf(sessions.begin('one'))];
  const csrf = sessions.csrfOf(saying(one));
  assert.equal(sessions.isCsrf(saying(one, csrf)), true);
  assert.equal(sessions.isCsrf(saying(other, csrf)), false);
  assert.equal(sessions.isCsrf(saying(one)), false);
  assert.equal(sessions.isCsrf(saying('', csrf)), false);
});

test('behind https the cookie is sent over nothing else', () => {
  const secure = createAdminSessions({ ...options, isSecure: true });
  assert.match(secure.begin('x'), /; Secure$/);
  assert.match(secure.end(), /Max-Age=0.*; Secure$/);
});
