import assert from 'node:assert/strict';
import test from 'node:test';

import { findMirror } from '../../../dev/postgres/apt.ts';

const STANZAS = `Types: deb
# a comment
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main

Types: deb
URIs: http://security.example/debian-security
Suites: bookworm-security
Components: main
`;

test('the mirror is found in a file of stanzas', () => {
  assert.equal(findMirror([STANZAS], 'bookworm'), 'http://mirror.example/debian');
});

test('the mirror is found in a file of lines, with options or without', () => {
  const lines = [
    '# deb http://commented.example/debian bookworm main',
    'deb-src http://sources.example/debian bookworm main',
    'deb [arch=amd64 signed-by=/k.gpg] https://mirror.example/debian bookworm main contrib',
  ].join('\n');
  assert.equal(findMirror([lines], 'bookworm'), 'https://mirror.example/debian');
});

test('third parties, security archives and sources that are off are no mirror', () => {
  const off = STANZAS.replace('Components: main', 'Components: main\nEnabled: no');
  const thirdParty = 'deb https://packages.example/apt cloud-sdk-bookworm main';
  const local = 'deb file:/srv/debian bookworm main';
  assert.equal(findMirror([off, thirdParty, local, ''], 'bookworm'), null);
});

test('a mirror of another release is not taken', () => {
  assert.equal(findMirror([STANZAS], 'trixie'), null);
});
