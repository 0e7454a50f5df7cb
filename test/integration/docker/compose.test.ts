// What docker-compose.yml and the Dockerfile promise: every setting is passed on (one that was forgotten would go
// unseen in .env), and the server can do nothing but serve.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import test from 'node:test';

import { SETTINGS } from '../../../src/settings.ts';

const compose = readRoot('docker-compose.yml');
/** What a container has of its own: where it listens and where its folders are. */
const OWN = new Set(['HOST', 'PORT', 'ASKONCE_DATA_DIR', 'MODELS_DIR']);

function readRoot(name: string): string {
  return readFileSync(new URL(`../../../../${name}`, import.meta.url), 'utf8');
}

test('every setting is either passed to the container or its own', () => {
  const names = [...compose.matchAll(/^ {6}([A-Z_]+):/gm)].map(([, name]) => name);
  const passed = new Set(names);
  const missing = Object.keys(SETTINGS).filter((name) => !passed.has(name) && !OWN.has(name));
  assert.deepEqual(missing, []);
});

test('docker and docker compose build the image on the same Node by default', () => {
  const [, fallback] = /NODE_TAG:-([^}]+)/.exec(compose) ?? [];
  const [, own] = /^ARG NODE_TAG=(.+)$/m.exec(readRoot('Dockerfile')) ?? [];
  assert.equal(fallback, own);
});

/** The lines of one service. */
function serviceOf(name: string): string {
  const [, lines = ''] =
    new RegExp(`^  ${name}:(?: &\\w+)?\\n((?: {4}.*\\n|\\n)*)`, 'm').exec(compose) ?? [];
  return lines;
}

test('the server gains no rights and writes nowhere but to its data and to memory', () => {
  const service = serviceOf('askonce');
  assert.match(service, /^ {4}read_only: true$/m);
  assert.match(service, /^ {4}tmpfs:\n {6}- \/tmp:size=\d+m,mode=1777$/m);
  assert.match(service, /^ {4}cap_drop: \[ALL\]$/m);
  assert.match(service, /^ {4}security_opt: \[no-new-privileges\]$/m);
  const volumes = [...service.matchAll(/^ {6}- (\S+):(\/\S+?)(:ro)?$/gm)];
  const writable = volumes.filter(([, , , isReadOnly]) => !isReadOnly).map(([, , path]) => path);
  assert.deepEqual(writable, ['/data']);
  for (const given of ['privileged', 'cap_add', 'user', 'network_mode', 'pid', 'devices'])
    assert.doesNotMatch(service, new RegExp(`^ {4}${given}:`, 'm'), given);
  assert.match(service, /- '127\.0\.0\.1:/, 'on loopback alone');
});

test('what watches the server comes along on demand alone, pinned, and seen from this machine only', () => {
  for (const name of ['prometheus', 'grafana', 'jaeger']) {
    const service = serviceOf(name);
    assert.match(service, /^ {4}profiles: \[monitoring\]$/m, name);
    assert.match(service, /^ {4}image: [\w/-]+:v?\d+\.\d+\.\d+$/m, name);
    for (const [, port] of service.matchAll(/^ {6}- '([\d.:]+)'$/gm))
      assert.match(port!, /^127\.0\.0\.1:/, name);
    for (const [, path] of service.matchAll(/^ {6}- \.\/(\S+?):/gm))
      assert.ok(existsSync(new URL(`../../../../${path}`, import.meta.url)), path);
  }
  const [, target = ''] =
    /targets: \['([\w-]+):3000'\]/.exec(readRoot('deploy/prometheus/prometheus.yml')) ?? [];
  assert.match(serviceOf('askonce'), new RegExp(`^ {6}ALLOWED_HOSTS: ${target},`, 'm'));
  const sources = readRoot('deploy/grafana/provisioning/datasources/askonce.yml');
  for (const [, host] of sources.matchAll(/url: http:\/\/([\w-]+):/g))
    assert.notEqual(serviceOf(host!), '', host);
});

test('the replicas are like the first, with data of their own, and behind the proxy alone', () => {
  const proxy = serviceOf('proxy');
  const servers = [...proxy.matchAll(/^ {6}REPLICA_\d: ([\w-]+):3000$/gm)].map(([, name]) => name!);
  assert.deepEqual(servers, ['askonce', 'askonce-2', 'askonce-3']);
  for (const name of servers.slice(1)) {
    const service = serviceOf(name);
    assert.match(service, /^ {4}<<: \*askonce$/m, name);
    assert.match(service, /^ {4}ports: \[\]$/m, name);
    assert.match(service, new RegExp(`^ {6}- ${name}:/data$`, 'm'));
    assert.match(service, /^ {6}- socket:\/run\/postgresql:ro$/m, name);
  }
  for (const name of [...servers.slice(1), 'proxy'])
    assert.match(serviceOf(name), /^ {4}profiles: \[replicas\]$/m, name);
  const [, port = ''] = /^ {6}- '(.+:8080)'$/m.exec(proxy) ?? [];
  assert.match(port, /^127\.0\.0\.1:/);
  const used = readRoot('deploy/haproxy/haproxy.cfg').matchAll(/"\$\{(\w+)/g);
  for (const [, name] of used) assert.match(proxy, new RegExp(`^ {6}${name}: `, 'm'), name);
});

test('the image is run by a user who owns nothing of it but the folder for data', () => {
  const [, ...stages] = readRoot('Dockerfile').split(/^FROM /m);
  const last = stages.at(-1) ?? '';
  const users = [...last.matchAll(/^USER (\S+)$/gm)].map(([, user]) => user);
  assert.deepEqual(users, ['node']);
  assert.match(last, /install --directory --owner=node --group=node --mode=700 \/data$/m);
  assert.deepEqual(last.match(/--chown=\S+/g), null, 'what is copied belongs to root');
  const behind = last.slice(last.indexOf('\nUSER node'));
  assert.doesNotMatch(behind, /^(RUN|COPY|ADD)\b/m, 'nothing is made behind it');
});

test('the image brings the list of what is in it', () => {
  const dockerfile = readRoot('Dockerfile');
  assert.match(dockerfile, /^RUN .*npm run --silent sbom && npm prune/m);
  assert.match(dockerfile, /^COPY --from=build \/app\/sbom\.cdx\.json/m);
  // It must be told before what the image leaves out is taken away: npm counts that as missing.
  assert.ok(dockerfile.indexOf('run --silent sbom') < dockerfile.indexOf('rm -rf node_modules'));
});
