// The lock file says of every package what its bytes are, and names no place beside the registry to get them from.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';

interface Locked {
  readonly version?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly link?: boolean;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const read = (name: string): string =>
  readFileSync(new URL(`../../../${name}`, import.meta.url), 'utf8');
const { packages, lockfileVersion } = JSON.parse(read('package-lock.json')) as {
  readonly lockfileVersion: number;
  readonly packages: Readonly<Record<string, Locked>>;
};
const { '': root = {}, ...others } = packages;
const wanted = ({ dependencies, devDependencies, optionalDependencies }: Locked) => ({
  ...dependencies,
  ...devDependencies,
  ...optionalDependencies,
});

test('every package is locked to a version and to its bytes', () => {
  assert.equal(lockfileVersion, 3);
  for (const [place, locked] of Object.entries(others)) {
    assert.match(locked.version ?? '', /^\d+\.\d+\.\d+(-[\w.-]+)?(\+[\w.-]+)?$/, place);
    assert.ok(!locked.link, place);
    // The linter's binaries for other platforms are not on offer everywhere; they never ship.
    const isElsewhere = locked.dev && locked.optional && locked.integrity === undefined;
    if (!isElsewhere) assert.match(locked.integrity ?? '', /^sha512-[\w+/]{86}==$/, place);
  }
});

test('no package comes from anywhere but the registry that whoever installs has chosen', () => {
  // npm asks its registry for what has no place of its own; one that is written here would be asked instead.
  for (const [place, { resolved }] of Object.entries(others))
    assert.equal(resolved, undefined, place);
  // git+ssh, github:, file:, https:, npm: under another name.
  for (const [place, locked] of Object.entries(packages))
    for (const [name, range] of Object.entries(wanted(locked)))
      assert.doesNotMatch(range, /[:/]/, `${place} wants ${name}@${range}`);
});

test('what package.json wants is what is locked', () => {
  const declared = JSON.parse(read('package.json')) as Locked;
  assert.deepEqual(wanted(root), wanted(declared));
});

test('no package runs code of its own when it is installed', () => {
  assert.match(read('.npmrc'), /^ignore-scripts=true$/m);
});
