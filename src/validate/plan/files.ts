// Owns a plan as files that are ready to be used: a component for an overlay of deploy/kubernetes, and an override for
// docker-compose. Pure.
import type { CapacityPlan } from './capacity.ts';

export interface PlanFiles {
  /** Named in an overlay: `components: [PATH]`. */
  readonly kubernetes: string;
  /** Read beside the compose file: `docker compose -f docker-compose.yml -f PATH up`. */
  readonly compose: string;
}

const MIB = 2 ** 20;

export function planFiles(plan: CapacityPlan): PlanFiles {
  const { per_replica: each, replicas, settings } = plan;
  const head = plan.because.map((sentence) => `# ${sentence}`).join('\n');
  const memory = each.memory_limit_bytes && Math.round(each.memory_limit_bytes / MIB);
  const resources = [
    '              resources:',
    '                requests:',
    ...(each.cpu_request_cores ? [`                  cpu: '${each.cpu_request_cores}'`] : []),
    ...(memory
      ? [
          `                  memory: ${memory}Mi`,
          '                limits:',
          `                  memory: ${memory}Mi`,
        ]
      : []),
  ];
  const literals = Object.entries(settings).map(([name, value]) => `      - ${name}=${value}`);
  return {
    kubernetes: `# By askonce validate. ${plan.database_connections} connections of the data database are needed.
${head}
apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
configMapGenerator:
  - name: askonce-settings
    behavior: merge
    literals:
${literals.join('\n')}
patches:
  - target:
      kind: Deployment
      name: askonce
    patch: |
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: askonce
      spec:
        replicas: ${replicas}
        template:
          spec:
            containers:
            - name: askonce
${resources.join('\n')}
`,
    compose: `# By askonce validate: one replica of ${replicas}.
${head}
services:
  askonce:
${memory ? `    mem_limit: ${memory}m\n` : ''}    environment:
${Object.entries(settings)
  .map(([name, value]) => `      ${name}: '${value}'`)
  .join('\n')}
`,
  };
}
