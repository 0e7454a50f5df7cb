import assert from 'node:assert/strict';
import { homedir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';

import { dataFolder, readTarget } from '../../../src/connect/target.ts';

const KNOWN: ReadonlyArray<readonly [string | undefined, string, object | null]> = [
  [undefined, 'http://127.0.0.1:3000/mcp', { host: '127.0.0.1', port: 3000 }],
  ['http://localhost:4000', 'http://localhost:4000/mcp', { host: '127.0.0.1', port: 4000 }],
  ['http://127.0.0.1', 'http://127.0.0.1/mcp', { host: '127.0.0.1', port: 80 }],
  ['http://[::1]:4000/mcp', 'http://[::1]:4000/mcp', { host: '::1', port: 4000 }],
  ['https://db.example.com/', 'https://db.example.com/mcp', null],
  ['https://127.0.0.1:4000', 'https://127.0.0.1:4000/mcp', null],
  ['http://127.0.0.1:4000/team/mcp', 'http://127.0.0.1:4000/team/mcp', null],
  ['http://127.0.0.1.example.com', 'http://127.0.0.1.example.com/mcp', null],
];

for (const [url, endpoint, startAt] of KNOWN) {
  test(`${url ?? 'no URL'} is ${endpoint}, started here: ${startAt !== null}`, () => {
    const target = readTarget({ url, env: {} });
    assert.equal(target.endpoint.href, endpoint);
    assert.deepEqual(target.startAt, startAt);
    assert.equal(target.token, undefined);
  });
}

test('the port and the token come from the environment', () => {
  const env = { PORT: '4100', MCP_AUTH_TOKEN: 'secret' };
  const target = readTarget({ url: undefined, env });
  assert.equal(target.endpoint.port, '4100');
  assert.equal(target.token, 'secret');
});

for (const url of [
  'localhost:3000',
  'ftp://127.0.0.1/',
  '127.0.0.1:3000',
  'http://a:b@127.0.0.1',
]) {
  test(`${url} is refused with what to write instead`, () => {
    assert.throws(() => readTarget({ url, env: {} }), { code: 'CONFIG_INVALID', hint: /./ });
  });
}

for (const env of [{ PORT: '0' }, { PORT: 'x' }, { PORT: '65536' }, { MCP_AUTH_TOKEN: 'a\nb' }]) {
  test(`${JSON.stringify(env)} is refused`, () => {
    assert.throws(() => readTarget({ url: undefined, env }), { code: 'CONFIG_INVALID' });
  });
}

test('the data folder is the one of the server', () => {
  assert.equal(dataFolder({ env: {} }), join(homedir(), '.askonce'));
  assert.equal(dataFolder({ env: { ASKONCE_DATA_DIR: '~/data' } }), join(homedir(), 'data'));
  assert.equal(dataFolder({ env: { ASKONCE_DATA_DIR: '/srv/askonce' } }), '/srv/askonce');
});
