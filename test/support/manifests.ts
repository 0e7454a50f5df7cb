// Owns the reading of deploy/kubernetes for tests: what an object of the cluster is, of what Kustomize puts it together.
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { parseAllDocuments } from 'yaml';

export const KUBERNETES = fileURLToPath(new URL('../../../deploy/kubernetes', import.meta.url));

/** As far as tests read it. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly spec: Spec;
}

// What it holds differs by kind: tests say what they expect, and fail where it is not there.
// oxlint-disable-next-line typescript/no-explicit-any
export type Spec = any;

/** Every object of a text. @throws Error where the text is no YAML. */
export function parseManifests(text: string): Manifest[] {
  return parseAllDocuments(text).map((document) => {
    const [fault] = [...document.errors, ...document.warnings];
    if (fault) throw fault;
    return document.toJS() as Manifest;
  });
}

/** Names relative to deploy/kubernetes, of the files that hold objects of the cluster. */
export const MANIFEST_FILES: readonly string[] = readdirSync(KUBERNETES, { recursive: true })
  .map(String)
  .filter((name) => /(?<!kustomization|-values)\.yaml$/.test(name))
  .sort();

export const readKubernetes = (name: string): string =>
  readFileSync(join(KUBERNETES, name), 'utf8');

/** The one object of a file. */
export function manifestOf(name: string): Manifest {
  const [manifest, ...more] = parseManifests(readKubernetes(name));
  if (manifest === undefined || more.length > 0) throw new Error(`${name} holds not one object`);
  return manifest;
}

export const hasKubectl = spawnSync('kubectl', ['kustomize', '--help']).status === 0;

/** What Kustomize makes of a folder, or why it does not. */
export function kustomize(folder: string): Manifest[] {
  const { status, stdout, stderr } = spawnSync('kubectl', ['kustomize', join(KUBERNETES, folder)], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return parseManifests(stdout);
}
