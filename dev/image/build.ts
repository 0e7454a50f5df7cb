// Owns following a Dockerfile without Docker: each stage in a folder, each step in order, as a builder would.
import { copyFile, cp, mkdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';

import { run } from '../postgres/command.ts';
import { BASE_PATH } from './base.ts';
import type { Stage, Step } from './dockerfile.ts';
import { ended, startEnclosed } from './enclosed.ts';

export interface Image {
  readonly root: string;
  readonly user: string;
  readonly workdir: string;
  readonly env: Readonly<Record<string, string>>;
  readonly volumes: readonly string[];
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
  readonly healthcheck: readonly string[];
}

export interface BuildOptions {
  /** Where stages are made. */
  readonly folder: string;
  /** A folder that holds the build's context and nothing else. */
  readonly context: string;
  readonly provideBase: (image: string) => Promise<string>;
  /** Variables of this machine that a command needs to reach the registry, as a builder hands on those of a proxy. */
  readonly env: Readonly<Record<string, string>>;
  readonly certificates: string | undefined;
  readonly progress: (line: string) => void;
}

const COPY_MS = 300_000;

/** @returns What the last stage has made. @throws Error with the step that failed, and what it said. */
export async function build(stages: readonly Stage[], options: BuildOptions): Promise<Image> {
  const done = new Map<string, string>();
  let image: Image | undefined;
  for (const [at, stage] of stages.entries()) {
    const name = stage.name ?? String(at);
    image = await buildStage(stage, { ...options, name, done });
    done.set(name, image.root);
  }
  if (image === undefined) throw new Error('the Dockerfile has no stage');
  return image;
}

interface StageOptions extends BuildOptions {
  readonly name: string;
  /** Roots of the stages before. */
  readonly done: ReadonlyMap<string, string>;
}

async function buildStage(stage: Stage, options: StageOptions): Promise<Image> {
  const { name, progress } = options;
  const root = join(options.folder, name);
  await run('cp', ['--archive', '--reflink=auto', await options.provideBase(stage.image), root], {
    timeoutMs: COPY_MS,
  });
  // As a builder has it, or no name of a registry would be found.
  await copyFile('/etc/resolv.conf', join(root, 'etc/resolv.conf'));
  let image: Image = {
    root,
    user: 'root',
    workdir: '/',
    env: { PATH: BASE_PATH },
    volumes: [],
    entrypoint: [],
    cmd: [],
    healthcheck: [],
  };
  for (const [at, step] of stage.steps.entries()) {
    const begun = performance.now();
    image = await follow(step, image, options);
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    progress(`[${name} ${at + 1}/${stage.steps.length}] ${step.text.slice(0, 100)}   ${seconds} s`);
  }
  return image;
}

async function follow(step: Step, image: Image, options: StageOptions): Promise<Image> {
  switch (step.kind) {
    case 'run':
      await runStep(step.command, image, options);
      return image;
    case 'copy':
      await copyStep(step, image, options);
      return image;
    case 'env':
      return { ...image, env: { ...image.env, ...step.values } };
    case 'workdir': {
      const workdir = resolve(image.workdir, step.path);
      await mkdir(join(image.root, workdir), { recursive: true });
      return { ...image, workdir };
    }
    case 'user':
      return { ...image, user: step.name };
    case 'volume':
      await mkdir(join(image.root, step.path), { recursive: true });
      return { ...image, volumes: [...image.volumes, step.path] };
    case 'note':
      return image;
    default:
      return { ...image, [step.kind]: step.command };
  }
}

async function runStep(command: string, image: Image, options: StageOptions): Promise<void> {
  const home = image.user === 'root' ? '/root' : `/home/${image.user}`;
  const env = { HOME: home, ...options.env, ...image.env };
  const { certificates } = options;
  const child = startEnclosed({ ...image, env, certificates }, ['/bin/sh', '-c', command]);
  const { code, said } = await ended(child);
  if (code !== 0) throw new Error(`RUN ${command}\nended with ${code}:\n${said.slice(-4000)}`);
}

async function copyStep(
  { from, sources, target }: Extract<Step, { kind: 'copy' }>,
  { root, workdir }: Image,
  { context, done }: StageOptions,
): Promise<void> {
  const origin = from === null ? context : done.get(from);
  if (origin === undefined) throw new Error(`COPY --from=${from}: there is no such stage`);
  const into = join(root, resolve(workdir, target));
  const isFolder = target.endsWith('/') || sources.length > 1;
  for (const source of sources) {
    const path = join(origin, source);
    const found = await stat(path).catch(() => null);
    if (found === null) throw new Error(`COPY ${source}: it is not there`);
    const place = found.isDirectory() || !isFolder ? into : join(into, basename(source));
    await mkdir(join(place, '..'), { recursive: true });
    // Links of node_modules/.bin lead within it, and must not be made to lead to where it was built.
    await cp(path, place, { recursive: true, verbatimSymlinks: true });
  }
}
