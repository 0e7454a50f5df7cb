import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import { describeConfig, doubtfulNames, identitiesOf, readConfig } from '../../src/config.ts';
import { isAppError } from '../../src/errors.ts';
import { isLoopback } from '../../src/lib/loopback.ts';
import { SETTINGS } from '../../src/settings.ts';

type Env = Record<string, string | undefined>;

/** A working folder, with a .env when text is given. */
function folder(t: TestContext, text?: string): string {
  const cwd = mkdtempSync(join(tmpdir(), 'askonce-config-'));
  t.after(() => rmSync(cwd, { recursive: true }));
  if (text !== undefined) writeFileSync(join(cwd, '.env'), text);
  return cwd;
}

function sourceOf(t: TestContext, env: Env, file?: string) {
  return { env, cwd: folder(t, file), root: '/package' };
}

function faultsOf(t: TestContext, env: Env, file?: string): string[] {
  try {
    readConfig(sourceOf(t, env, file));
  } catch (error) {
    assert.ok(isAppError(error, 'CONFIG_INVALID'), String(error));
    assert.match(error.hint ?? '', /askonce config/);
    return error.message.split('\n');
  }
  return [];
}

test('without any setting the defaults stand', (t) => {
  const config = readConfig(
    sourceOf(t, { PATH: '/bin', HOME: '/home/x', LANG: 'C', TERM: 'xterm' }),
  );
  assert.deepEqual(
    [config.HOST, config.PORT, config.LOG_LEVEL, config.DB_POOL_MIN, config.SESSION_POOL_MIN],
    ['127.0.0.1', 3000, 'info', 10, 10],
  );
  assert.deepEqual(
    [config.MAX_RESPONSE_BYTES, config.BREAKER_FAILURES, config.BREAKER_WINDOW_MS],
    [10_485_760, 5, 30_000],
  );
  assert.equal(config.DATABASE_URL, undefined);
  assert.equal(config.ASKONCE_DATA_DIR, join(homedir(), '.askonce'));
  assert.equal(config.MODELS_DIR, '/package/models');
  assert.equal(config.migrationsDir, '/package/migrations');
  assert.ok(Object.isFrozen(config));
});

test('an empty value is the default', (t) => {
  const config = readConfig(sourceOf(t, { PORT: '', DATABASE_URL: '', HOST: '' }, 'LOG_LEVEL=\n'));
  assert.deepEqual(
    [config.PORT, config.DATABASE_URL, config.HOST, config.LOG_LEVEL],
    [3000, undefined, '127.0.0.1', 'info'],
  );
});

test('the environment is stronger than .env', (t) => {
  const config = readConfig(sourceOf(t, { PORT: '1' }, 'PORT=2\nMAX_ROWS=5\n'));
  assert.deepEqual([config.PORT, config.MAX_ROWS], [1, 5]);
});

test('all faults are told at once', (t) => {
  const faults = faultsOf(
    t,
    {
      PORT: '99999',
      MAX_ROWS: '0',
      LOG_LEVEL: 'loud',
      DB_POOL_MAXX: '5',
      DATABASE_URL: 'mysql://x',
    },
    'NO_SUCH=1\n',
  );
  for (const name of ['PORT', 'MAX_ROWS', 'LOG_LEVEL', 'DB_POOL_MAXX', 'DATABASE_URL', 'NO_SUCH']) {
    assert.equal(faults.filter((fault) => fault.startsWith(name)).length, 1, name);
  }
  assert.equal(faults.length, 6);
});

test('a name that looks like ours but is not is a fault that says what was meant', (t) => {
  const typos: ReadonlyArray<readonly [string, string | null]> = [
    ['DATABSE_URL', 'DATABASE_URL'],
    ['DATABASE_URLS', 'DATABASE_URL'],
    ['DATABASE_ULR', 'DATABASE_URL'],
    ['DATABASE-URL', 'DATABASE_URL'],
    ['ASKONCE_DATADIR', 'ASKONCE_DATA_DIR'],
    ['ASKONCE_ANYTHING', null],
    ['DB_POOL_MAXX', 'DB_POOL_MAX'],
    ['DB_POOL_SIZE', null],
    ['AUTH_TOKEN', 'AUTH_TOKENS'],
    ['CACHE_TTL_SECOND', 'CACHE_TTL_SECONDS'],
    ['database_url', 'DATABASE_URL'],
    ['Auth_Tokens', 'AUTH_TOKENS'],
  ];
  for (const [name, meant] of typos) {
    const faults = faultsOf(t, { [name]: 'x' });
    assert.equal(faults.length, 1, name);
    assert.match(faults[0]!, new RegExp(`^${name} is not a setting`));
    if (meant) assert.match(faults[0]!, new RegExp(`did you mean ${meant}\\?`));
  }
});

test('the variables of other programs are left alone', (t) => {
  const names = ['HOSTNAME', 'PORTS', 'HOST_', 'DATABASE', 'URL', 'PGHOST', 'host', 'port'];
  assert.deepEqual(faultsOf(t, Object.fromEntries(names.map((name) => [name, 'x']))), []);
});

test('a name that may be meant for us is told with the setting that it resembles', (t) => {
  const typos = {
    PROT: 'PORT',
    HSOT: 'HOST',
    CACHE_TTL: 'CACHE_TTL_SECONDS',
    DB_URL: 'DATABASE_URL',
    POOL_MAX: 'DB_POOL_MAX',
    DATABASE_POOL_MAX: 'DB_POOL_MAX',
    STATEMENT_TIMEOUT: 'STATEMENT_TIMEOUT_MS',
  };
  for (const [name, meant] of Object.entries(typos)) {
    assert.deepEqual(faultsOf(t, { [name]: '1' }), []);
    assert.deepEqual(doubtfulNames({ [name]: '1' }), [
      `${name} is not a setting of askonce; did you mean ${meant}?`,
    ]);
  }
});

test('nothing is told of settings, of faults, and of what other programs commonly set', () => {
  const common =
    `PATH HOME LANG TERM SHELL PWD USER LOGNAME HOSTNAME POST PORTS GHOST PGHOST PGPORT PGDATABASE
    PGPASSWORD POSTGRES_DB POSTGRES_URL TEST_DATABASE_URL HTTP_PROXY NO_PROXY NODE_ENV NODE_OPTIONS
    XDG_CACHE_HOME XDG_DATA_DIRS CACHE_DIR SSL_CERT_DIR SSH_AUTH_SOCK REDIS_URL LOG_FILE MAX_THREADS
    npm_config_cache npm_package_name DB_HOST DB_PORT MODEL API_URL API_PORT`.split(/\s+/);
  const names = [...common, ...Object.keys(SETTINGS), 'AUTH_TOKEN', 'DB_POOL_SIZE'];
  assert.deepEqual(doubtfulNames(Object.fromEntries(names.map((name) => [name, '1']))), []);
});

test('an unknown key in .env is a fault, whatever it is', (t) => {
  const [fault] = faultsOf(t, {}, 'HOTS=0.0.0.0\n');
  assert.match(fault!, /HOTS is not a setting; did you mean HOST\?/);
  assert.equal(faultsOf(t, {}, 'UNRELATED=1\n').length, 1);
});

test('a line of .env that sets nothing is a fault, and shows no value', (t) => {
  const file = 'PORT=4000\nAUTH_TOKENS:  alice:sha256-0c1b\nDATABASE_URL=postgres://a:b@c/d\n';
  const [fault = '', ...more] = faultsOf(t, {}, file);
  assert.equal(fault, '.env, line 2: AUTH_TOKENS sets nothing; write NAME=value');
  assert.deepEqual(more, []);
  const key = 'OAUTH_AUDIENCE="a\nb"\nb3BlbnNzaC1rZXk\n';
  assert.deepEqual(faultsOf(t, {}, key), ['.env, line 3: it sets nothing; write NAME=value']);
  const well =
    '# e.g. PORT="x\n# a comment\n\n  PORT = 4000\nexport LOG_LEVEL=warn\nOAUTH_AUDIENCE="a\nb"\n';
  assert.deepEqual(faultsOf(t, {}, well), []);
});

test('claims become roles and settings of the database where everybody has them', (t) => {
  const AUTH_TOKENS = 'alice:token-of-alice-0000,bob:token-of-bob-000000';
  const DATABASE_IDENTITY = 'role=db_role, app.tenant=tenant';
  const TOKEN_CLAIMS = 'alice.db_role=red,alice.tenant=a=b,bob.db_role=blue,bob.tenant=1';
  const config = readConfig(sourceOf(t, { AUTH_TOKENS, DATABASE_IDENTITY, TOKEN_CLAIMS }));
  assert.deepEqual(identitiesOf(config), [
    { role: 'red', settings: [['app.tenant', 'a=b']] },
    { role: 'blue', settings: [['app.tenant', '1']] },
  ]);
  const faulty = (env: Env): string => faultsOf(t, { AUTH_TOKENS, ...env }).join('\n');
  assert.match(faulty({ DATABASE_IDENTITY }), /does not fit "alice".*\n.*does not fit "bob"/);
  assert.match(faulty({ DATABASE_IDENTITY, AUTH_TOKENS: '' }), /everybody is "local"/);
  assert.match(faulty({ TOKEN_CLAIMS: 'eve.tenant=1' }), /names "eve", who has no token/);
  for (const rules of ['role=a;app.x=b', 'tenant=a', 'ROLE=a', 'role=*', 'app.x', 'app.x=a b'])
    assert.match(faulty({ DATABASE_IDENTITY: rules }), /must be role=claim or app.setting=claim/);
  assert.match(faulty({ DATABASE_IDENTITY: 'role=a,role=b' }), /must name each setting once/);
  assert.match(faulty({ TOKEN_CLAIMS: 'alice=1' }), /must be name.claim=value/);
  assert.match(faulty({ CACHE_SECRET: 'short' }), /must have 16 characters/);
  assert.match(faulty({ PLAN_SHARING: 'all' }), /must be identity, principal or database/);
});

test('a password with special characters is taken when it is percent-encoded', (t) => {
  const url = `postgres://alice:${encodeURIComponent('p@ss/w#rd:%?&= ')}@db.example:5432/shop`;
  assert.equal(readConfig(sourceOf(t, { DATABASE_URL: url })).DATABASE_URL, url);
});

test('a password that would be cut or misread is refused, with how to write it', (t) => {
  const passwords = ['w#rd', 'a/b', 'a?b', '100%', '%zz', '12/34', '5432/x', '%ff'];
  for (const password of passwords) {
    const faults = faultsOf(t, { DATABASE_URL: `postgres://alice:${password}@db.example/shop` });
    assert.equal(faults.length, 1, password);
    assert.match(faults[0]!, /percent-encoded/);
    assert.ok(!faults[0]!.includes(`:${password}@`), 'a password is never repeated');
  }
});

test('what is no PostgreSQL URL is refused', (t) => {
  for (const url of ['localhost', 'host=localhost dbname=x', 'http://x/y', '//x/y', 'postgres']) {
    assert.equal(faultsOf(t, { DATABASE_URL: url }).length, 1, url);
    assert.equal(faultsOf(t, { CACHE_DATABASE_URL: url }).length, 1, url);
  }
});

test('beyond loopback nobody is served without tokens', (t) => {
  for (const HOST of [
    '0.0.0.0',
    '::',
    '192.168.1.5',
    'example.com',
    '127.0.0.1.example.com',
    '*',
  ]) {
    assert.match(faultsOf(t, { HOST })[0] ?? '', /AUTH_TOKENS/, HOST);
    const AUTH_TOKENS = 'alice:0123456789abcdef';
    assert.deepEqual(faultsOf(t, { HOST, AUTH_TOKENS }), []);
  }
  for (const HOST of ['127.0.0.1', '127.8.8.8', '::1', 'localhost']) {
    assert.deepEqual(faultsOf(t, { HOST }), []);
    assert.ok(isLoopback(HOST));
  }
});

test('tokens are names, secrets of some length and a role', (t) => {
  const token = '0123456789abcdef';
  const { AUTH_TOKENS } = readConfig(
    sourceOf(t, { AUTH_TOKENS: ` alice:${token} , bob:${token}2:admin ,` }),
  );
  assert.deepEqual(AUTH_TOKENS, [
    { name: 'alice', token, role: 'user' },
    { name: 'bob', token: `${token}2`, role: 'admin' },
  ]);
  const wrong = ['alice', 'alice:short', `:${token}`, `alice:${token}:root`, `a:${token}:user:x`];
  for (const text of [...wrong, `a:${token},a:${token}x`, `a:${token},b:${token}`]) {
    const faults = faultsOf(t, { AUTH_TOKENS: text });
    assert.equal(faults.length, 1, text);
    assert.doesNotMatch(faults[0]!, /0123456789/);
  }
});

test('numbers are whole, within their limits, and nothing else', (t) => {
  for (const PORT of [
    '-1',
    '65536',
    '3.5',
    '1e3',
    '0x50',
    ' 80',
    '80 ',
    'http',
    '٣',
    '9'.repeat(40),
  ]) {
    assert.equal(faultsOf(t, { PORT }).length, 1, PORT);
  }
  for (const rate of ['-0.1', '0.6', 'NaN', 'Infinity', 'many', ' ']) {
    assert.equal(faultsOf(t, { TARGET_ERROR_RATE: rate }).length, 1, rate);
  }
  assert.equal(readConfig(sourceOf(t, { PORT: '0' })).PORT, 0);
  assert.equal(readConfig(sourceOf(t, { TARGET_ERROR_RATE: '0' })).TARGET_ERROR_RATE, 0);
});

test('a pool cannot keep more than it may hold', (t) => {
  const faults = faultsOf(t, { DB_POOL_MIN: '30', SESSION_POOL_MIN: '300' });
  assert.equal(faults.length, 2);
});

test('a path may start at home or at the working folder', (t) => {
  const source = sourceOf(t, { ASKONCE_DATA_DIR: 'data', MODELS_DIR: '~/models' });
  const config = readConfig(source);
  assert.equal(config.ASKONCE_DATA_DIR, join(source.cwd, 'data'));
  assert.equal(config.MODELS_DIR, join(homedir(), 'models'));
});

test('the description names every setting and hides every secret', (t) => {
  const secret = 'v3ry-s3cret-value';
  const text = describeConfig(
    sourceOf(
      t,
      { DATABASE_URL: `postgres://a:${secret}@h/d`, AUTH_TOKENS: `alice:${secret}`, PORT: '81' },
      `CACHE_DATABASE_URL=postgres://a:${secret}@h/d\nMAX_ROWS=7\nPORT=80\n`,
    ),
  );
  for (const name of Object.keys(SETTINGS)) assert.match(text, new RegExp(`^${name}=`, 'm'));
  assert.doesNotMatch(text, /v3ry/);
  assert.match(text, /^DATABASE_URL=\(set, hidden\) {3}# from environment$/m);
  assert.match(text, /^CACHE_DATABASE_URL=\(set, hidden\) {3}# from \.env$/m);
  assert.match(text, /^MAX_ROWS=7 {3}# from \.env$/m);
  assert.match(text, /^PORT=81 {3}# from environment$/m);
  assert.match(text, /^HOST=127\.0\.0\.1$/m);
});

test('the description says where the value that counts comes from', (t) => {
  const source = sourceOf(t, { PORT: '' }, 'PORT=80\n');
  const { PORT } = readConfig(source);
  assert.match(describeConfig(source), new RegExp(`^PORT=${PORT}$`, 'm'));
});
