// Owns what a Dockerfile says, as steps: which stage does what, in order. Runs nothing.
import { DockerfileParser } from 'dockerfile-ast';
import type { Flag, Instruction, JSONInstruction, PropertyInstruction } from 'dockerfile-ast';

export type Step =
  | { readonly kind: 'run'; readonly command: string }
  | {
      readonly kind: 'copy';
      /** A stage; null for the build's context. */
      readonly from: string | null;
      readonly sources: readonly string[];
      readonly target: string;
    }
  | { readonly kind: 'env'; readonly values: Readonly<Record<string, string>> }
  | { readonly kind: 'workdir'; readonly path: string }
  | { readonly kind: 'user'; readonly name: string }
  | { readonly kind: 'volume'; readonly path: string }
  | { readonly kind: 'entrypoint' | 'cmd' | 'healthcheck'; readonly command: readonly string[] }
  /** LABEL and EXPOSE: nothing is done for them. */
  | { readonly kind: 'note' };

export interface Stage {
  readonly image: string;
  readonly name: string | null;
  readonly steps: ReadonlyArray<Step & { readonly text: string }>;
}

/** @throws Error at an instruction that nobody here knows how to follow. */
export function readDockerfile(text: string): readonly Stage[] {
  const stages: Array<Stage & { steps: Array<Stage['steps'][number]> }> = [];
  for (const instruction of DockerfileParser.parse(text).getInstructions()) {
    const keyword = instruction.getKeyword();
    const args = instruction.getExpandedArguments().map((argument) => argument.getValue());
    if (keyword === 'FROM') {
      const [image = '', , name = null] = args;
      stages.push({ image, name, steps: [] });
      continue;
    }
    const stage = stages.at(-1);
    // Before the first stage there are arguments alone, which the parser has put in by now.
    if (stage === undefined) continue;
    const said = `${keyword} ${instruction.getArgumentsContent() ?? ''}`.replaceAll(/\s+/g, ' ');
    stage.steps.push({ ...stepOf(instruction, keyword, args), text: said });
  }
  return stages;
}

function stepOf(instruction: Instruction, keyword: string, args: readonly string[]): Step {
  const content = instruction.getArgumentsContent() ?? '';
  switch (keyword) {
    case 'RUN':
      return { kind: 'run', command: content };
    case 'COPY':
      return copyOf(instruction, args);
    case 'ENV':
      return { kind: 'env', values: valuesOf(instruction as PropertyInstruction) };
    case 'WORKDIR':
      return { kind: 'workdir', path: args[0] ?? '/' };
    case 'USER':
      return { kind: 'user', name: args[0] ?? '' };
    case 'VOLUME':
      return { kind: 'volume', path: args[0] ?? '' };
    case 'ENTRYPOINT':
    case 'CMD':
      return { kind: keyword === 'CMD' ? 'cmd' : 'entrypoint', command: wordsOf(content) };
    case 'HEALTHCHECK':
      return { kind: 'healthcheck', command: wordsOf(content.replace(/^CMD\s+/, '')) };
    case 'LABEL':
    case 'EXPOSE':
      return { kind: 'note' };
    default:
      throw new Error(`${keyword} is not an instruction that can be followed here`);
  }
}

function copyOf(instruction: Instruction, args: readonly string[]): Step {
  const flags: readonly Flag[] = (instruction as JSONInstruction).getFlags();
  const unknown = flags.find((flag) => flag.getName() !== 'from');
  if (unknown) throw new Error(`COPY --${unknown.getName()} cannot be followed here`);
  const [from] = flags.map((flag) => flag.getValue());
  return {
    kind: 'copy',
    from: from ?? null,
    sources: args.slice(0, -1),
    target: args.at(-1) ?? '',
  };
}

const valuesOf = (instruction: PropertyInstruction): Record<string, string> =>
  Object.fromEntries(
    instruction.getProperties().map((property) => [property.getName(), property.getValue() ?? '']),
  );

/** Of the form that no shell takes apart; the image has no other. */
function wordsOf(content: string): string[] {
  const words: unknown = JSON.parse(content);
  if (!Array.isArray(words)) throw new Error(`not a list of words: ${content}`);
  return words.map(String);
}
