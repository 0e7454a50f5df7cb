// What deploy/kubernetes promises beyond its schema: settings, paths, ports, labels and metrics are those of the server,
// and the pods have the memory and the time that it needs.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseEnv } from 'node:util';

import { parse } from 'yaml';

import { createMetrics } from '../../../src/metrics.ts';
import { readConfig } from '../../../src/config.ts';
import { SETTINGS } from '../../../src/settings.ts';
import { ROOT } from '../../support/askonce.ts';
import {
  KUBERNETES,
  MANIFEST_FILES,
  hasKubectl,
  kustomize,
  manifestOf,
  readKubernetes,
} from '../../support/manifests.ts';
import type { Manifest, Spec } from '../../support/manifests.ts';

const METRIC = 'askonce_session_pool_utilization_ratio';
const MEBIBYTE = 1024 * 1024;

const deployment = manifestOf('base/deployment.yaml');
const pod: Spec = deployment.spec.template.spec;
const [container] = pod.containers as Spec[];
const labels = deployment.spec.template.metadata.labels as Record<string, string>;
const settings = parseEnv(readKubernetes('base/settings.env')) as Record<string, string>;
const readRoot = (name: string): string => readFileSync(join(ROOT, name), 'utf8');

const isSetting = (name: string): boolean => name in SETTINGS;
const isSecret = (name: string): boolean =>
  (SETTINGS as Record<string, { secret?: boolean }>)[name]?.secret === true;

/** Settings that an overlay adds, a list of NAME=value. */
const literalsOf = (file: string): string[] => {
  const { configMapGenerator = [] } = parse(readKubernetes(file));
  return configMapGenerator.flatMap(({ literals = [] }: Spec) => literals);
};
const overlays = readdirSync(join(KUBERNETES, 'overlays')).map(
  (name) => `overlays/${name}/kustomization.yaml`,
);

test('the server starts with the settings of the base, and with those of each overlay', () => {
  const secrets = Object.fromEntries(
    container.env.map(({ name }: Spec) => [name, 'postgres://askonce@db.example.org/x']),
  );
  const source = { cwd: '/nowhere', root: ROOT };
  const env = { ...settings, ...secrets, AUTH_TOKENS: 'me:a-long-random-token-of-mine' };
  const config = readConfig({ ...source, env });
  assert.equal(config.HOST, '0.0.0.0');
  for (const overlay of overlays) {
    const more = parseEnv(literalsOf(overlay).join('\n')) as Record<string, string>;
    assert.ok(Object.keys(more).every(isSetting), overlay);
    const { ALLOWED_HOSTS: hosts } = readConfig({ ...source, env: { ...env, ...more } });
    for (const host of config.ALLOWED_HOSTS) assert.ok(hosts.includes(host), `${overlay}: ${host}`);
    assert.ok(hosts.includes(new URL(more['PUBLIC_URL'] ?? '').hostname), overlay);
  }
});

test('what the cluster would set for its Service is kept from the server, which would not start', () => {
  assert.equal(pod.enableServiceLinks, false);
  const { name } = manifestOf('base/service.yaml').metadata;
  const env = { [`${name.toUpperCase()}_PORT`]: 'tcp://10.0.0.1:3000' };
  assert.throws(() => readConfig({ cwd: '/nowhere', root: ROOT, env }), /ASKONCE_PORT/);
});

test('secrets come by reference, and no file of the repository holds one', () => {
  assert.ok(Object.keys(settings).every((name) => isSetting(name) && !isSecret(name)));
  for (const { name, value, valueFrom } of container.env as Spec[]) {
    assert.ok(isSecret(name), name);
    assert.equal(value, undefined, name);
    assert.deepEqual(
      [valueFrom.secretKeyRef.name, valueFrom.secretKeyRef.key],
      ['askonce-secrets', name],
    );
  }
  // Without these each replica would have an embedded database of its own.
  const required = container.env.filter(({ valueFrom }: Spec) => !valueFrom.secretKeyRef.optional);
  assert.deepEqual(
    required.map(({ name }: Spec) => name),
    ['DATABASE_URL', 'CACHE_DATABASE_URL', 'CACHE_SECRET'],
  );
  const secrets = MANIFEST_FILES.filter((file) => manifestOf(file).kind === 'Secret');
  assert.deepEqual(secrets, ['secret.example.yaml']);
});

test('the example of a secret is taken by no cluster as it is, and by no server', () => {
  const { metadata, stringData } = manifestOf('secret.example.yaml') as Manifest & {
    readonly stringData: Record<string, string>;
  };
  assert.doesNotMatch(metadata.name, /^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$/, 'the name is a valid one');
  assert.match(metadata.name, /askonce-secrets/);
  const named = new Set(container.env.map(({ name }: Spec) => name));
  for (const [name, value] of Object.entries(stringData)) {
    assert.ok(named.has(name), name);
    assert.match(value, /^$|:PASSWORD@HOST:/, `${name} looks like a secret`);
  }
  const env = { ...settings, ...stringData };
  assert.throws(() => readConfig({ cwd: '/nowhere', root: ROOT, env }), /AUTH_TOKENS/);
  for (const folder of ['base', ...overlays.map((overlay) => join(overlay, '..'))])
    assert.doesNotMatch(readKubernetes(join(folder, 'kustomization.yaml')), /- .*secret/, folder);
});

test('probes ask for paths that the server has, at the port that it listens on', () => {
  const [{ name, containerPort }] = container.ports;
  assert.equal(String(containerPort), settings['PORT']);
  const server = readRoot('src/http/server.ts');
  const probes = { startup: '/healthz', liveness: '/healthz', readiness: '/readyz' };
  for (const [kind, path] of Object.entries(probes)) {
    const { httpGet } = container[`${kind}Probe`];
    assert.deepEqual(httpGet, { path, port: name }, kind);
    assert.ok(server.includes(`app.get('${path}'`), path);
    // Before names are checked: the kubelet comes by address.
    assert.ok(server.indexOf(`app.get('${path}'`) < server.indexOf('app.use(('), path);
  }
  // As long as known rows are kept for a database that is away.
  const { periodSeconds, failureThreshold } = container.readinessProbe;
  assert.equal(periodSeconds * failureThreshold, 15 * 60);
});

test('a pod has the time to drain', () => {
  const main = readRoot('src/main.ts');
  const msOf = (name: string): number =>
    Number(new RegExp(`const ${name} = ([\\d_]+)`).exec(main)?.[1]?.replaceAll('_', ''));
  const delayMs = Number(settings['DRAIN_DELAY_MS']);
  assert.ok(delayMs > 0);
  const needed = (delayMs + msOf('FORCE_MS')) / 1000;
  assert.ok(msOf('DRAIN_MS') < msOf('FORCE_MS'));
  assert.ok(needed < pod.terminationGracePeriodSeconds, `${needed} s are needed`);
});

const bytesOf = (quantity: string): number => {
  const [, count, unit = ''] = /^(\d+)(Mi|Gi)$/.exec(quantity) ?? [];
  return Number(count) * (unit === 'Gi' ? 1024 * MEBIBYTE : MEBIBYTE);
};

test('memory is what the capacity plan says, never less, and the same for request and limit', () => {
  const { requests, limits } = container.resources;
  assert.equal(requests.memory, limits.memory);
  const [, resident] = /server alone (\d+) MiB/.exec(readRoot('README.md')) ?? [];
  const large =
    Math.ceil(Number(settings['DB_POOL_MAX']) / 4) * Number(settings['MAX_RESPONSE_BYTES']);
  const tmp = pod.volumes.find(({ emptyDir }: Spec) => emptyDir.medium === 'Memory');
  const used =
    Number(resident) * MEBIBYTE +
    Number(settings['CACHE_MAX_MEMORY_BYTES']) +
    large +
    bytesOf(tmp.emptyDir.sizeLimit);
  // Below the watermark, or large results would take turns all the time.
  const needed = used / Number(settings['MEMORY_WATERMARK']);
  assert.ok(needed > 512 * MEBIBYTE, 'what many begin with would be too little');
  assert.ok(bytesOf(limits.memory) >= needed, `${Math.ceil(needed / MEBIBYTE)} MiB are needed`);
  assert.ok(bytesOf(limits.memory) >= 1024 * MEBIBYTE);
  assert.equal(limits.cpu, undefined, 'a limit would stall bursts');
});

test('the pod can do nothing but serve', () => {
  assert.equal(pod.securityContext.runAsNonRoot, true);
  assert.equal(pod.securityContext.seccompProfile.type, 'RuntimeDefault');
  assert.deepEqual(container.securityContext, {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  });
  assert.equal(pod.automountServiceAccountToken, false);
  const mounts = container.volumeMounts.map(({ mountPath }: Spec) => mountPath);
  assert.deepEqual(mounts, [settings['ASKONCE_DATA_DIR'], '/tmp']);
  for (const { emptyDir } of pod.volumes) assert.ok(emptyDir.sizeLimit);
  const namespace = manifestOf('base/namespace.yaml');
  assert.equal(namespace.metadata.labels?.['pod-security.kubernetes.io/enforce'], 'restricted');
});

test('whatever selects pods selects these', () => {
  const selectors = {
    'base/deployment.yaml': ({ selector }: Spec) => selector.matchLabels,
    'base/service.yaml': ({ selector }: Spec) => selector,
    'base/poddisruptionbudget.yaml': ({ selector }: Spec) => selector.matchLabels,
    'base/networkpolicy.yaml': ({ podSelector }: Spec) => podSelector.matchLabels,
    'components/monitoring/podmonitor.yaml': ({ selector }: Spec) => selector.matchLabels,
  };
  for (const [file, of] of Object.entries(selectors)) {
    const wanted = of(manifestOf(file).spec) as Record<string, string>;
    assert.ok(Object.keys(wanted).length > 0, file);
    for (const [name, value] of Object.entries(wanted)) assert.equal(labels[name], value, file);
  }
  for (const { labelSelector } of pod.topologySpreadConstraints)
    assert.deepEqual(labelSelector.matchLabels, labels);
});

test('the policy of the network lets in whoever asks, and the server to what it needs', () => {
  const { spec } = manifestOf('base/networkpolicy.yaml');
  const [{ containerPort: port }] = container.ports;
  for (const { ports, from } of spec.ingress) {
    assert.deepEqual(ports, [{ protocol: 'TCP', port }]);
    assert.ok(from.length > 0);
  }
  const open = new Set<string>(
    spec.egress.flatMap(({ ports }: Spec) =>
      ports.map((one: Spec) => `${one.protocol} ${one.port}`),
    ),
  );
  assert.deepEqual(open, new Set(['UDP 53', 'TCP 53', 'TCP 5432', 'TCP 443', 'TCP 4318']));
  assert.ok(
    spec.egress.every(({ to }: Spec) => to.length > 0),
    'nowhere to anybody',
  );
  // The gateway and Prometheus are where the others look for them.
  const route = manifestOf('components/gateway/httproute.yaml').spec;
  const scaled = readKubernetes('components/autoscaling-keda/scaledobject.yaml');
  const admitted = JSON.stringify(spec.ingress);
  assert.ok(admitted.includes(`"kubernetes.io/metadata.name":"${route.parentRefs[0].namespace}"`));
  const [, namespace] = /http:\/\/[\w-]+\.(\w+)\.svc/.exec(scaled) ?? [];
  assert.ok(admitted.includes(`"kubernetes.io/metadata.name":"${namespace}"`));
  // Where a mesh is passed by, the policy still holds.
  const { annotations } = deployment.spec.template.metadata;
  for (const skipped of Object.values(annotations)) assert.ok(open.has(`TCP ${String(skipped)}`));
});

test('it is scaled by a metric that the server prints, by either autoscaler alike', async () => {
  const metrics = createMetrics();
  metrics.observe({
    sessionPool: () => ({ leased: 3, total: 10, waiting: 0 }),
    dbPool: () => ({ total: 0, idle: 0, waiting: 0 }),
    largeResults: () => ({ inside: 0, waiting: 0 }),
    conversations: () => 0,
    isStoreUp: () => true,
    memoryUse: () => 0,
  });
  assert.match((await metrics.render()).text, new RegExp(`^${METRIC} 0\\.3$`, 'm'));

  const { spec: hpa } = manifestOf('components/autoscaling-adapter/horizontalpodautoscaler.yaml');
  const { spec: keda } = manifestOf('components/autoscaling-keda/scaledobject.yaml');
  const [sessions, cpu] = hpa.metrics;
  const [asked, busy] = keda.triggers;
  assert.equal(sessions.pods.metric.name, METRIC);
  assert.ok(asked.metadata.query.includes(`${METRIC}{`));
  const share = Number.parseInt(sessions.pods.target.averageValue, 10) / 1000;
  assert.equal(Number(asked.metadata.threshold), share);
  // The pool itself grows above this: beyond it nothing would ever be asked for.
  const [, growAbove] = /GROW_ABOVE = ([\d.]+)/.exec(readRoot('src/http/session-pool.ts')) ?? [];
  assert.ok(share * 1.1 < Number(growAbove));
  assert.equal(Number(busy.metadata.value), cpu.resource.target.averageUtilization);
  assert.deepEqual(
    [keda.minReplicaCount, keda.maxReplicaCount],
    [hpa.minReplicas, hpa.maxReplicas],
  );
  assert.deepEqual(keda.advanced.horizontalPodAutoscalerConfig.behavior, hpa.behavior);
  for (const name of [hpa.scaleTargetRef.name, keda.scaleTargetRef.name])
    assert.equal(name, deployment.metadata.name);

  const { rules } = parse(readKubernetes('components/autoscaling-adapter/adapter-values.yaml'));
  const [rule] = rules.custom;
  assert.ok(rule.seriesQuery.startsWith(`${METRIC}{`));
  assert.equal(rule.name.as, METRIC);
  assert.ok(rule.metricsQuery.includes('<<.LabelMatchers>>'));
});

test('Prometheus asks each pod at a port that it has', () => {
  const { spec } = manifestOf('components/monitoring/podmonitor.yaml');
  const names = new Set(container.ports.map(({ name }: Spec) => name));
  for (const { port, path } of spec.podMetricsEndpoints) {
    assert.ok(names.has(port));
    assert.equal(path, '/metrics');
  }
});

test('the image is the one that the Dockerfile makes, of this version, run as its user', () => {
  const { version } = JSON.parse(readRoot('package.json')) as { readonly version: string };
  assert.equal(container.image, `askonce:${version}`);
  for (const overlay of overlays) {
    const { images } = parse(readKubernetes(overlay));
    assert.deepEqual(
      images.map(({ name, newTag }: Spec) => `${name}:${newTag}`),
      [container.image],
    );
  }
});

test(
  'what Kustomize puts together is whole',
  { skip: !hasKubectl && 'there is no kubectl' },
  () => {
    for (const folder of ['base', ...overlays.map((overlay) => join(overlay, '..'))]) {
      const made = kustomize(folder);
      assert.deepEqual(
        new Set(made.map(({ metadata }) => (metadata as Spec).namespace)),
        new Set([undefined, 'askonce']),
      );
      const server = made.find(({ kind }) => kind === 'Deployment');
      const map = made.find(({ kind }) => kind === 'ConfigMap');
      const [from] = server!.spec.template.spec.containers[0].envFrom;
      assert.equal(from.configMapRef.name, map!.metadata.name, 'the settings are those of the map');
      const isScaled = made.some(({ kind }) => /Autoscaler|ScaledObject/.test(kind));
      assert.equal(server!.spec.replicas, isScaled ? undefined : 2, folder);
      const policy = made.find(({ kind }) => kind === 'NetworkPolicy');
      assert.deepEqual(
        policy!.spec,
        manifestOf('base/networkpolicy.yaml').spec,
        'as it was written',
      );
    }
    assert.ok(existsSync(join(KUBERNETES, 'components/autoscaling-keda/kustomization.yaml')));
  },
);
