// Owns which machines a bundle can be made for: those that the libraries with native code have binaries for.

export const TARGETS = [
  'darwin-arm64',
  'linux-arm64',
  'linux-x64',
  'win32-arm64',
  'win32-x64',
] as const;
export type Target = (typeof TARGETS)[number];

/** @throws Error that names them all. */
export function targetOf(name: string): Target {
  const found = TARGETS.find((target) => target === name);
  if (found) return found;
  throw new Error(`There is no bundle for ${name}. Bundles: ${TARGETS.join(', ')}.`);
}

export function partsOf(target: Target) {
  const [platform, cpu] = target.split('-') as ['darwin' | 'linux' | 'win32', 'arm64' | 'x64'];
  return { platform, cpu };
}
