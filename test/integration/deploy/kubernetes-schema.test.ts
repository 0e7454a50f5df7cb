// The manifests of deploy/kubernetes against the schemas of Kubernetes and of the operators they are for: every value is
// of its kind, and no field is one that the cluster does not know.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import { HTTPRoute } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1';
import { ScaledObject } from '@kubernetes-models/keda/keda.sh/v1alpha1';
import { PodMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1';
import { Deployment } from 'kubernetes-models/apps/v1';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { Namespace, Secret, Service, ServiceAccount } from 'kubernetes-models/v1';

import { ROOT } from '../../support/askonce.ts';
import { MANIFEST_FILES, parseManifests, readKubernetes } from '../../support/manifests.ts';
import type { Manifest } from '../../support/manifests.ts';

type Model = new (data: never) => { validate(): void };

const CORE = 'kubernetes-models';
/** By kind: its class, and the module that has its type, too. */
const MODELS: Readonly<Record<string, readonly [Model, string]>> = {
  Deployment: [Deployment, `${CORE}/apps/v1`],
  HorizontalPodAutoscaler: [HorizontalPodAutoscaler, `${CORE}/autoscaling/v2`],
  HTTPRoute: [HTTPRoute, '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1'],
  Namespace: [Namespace, `${CORE}/v1`],
  NetworkPolicy: [NetworkPolicy, `${CORE}/networking.k8s.io/v1`],
  PodDisruptionBudget: [PodDisruptionBudget, `${CORE}/policy/v1`],
  PodMonitor: [PodMonitor, '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1'],
  ScaledObject: [ScaledObject, '@kubernetes-models/keda/keda.sh/v1alpha1'],
  Secret: [Secret, `${CORE}/v1`],
  Service: [Service, `${CORE}/v1`],
  ServiceAccount: [ServiceAccount, `${CORE}/v1`],
};

const manifests = MANIFEST_FILES.flatMap((file) =>
  parseManifests(readKubernetes(file)).map((manifest) => ({ file, manifest })),
);

function modelOf({ kind }: Manifest): readonly [Model, string] {
  const model = MODELS[kind];
  assert.ok(model, `no schema for ${kind}`);
  return model;
}

/** What the compiler says of objects as their types have them: a field that is unknown is a fault there. */
async function typeFaults(t: TestContext, objects: readonly Manifest[]): Promise<string> {
  // Below the packages that it imports.
  const folder = await mkdtemp(join(ROOT, 'dist', 'manifests-'));
  t.after(() => rm(folder, { recursive: true }));
  const lines = objects.map((manifest, at) => {
    const type = `import('${modelOf(manifest)[1]}').I${manifest.kind}`;
    return `export const object${at}: ${type} = ${JSON.stringify(manifest)};`;
  });
  await writeFile(join(folder, 'manifests.ts'), lines.join('\n'));
  const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
  const options =
    '--noEmit --strict --skipLibCheck --ignoreConfig --module nodenext --pretty false';
  const { stdout } = spawnSync(
    process.execPath,
    [compiler, ...options.split(' '), join(folder, 'manifests.ts')],
    { encoding: 'utf8', cwd: ROOT },
  );
  return stdout;
}

for (const { file, manifest } of manifests) {
  test(`${file} holds what the schema of ${manifest.kind} wants`, () => {
    const [Class] = modelOf(manifest);
    new Class(manifest as never).validate();
    assert.throws(() => new Class({ ...manifest, metadata: 'x' } as never).validate());
  });
}

test('no manifest has a field that the cluster would drop', async (t) => {
  assert.equal(
    await typeFaults(
      t,
      manifests.map(({ manifest }) => manifest),
    ),
    '',
  );
});

test('a field that is mistyped, deep within, is found', async (t) => {
  const { manifest } = manifests.find(({ file }) => /deployment/.test(file)) ?? assert.fail();
  const wrong = structuredClone(manifest);
  wrong.spec.template.spec.containers[0].readynessProbe = {};
  assert.match(await typeFaults(t, [wrong]), /readynessProbe.* does not exist/);
});
